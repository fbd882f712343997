import type { Check, Finding } from "./check";
import type { NeededImage, Needs } from "./needs";
import { Refused, type Ask } from "./question";

/** Whether every image and chart that the releases name is in the stack's registry, under its digest. */
export function imageChecks(needs: Needs): Check[] {
  return needs.images.map((image) => ({
    id: `images.${image.repository.split("/").slice(1).join("-")}`,
    claim: `${image.repository}:${image.tag} is in the registry, under its digest`,
    find: (ask) => present(image, needs, ask),
  }));
}

async function present(image: NeededImage, { region }: Needs, ask: Ask): Promise<Finding> {
  const { repository, tag, digest } = image;
  const name = `image ${repository}:${tag}`;
  const found = await ask<{ imageDetails: { imageDigest: string }[] }>({
    service: "ecr",
    operation: "describe-images",
    input: { repositoryName: repository, imageIds: [{ imageTag: tag }] },
  }).catch((error: unknown) => {
    if (error instanceof Refused && /^(Image|Repository)NotFoundException$/.test(error.code))
      return error.code;
    throw error;
  });
  if (found === "RepositoryNotFoundException")
    return problem(
      `${name}: there is no such repository in ${region}; make the registry first: npm run up -- --stack NAME --target '**mini-xdr:index:Registry**'`,
    );
  const there = typeof found === "string" ? undefined : found.imageDetails[0]?.imageDigest;
  if (!there)
    return problem(`${name}: the repository has no such tag; push it, or copy what others publish`);
  if (!digest)
    return problem(
      `mini-xdr:images: ${repository}: ${tag} has no digest; write ${tag}@${there} after checking that it is what you have built`,
    );
  return there === digest
    ? { problems: [] }
    : problem(
        `mini-xdr:images: ${repository}: ${tag}@${digest}; the registry has ${there}; write what you have pushed`,
      );
}

function problem(text: string): Finding {
  return { problems: [text] };
}
