import path from "node:path";
import { UsageError } from "../../lib/ends";
import { tool, type Progress, type ToolName } from "../../tools";
import { base } from "./base";
import { dockerfileImage } from "./dockerfile-image";
import { goProgram } from "./go-program";
import { nameOf, type Image, type Recipe } from "./images";
import { monitoringRecipes } from "./monitoring";
import { librariesOf, programImage } from "./program-image";

export type { Image } from "./images";
export { monitoringImageTools } from "./monitoring";

/** How each image of the application and its nodes is made, by the last part of its repository. */
const own: Record<string, Recipe> = {
  backend: ours("backend"),
  frontend: ours("frontend"),
  backup: ours("backup"),
  pooler: ours("pooler"),
  pgbouncer,
  "pgbouncer-exporter": goProgram("pgbouncer-exporter"),
  pause: goProgram("pause"),
  // These two are given capabilities by their pods, which only root has at the start of a program.
  coredns: goProgram("coredns", { User: "0:0" }),
  "kube-network-policies": goProgram("kube-network-policies", { User: "0:0" }),
};

const recipes: Record<string, Recipe> = { ...own, ...monitoringRecipes };

/** Names of the images that {@link imageTools} make: those of monitoring are not among them. */
export const imageNames = Object.keys(own);

/** Programs that making them needs, those of monitoring aside. */
export const imageTools: ToolName[] = [
  "buildah",
  "mmdebstrap",
  "postgres",
  "pgbouncer",
  "pgbouncer-exporter",
  "pause",
  "coredns",
  "kube-network-policies",
];

/**
 * The archive of an image under the reference that the pods ask for. Whatever follows from the same
 * content is built once; then it is there at once. It needs root, Linux and Debian's packages.
 *
 * @param reference `REGISTRY/mini-xdr/backend:1.0.0`: the last part of the repository says what it is.
 */
export function imageArchive(reference: string, progress: Progress = () => {}): Promise<Image> {
  const name = nameOf(reference);
  const recipe = recipes[name];
  if (!recipe)
    throw new UsageError(
      `${reference}: no image ${name} can be made here, only ${Object.keys(recipes).join(", ")}`,
    );
  return recipe(reference, progress);
}

function ours(name: string): Recipe {
  const context = path.join(__dirname, "../../images", name);
  return (reference, progress) => dockerfileImage(reference, context, progress);
}

/**
 * The chart's `timeout:1 attempts:2` by the names that c-ares 1.18 of Debian 12 knows, in milliseconds. The
 * published image has c-ares 1.34 of Debian 13, which reads the chart's own (c-ares/c-ares#632). Without
 * them a question that is lost keeps every connection waiting for up to 75 s.
 */
const resolver = "RES_OPTIONS=retrans:1000 retry:2";

/**
 * Stands in for the published image of PgBouncer: the pinned program, another version than the tag
 * says, and this machine's psql and pg_isready, on the base of the other images.
 */
async function pgbouncer(reference: string, progress: Progress): Promise<Image> {
  const postgres = path.dirname(await tool("postgres", progress));
  const programs = {
    "/usr/bin/pgbouncer": await tool("pgbouncer", progress),
    "/usr/bin/psql": path.join(postgres, "psql"),
    "/usr/bin/pg_isready": path.join(postgres, "pg_isready"),
  };
  // PgBouncer loads the system's authorities even where it asks none of its clients for a certificate.
  const authorities = "/etc/ssl/certs/ca-certificates.crt";
  const version = "for the published image of PgBouncer";
  return programImage(
    reference,
    {
      base: await base(progress),
      files: {
        ...(await librariesOf(Object.values(programs))),
        ...programs,
        [authorities]: authorities,
      },
      config: {
        Entrypoint: ["/usr/bin/pgbouncer"],
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", resolver],
        Labels: { "mini-xdr.stand-in": version },
        User: "998:996",
      },
    },
    progress,
  );
}
