import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { assertJudged, releaseType, typeOf, type KubernetesObject } from "../model/kubernetes";
import { show } from "../model/expectation";
import { at, noOptions, sealed, unknown, type Properties, type Resource } from "../model/resource";
import type { Settings } from "../model/settings";
import { remoteChartOf } from "../remote-charts/remote-charts";
import { readRendered, renderedHash } from "./rendered";
import { hiddenIn } from "./templates";

/** What a release deploys, or why that cannot be told. */
export type Deployed = { objects: Resource[] } | { problem: string };

/**
 * Values that rendered objects may leave open: addresses, ends of certificates and checksums of
 * secrets, that exist only after creation. Were more allowed, a committed file could hide a value from the rules by naming it.
 */
const createdLater =
  /(^|\.)(host|(kms|manifest|verification)KeyArn|repository|targetGroupArn)$|^topology\.endpoints\.\d$|^secretsChecksum$|^certificates\.[a-z0-9-]+$/;

interface Identity {
  chart: string;
  name: string;
  namespace: string;
  values: Properties;
}

const known = new Map<string, Deployed>();

/**
 * The Kubernetes objects of a Helm release. Of a local chart: the committed ones, where they belong
 * to just these values, or else what Helm renders now. Of a remote chart: what its declared map says.
 */
export function deployedBy(release: Resource, settings: Settings): Deployed {
  const key = settings.root + release.urn + text(release.properties);
  let deployed = known.get(key);
  if (!deployed) known.set(key, (deployed = read(release, settings)));
  return deployed;
}

/** The resources themselves, followed by the objects that their releases deploy. */
export function withDeployed(resources: Resource[], settings: Settings): Resource[] {
  return resources.flatMap((resource) => {
    if (resource.type !== releaseType) return [resource];
    const deployed = deployedBy(resource, settings);
    return "objects" in deployed ? [resource, ...deployed.objects] : [resource];
  });
}

/** Paths of values that the committed objects of a release leave open. */
export function leftOut(name: string, { root, stack }: Settings): string[] {
  return readRendered(root, stack, name)?.ignored ?? [];
}

function read(release: Resource, settings: Settings): Deployed {
  const { chart, version, name, namespace, values } = release.properties;
  for (const [property, value] of Object.entries({ chart, name, namespace, values }))
    if (value === undefined || value === unknown || value === sealed)
      return {
        problem: `${property} is ${show(value)}: nothing tells what it deploys`,
      };
  if (at(release.properties, "valueYamlFiles") !== undefined)
    return { problem: "valueYamlFiles hides values from the rules; give them as values" };
  const remote = remoteChartOf(chart);
  if (remote && remote.version !== version)
    return {
      problem: `chart ${remote.chart} ${String(version)} has no declared map of its values, only ${remote.version}; check policies/remote-charts against the new version`,
    };
  try {
    if (remote) return objects(release, remote.objects(values as Properties, String(name)));
    if (/^\.?\.?\//.test(String(chart))) return local(release, settings);
  } catch (error) {
    return { problem: (error as Error).message };
  }
  return { problem: `chart ${String(chart)} is unknown; declare it in policies/remote-charts` };
}

function local(release: Resource, settings: Settings): Deployed {
  const { chart, name, namespace, values } = release.properties as unknown as Identity;
  const hidden = hiddenIn(settings.root, chart);
  if (hidden.length > 0)
    return {
      problem: `${hidden.join("; ")}: what is judged would not be what is deployed; see policies/declared/templates`,
    };
  const committed = readRendered(settings.root, settings.stack, name);
  const open = committed?.ignored.filter((path) => !createdLater.test(path)) ?? [];
  if (open.length > 0) return { problem: `its rendered objects leave out ${open.join(", ")}` };
  const identity = { chart, release: name, namespace, values, ignored: committed?.ignored ?? [] };
  if (committed?.hash === renderedHash(settings.root, identity))
    return objects(release, parsed(committed.yaml));
  return objects(release, parsed(rendered(release, settings)));
}

/** Renders with Helm. Throws an error that says what to do when that is not to be had. */
function rendered({ properties }: Resource, { root, kubernetes, helm = "helm" }: Settings): string {
  const { chart, name, namespace, values } = properties as unknown as Identity;
  const args = ["template", name, join(root, chart), "--namespace", namespace, "--values", "-"];
  // Values that are not known yet would not satisfy the chart's schema.
  args.push("--skip-schema-validation");
  // A Helm that was built from source takes 1.20 for granted, which our charts refuse.
  if (kubernetes) args.push("--kube-version", `${kubernetes}.0`);
  // Synchronous, because a rule's judgement under the engine is.
  const result = spawnSync(helm, args, { input: text(values), encoding: "utf8" });
  if (result.status === null)
    throw new Error(
      `the rendered objects of ${name} are stale, and there is no Helm to render them here; run: npm run render`,
    );
  if (result.status !== 0)
    throw new Error(`${chart} does not render: ${result.stderr.trim().split("\n")[0]}`);
  return result.stdout;
}

/** By their text: two revisions of a stack release mostly the same, and nobody writes into it. */
const documents = new Map<string, KubernetesObject[]>();

function parsed(yaml: string): KubernetesObject[] {
  const known = documents.get(yaml);
  if (known) return known;
  const found = (loadAll(yaml) as (KubernetesObject | null)[]).filter((object) => object !== null);
  found.forEach(assertJudged);
  documents.set(yaml, found);
  return found;
}

function objects(release: Resource, deployed: KubernetesObject[]): Deployed {
  return {
    objects: deployed.map((object) => ({
      urn: release.urn,
      type: typeOf(object),
      name: `${object.metadata.namespace ?? String(release.properties.namespace)}/${object.metadata.name}`,
      properties: object,
      protect: false,
      ignoreChanges: [],
      options: noOptions,
      parent: undefined,
      provider: undefined,
      deletedWith: undefined,
      dependencies: [],
      propertyDependencies: {},
      release: release.urn,
      ofPlugin: false,
    })),
  };
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (part === unknown ? "unknown" : part));
}
