import * as pulumi from "@pulumi/pulumi";
import * as ecr from "@pulumi/aws/ecr";
import {
  at,
  chartNames,
  chartPath,
  charts,
  imageNames,
  images,
  registryPrefix,
  type ChartName,
  type UpstreamImage,
} from "../upstream/upstream";

/** The images that this project builds, by the name of their repository below `mini-xdr/`. */
const builtImages = ["backend", "frontend", "backup", "pooler"] as const;
type BuiltImage = (typeof builtImages)[number];

/** An image as the charts take it. */
export interface ImageReference {
  repository: pulumi.Output<string>;
  tag: string;
  /** Empty until the build, or the mirror, has written it down. */
  digest: string;
}

/** Of all repositories, below `mini-xdr/`. */
const paths = [...builtImages, ...imageNames, ...chartNames.map(chartPath)];

/** A chart of others as a release takes it. */
export interface ChartReference {
  chart: pulumi.Output<string>;
  version: string;
}

export interface RegistryArgs {
  accountId: pulumi.Input<string>;
  /** The registry's own. */
  region: string;
  /** Where every image is copied, so that a lost Region can be left behind; absent: nowhere. */
  recoveryRegion?: string;
  /** Whether the repositories are there already, as those of a stack whose Region is lost. */
  adopts: boolean;
}

/**
 * ECR repositories with immutable tags, scanned on push and replicated to the recovery Region: of the
 * images that this project builds, and of every chart and image of others, which `npm run mirror`
 * copies. So a release and a pod's start depend on AWS alone. ECR makes no repository at a push, and
 * replicates only what is pushed after this (Amazon ECR User Guide, "Pushing a Helm chart" and
 * "Private image replication"). Costs: storage, 0.10 US dollars a GB and month in each of both
 * Regions, and the transfer between them.
 *
 * The recovery Region's repositories are made here too. ECR would make them at the first push, by its
 * defaults: its replication carries no settings ("Private image replication", Amazon ECR User Guide),
 * and encryption cannot be changed afterwards (ForceNew in terraform-provider-aws,
 * internal/service/ecr/repository.go). A stack that takes this one's place adopts them with their
 * images; one that is missing, or differs in its encryption, fails its preview.
 */
export class Registry extends pulumi.ComponentResource {
  /** The registry's address. An account's registry has it before any repository exists. */
  readonly host: pulumi.Output<string>;
  /** By their paths below `mini-xdr/`. */
  private readonly repositories: Record<string, ecr.Repository>;

  constructor(
    private readonly name: string,
    private readonly args: RegistryArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mini-xdr:index:Registry", name, args, opts);
    this.host = pulumi.interpolate`${args.accountId}.dkr.ecr.${args.region}.amazonaws.com`;
    this.repositories = Object.fromEntries(paths.map((path) => [path, this.repository(path)]));
    if (args.recoveryRegion !== undefined) this.replicate(args.recoveryRegion);
    this.registerOutputs({ repositoryUrls: this.repositoryUrls });
  }

  /** Where each image and chart is pushed, by its path below `mini-xdr/`. */
  get repositoryUrls(): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(
      Object.entries(this.repositories).map(([path, { repositoryUrl }]) => [path, repositoryUrl]),
    );
  }

  /** The image of ours that a configured `TAG` or `TAG@sha256:DIGEST` names. */
  image(name: BuiltImage, version: string): ImageReference {
    const [tag, digest = ""] = version.split("@") as [string, string?];
    return { repository: this.repositories[name]!.repositoryUrl, tag, digest };
  }

  /** The copy of an image of others. */
  upstreamImage(name: UpstreamImage): ImageReference {
    const { tag, digest } = images[name];
    return { repository: this.repositories[name]!.repositoryUrl, tag, digest };
  }

  /** The copy of a chart of others. */
  chart(name: ChartName): ChartReference {
    const { version, digest } = charts[name];
    // Helm takes a digest beside the version since 3.18 (helm/helm#12690), and so the provider.
    const path = `${registryPrefix}${chartPath(name)}${at(digest)}`;
    return { chart: pulumi.interpolate`oci://${this.host}/${path}`, version };
  }

  private repository(path: string, region?: string): ecr.Repository {
    const place = region === undefined ? "" : "recovery-";
    const resource = `${this.name}-${place}${path.replace("/", "-")}`;
    const name = `${registryPrefix}${path}`;
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
    const copies = paths.map((path) => this.repository(path, region));
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
