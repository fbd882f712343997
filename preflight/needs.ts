import { UsageError } from "../lib/ends";
import { cronJob, imagesOf, job, releaseType, running } from "../policies/model/kubernetes";
import { at, list, Stack, type Resource } from "../policies/model/resource";
import { fromPlan } from "../policies/pack/adapters/plan";
import type { Settings } from "../policies/model/settings";
import { readSettings } from "../policies/pack/settings";
import { deployedBy, withDeployed } from "../policies/releases/deployed";
import type { Plan } from "../plan/plan";
import { zonesOf } from "../plan/releases";
import type { StackSettings } from "../plan/stack-settings";

/** An image, or a chart, of the stack's own registry. */
export interface NeededImage {
  /** Its repository, such as `mini-xdr/backend`. */
  repository: string;
  tag: string;
  /** Undefined: the configuration names none. */
  digest: string | undefined;
}

/** What a stack asks of an account, read from its plan. */
export interface Needs {
  stack: Stack;
  /** Literal name of the cluster. */
  clusterName: string;
  /** Role that brings the stack up, where the configuration names one. */
  deployRole: string | undefined;
  /** Roles that administer the cluster. */
  adminRoles: string[];
  /** The stack's Region. */
  region: string;
  /** Every Region in which it makes something, sorted. */
  regions: string[];
  zones: string[];
  /** Tags that every resource of the stack carries. */
  tags: Record<string, string>;
  domain: { name: string; hostedZoneId: string };
  images: NeededImage[];
  /** Add-ons of EKS, and the Kubernetes minor that they have to fit. */
  addons: { name: string; version: string; kubernetes: string }[];
}

const clusterType = "eks:index:Cluster";
const addonType = "aws:eks/addon:Addon";
const recordType = "aws:route53/record:Record";

/**
 * What a plan needs. Nothing is typed a second time: only names of roles come from the configuration.
 *
 * @throws UsageError when a release does not tell what it deploys.
 */
export function needsOf(root: string, plan: Plan, { project, config }: StackSettings): Needs {
  const settings = readSettings(root, plan.stack);
  const resources = plan.resources.map(fromPlan);
  requireReadable(resources, settings);
  const stack = new Stack(withDeployed(resources, settings));
  const region = config["aws:region"]!;
  const elsewhere = stack.resources.map(({ properties }) => at(properties, "region"));
  const named = [region, ...Object.values((plan.outputs.regions ?? {}) as Record<string, string>)];
  const regions = [...named, ...elsewhere.filter((found) => typeof found === "string")];
  const [cluster] = stack.ofType(clusterType);
  const [address] = stack
    .ofType(recordType)
    .filter(({ properties }) => list(properties, "aliases").length > 0);
  const roles = JSON.parse(config[`${project}:cluster`] ?? "{}") as ClusterRoles;
  return {
    stack,
    clusterName: String(cluster?.properties.name),
    deployRole: roles.deployRoleArn,
    adminRoles: roles.adminRoleArns ?? [],
    region,
    regions: [...new Set(regions)].sort(),
    zones: zonesOf(plan),
    tags: tagsOf(config["aws:defaultTags"]),
    domain: {
      name: String(address?.properties.name),
      hostedZoneId: String(address?.properties.zoneId),
    },
    images: imagesIn(stack),
    addons: stack.ofType(addonType).map(({ properties }) => ({
      name: String(properties.addonName),
      version: String(properties.addonVersion),
      kubernetes: String(cluster?.properties.version),
    })),
  };
}

/** What a release deploys unseen would be missing from every sum. */
function requireReadable(resources: Resource[], settings: Settings): void {
  const problems = resources
    .filter(({ type }) => type === releaseType)
    .flatMap((release) => {
      const deployed = deployedBy(release, settings);
      return "problem" in deployed ? [`release ${release.name}: ${deployed.problem}`] : [];
    });
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
}

interface ClusterRoles {
  deployRoleArn?: string;
  adminRoleArns?: string[];
}

const registry = /\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com/.source;
/** `REGISTRY/REPOSITORY:TAG@DIGEST` of the stack's own account and Region. */
const ownImage = new RegExp(`^${registry}/([^:@]+):([^@]+)(?:@(.+))?$`);
/** A chart that is kept there: `oci://REGISTRY/REPOSITORY@DIGEST`, its version apart. */
const ownChart = new RegExp(`^oci://${registry}/([^@]+)(?:@(.+))?$`);

function imagesIn(stack: Stack): NeededImage[] {
  const references = stack.ofType(...running, job, cronJob).flatMap(imagesOf);
  const images = [...new Set(references)].sort().flatMap((reference) => {
    const [, repository, tag, digest] = ownImage.exec(String(reference)) ?? [];
    return repository && tag ? [{ repository, tag, digest }] : [];
  });
  const charts = stack.ofType(releaseType).flatMap(({ properties }) => {
    const [, repository, digest] = ownChart.exec(String(properties.chart)) ?? [];
    return repository ? [{ repository, tag: String(properties.version), digest }] : [];
  });
  return [...images, ...charts];
}

function tagsOf(text: string | undefined): Record<string, string> {
  return (JSON.parse(text ?? "{}") as { tags?: Record<string, string> }).tags ?? {};
}

/** Whether AWS's list of tags says that a resource is the stack's own. */
export function isOwn(
  tags: { Key?: string; Value?: string }[] | undefined,
  { tags: own }: Needs,
): boolean {
  const expected = Object.entries(own);
  return (
    expected.length > 0 &&
    expected.every(([key, value]) => tags?.some((tag) => tag.Key === key && tag.Value === value))
  );
}
