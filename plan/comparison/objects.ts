import { immutable } from "../../policies/replacement/kubernetes";
import { at, type Properties, type Resource } from "../../policies/model/resource";
import { differences, type Difference } from "./difference";

/** An object that a release deploys, as far as it is compared. */
export interface DeployedObject {
  /** URN of the release. */
  release: string;
  type: string;
  name: string;
  properties: Properties;
}

/** An object of a release that the head deploys otherwise. */
export interface ObjectChange {
  release: string;
  type: string;
  name: string;
  kind: "created" | "changed" | "deleted";
  properties: Difference[];
  /** Fields that nobody may change: the upgrade fails, and Helm rolls it back. */
  fails: string[];
}

/** Objects that releases deploy, out of everything that is judged. */
export function deployedObjects(resources: Resource[]): DeployedObject[] {
  return resources.flatMap(({ release, type, name, properties }) =>
    release === undefined ? [] : [{ release, type, name, properties: plain(properties) }],
  );
}

/**
 * What changes of the objects that releases deploy. Of a release that is made or deleted as a whole,
 * nothing is told here.
 *
 * @param formerOf URN of a release before; its own where it had no other
 */
export function compareObjects(
  before: DeployedObject[],
  after: DeployedObject[],
  formerOf: (release: string) => string = (urn) => urn,
): ObjectChange[] {
  const olds = new Map(before.map((object) => [keyOf(object, object.release), object]));
  const changes: ObjectChange[] = [];
  const releases = new Map(after.map(({ release }) => [formerOf(release), release]));
  const known = new Set(before.map(({ release }) => release));
  for (const object of after) {
    const former = formerOf(object.release);
    const old = olds.get(keyOf(object, former));
    olds.delete(keyOf(object, former));
    if (!known.has(former)) continue;
    const properties = old ? differences(old.properties, object.properties) : [];
    if (old && properties.length === 0) continue;
    const { release, type, name } = object;
    const fails = old ? unchangeable(object, properties) : [];
    changes.push({ release, type, name, kind: old ? "changed" : "created", properties, fails });
  }
  for (const { release: was, type, name } of olds.values()) {
    const release = releases.get(was);
    if (release !== undefined)
      changes.push({ release, type, name, kind: "deleted", properties: [], fails: [] });
  }
  return changes.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function unchangeable({ type, properties }: DeployedObject, changed: Difference[]): string[] {
  // A hook is deleted before it is made anew.
  if (at(properties, "metadata.annotations")) {
    const { "helm.sh/hook": hook } = at(properties, "metadata.annotations") as Properties;
    if (hook !== undefined) return [];
  }
  const paths = changed.map(({ path }) =>
    path.filter((step) => typeof step === "string").join("."),
  );
  return (immutable[type] ?? []).filter((field) =>
    paths.some((path) => path === field || path.startsWith(`${field}.`)),
  );
}

/** As a file keeps it. */
function plain(properties: Properties): Properties {
  return JSON.parse(JSON.stringify(properties)) as Properties;
}

const keyOf = ({ type, name }: DeployedObject, release: string) => `${release} ${type} ${name}`;

const sortKey = ({ release, type, name }: ObjectChange) => `${release} ${type} ${name}`;
