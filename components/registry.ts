import * as pulumi from "@pulumi/pulumi";
import * as ecr from "@pulumi/aws/ecr";

/** The images of the stack, by the name of their repository below `mini-xdr/`. */
export const imageNames = [
  "backend",
  "frontend",
  "backup",
  "pgbouncer",
  "pgbouncer-exporter",
  "edge-exporter",
] as const;
export type ImageName = (typeof imageNames)[number];

/** An image as the charts take it. */
export interface ImageReference {
  repository: pulumi.Output<string>;
  tag: string;
  /** Empty until the build has written it into the configuration. */
  digest: string;
}

export interface RegistryArgs {
  accountId: pulumi.Input<string>;
  /** Where every image is copied, so that a lost Region can be left behind. */
  recoveryRegion: string;
}

/**
 * ECR repositories with immutable tags, scanned on push and replicated to the recovery Region.
 * So a pod's start depends on AWS alone. Costs: storage and the transfer between Regions.
 */
export class Registry extends pulumi.ComponentResource {
  private readonly repositories: Record<ImageName, ecr.Repository>;

  constructor(
    private readonly name: string,
    args: RegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Registry", name, args, opts);
    this.repositories = Object.fromEntries(
      imageNames.map((image) => [image, this.repository(image)]),
    ) as Record<ImageName, ecr.Repository>;
    this.replicate(args);
    this.registerOutputs({ repositoryUrls: this.repositoryUrls });
  }

  /** Where each image is pushed. */
  get repositoryUrls(): Record<ImageName, pulumi.Output<string>> {
    return Object.fromEntries(
      imageNames.map((image) => [image, this.repositories[image].repositoryUrl]),
    ) as Record<ImageName, pulumi.Output<string>>;
  }

  /** The image that a configured `TAG` or `TAG@sha256:DIGEST` names. */
  image(name: ImageName, version: string): ImageReference {
    const [tag, digest = ""] = version.split("@") as [string, string?];
    return { repository: this.repositories[name].repositoryUrl, tag, digest };
  }

  private repository(image: ImageName): ecr.Repository {
    const repository = new ecr.Repository(
      `${this.name}-${image}`,
      {
        name: `mini-xdr/${image}`,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS" }],
      },
      { parent: this, protect: true },
    );
    new ecr.LifecyclePolicy(
      `${this.name}-${image}-lifecycle`,
      {
        repository: repository.name,
        policy: {
          rules: [
            {
              rulePriority: 1,
              description: "untagged images, once nothing can roll back to them",
              selection: {
                tagStatus: "untagged",
                countType: "sinceImagePushed",
                countUnit: "days",
                countNumber: 30,
              },
              action: { type: "expire" },
            },
          ],
        },
      },
      { parent: this },
    );
    return repository;
  }

  private replicate(args: RegistryArgs): void {
    new ecr.ReplicationConfiguration(
      `${this.name}-replication`,
      {
        replicationConfiguration: {
          rules: [
            {
              destinations: [{ region: args.recoveryRegion, registryId: args.accountId }],
              repositoryFilters: [{ filter: "mini-xdr/", filterType: "PREFIX_MATCH" }],
            },
          ],
        },
      },
      { parent: this },
    );
  }
}
