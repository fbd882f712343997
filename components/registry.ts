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
  /** Where every image is copied, so that a lost Region can be left behind; absent: nowhere. */
  recoveryRegion?: string;
  /** Whether the repositories are there already, as those of a stack whose Region is lost. */
  adopts: boolean;
}

/**
 * ECR repositories with immutable tags, scanned on push and replicated to the recovery Region.
 * So a pod's start depends on AWS alone. Costs: storage and the transfer between Regions.
 *
 * The recovery Region's repositories are made here too. ECR would make them at the first push, by its
 * defaults: its replication carries no settings ("Private image replication", Amazon ECR User Guide),
 * and encryption cannot be changed afterwards (ForceNew in terraform-provider-aws,
 * internal/service/ecr/repository.go). A stack that takes this one's place adopts them with their
 * images; one that is missing, or differs in its encryption, fails its preview.
 */
export class Registry extends pulumi.ComponentResource {
  private readonly repositories: Record<ImageName, ecr.Repository>;

  constructor(
    private readonly name: string,
    private readonly args: RegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Registry", name, args, opts);
    this.repositories = Object.fromEntries(
      imageNames.map((image) => [image, this.repository(image)]),
    ) as Record<ImageName, ecr.Repository>;
    if (args.recoveryRegion !== undefined) this.replicate(args.recoveryRegion);
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

  private repository(image: ImageName, region?: string): ecr.Repository {
    const resource = `${this.name}-${region === undefined ? "" : "recovery-"}${image}`;
    const name = `mini-xdr/${image}`;
    const adopted = this.args.adopts && region === undefined;
    const repository = new ecr.Repository(
      resource,
      {
        name,
        region,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS" }],
      },
      { parent: this, protect: true, ...(adopted ? { import: name } : {}) },
    );
    new ecr.LifecyclePolicy(
      `${resource}-lifecycle`,
      {
        repository: repository.name,
        region,
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

  private replicate(region: string): void {
    const copies = imageNames.map((image) => this.repository(image, region));
    new ecr.ReplicationConfiguration(
      `${this.name}-replication`,
      {
        replicationConfiguration: {
          rules: [
            {
              destinations: [{ region, registryId: this.args.accountId }],
              repositoryFilters: [{ filter: "mini-xdr/", filterType: "PREFIX_MATCH" }],
            },
          ],
        },
      },
      // A push before them would have ECR make them.
      { parent: this, dependsOn: copies },
    );
  }
}
