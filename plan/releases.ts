import { secretMark, type Plan, type PlannedResource } from "./plan";
import { UsageError } from "../lib/ends";
import { dependentsOf } from "./dependents";

/** Type token of a Helm release. */
export const releaseType = "kubernetes:helm.sh/v3:Release";

/** What a plan says about a Helm release. */
export interface PlannedRelease {
  name: string;
  namespace: string;
  /** Folder of a chart of this project, or a name in `repository`. */
  chart: string;
  /** Names of the releases that it depends on, through any path. */
  after: string[];
  version: string;
  /** Where a chart that is not in this project comes from. */
  repository?: string;
  values: Record<string, unknown>;
  atomic: boolean;
  cleanupOnFail: boolean;
  waitForJobs: boolean;
  /** Seconds that an installation may take. */
  timeout: number;
  maxHistory: number;
}

/** A Kubernetes object of the plan that no chart makes: a namespace, a secret, … */
export interface PlannedObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** A plan's Helm releases, each after those that it depends on. */
export function releasesOf(plan: Plan): PlannedRelease[] {
  const resources = plan.resources.filter(({ type }) => type === releaseType);
  const dependents = new Map(resources.map((other) => [other, dependentsOf(plan, [other])]));
  const after = (resource: PlannedResource) =>
    resources.filter((other) => dependents.get(other)!.includes(resource));
  // Whatever a release depends on has fewer others before it.
  return resources
    .map((resource) => release(resource, after(resource).map(releaseName)))
    .sort((a, b) => a.after.length - b.after.length);
}

/** Releases whose chart is in this project: the others cannot be had without a network. */
export function localReleases(plan: Plan): PlannedRelease[] {
  return releasesOf(plan).filter(({ repository }) => repository === undefined);
}

/** Releases whose chart comes from a repository. */
export function remoteReleases(plan: Plan): PlannedRelease[] {
  return releasesOf(plan).filter(({ repository }) => repository !== undefined);
}

/**
 * A plan's Kubernetes objects beside the releases.
 *
 * @throws UsageError when an object cannot be applied as it is planned.
 */
export function objectsOf(plan: Plan): PlannedObject[] {
  return plan.resources
    .filter(({ type }) => /^kubernetes:(?!helm\.sh\/)[^:]+\/[^:]+:/.test(type))
    .map(({ name, inputs }) => object(name, inputs));
}

/** Availability zones of a plan's subnets, sorted. */
export function zonesOf(plan: Plan): string[] {
  const zones = plan.resources
    .filter(({ type }) => type === "aws:ec2/subnet:Subnet")
    .map(({ inputs }) => inputs.availabilityZone as string);
  return [...new Set(zones)].sort();
}

function releaseName({ name, inputs }: PlannedResource): string {
  return (inputs.name as string | undefined) ?? name;
}

function release(resource: PlannedResource, after: string[]): PlannedRelease {
  const { inputs } = resource;
  const repository = (inputs.repositoryOpts as { repo?: string } | undefined)?.repo;
  const chart = inputs.chart as string;
  return {
    name: releaseName(resource),
    after,
    namespace: (inputs.namespace as string | undefined) ?? "default",
    chart,
    version: inputs.version as string,
    repository: repository ?? (chart.startsWith("oci://") ? chart : undefined),
    values: (inputs.values as Record<string, unknown> | undefined) ?? {},
    atomic: inputs.atomic === true,
    cleanupOnFail: inputs.cleanupOnFail === true,
    waitForJobs: inputs.waitForJobs === true,
    // Absent, the provider takes these.
    timeout: (inputs.timeout as number | undefined) ?? 300,
    maxHistory: (inputs.maxHistory as number | undefined) ?? 0,
  };
}

function object(name: string, inputs: Record<string, unknown>): PlannedObject {
  const { apiVersion, kind, metadata } = inputs as unknown as PlannedObject;
  if (!apiVersion || !kind || !metadata?.name)
    throw new UsageError(
      `plan: ${name} has no apiVersion, kind or metadata.name: name it in the program`,
    );
  for (const part of ["data", "stringData"])
    if (typeof inputs[part] === "string")
      throw new UsageError(
        `plan: ${name}.${part} is ${inputs[part]} as a whole, so its keys are unknown: keep secrets at the leaves`,
      );
  if (kind !== "Secret" || !inputs.data) return inputs as unknown as PlannedObject;
  // Closed values stay as the plan has them, in the form that the API takes.
  const data = Object.entries(inputs.data as Record<string, string>).map(([key, value]) => [
    key,
    value === secretMark ? Buffer.from(value).toString("base64") : value,
  ]);
  return { ...inputs, data: Object.fromEntries(data) } as unknown as PlannedObject;
}
