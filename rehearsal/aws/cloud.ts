import { isDeepStrictEqual } from "node:util";
import { standIn } from "../../plan/stand-ins";
import { associationType, EksAccess, type ServedCluster } from "./eks-access";

/** Properties of a resource. */
export type Properties = Record<string, unknown>;

/** A resource that the stand-in has. */
export interface CloudResource {
  urn: string;
  id: string;
  inputs: Properties;
  state: Properties;
}

/** A change that somebody asked the stand-in for. */
export interface Change {
  operation: "create" | "update" | "delete";
  urn: string;
}

/** A cluster that the stand-in's EKS can create and lose. */
export interface ManagedCluster extends ServedCluster {
  /** Starts it. Its outputs are those of `aws:eks/cluster:Cluster`. */
  create(name: string): Promise<Properties>;
}

const clusterType = "aws:eks/cluster:Cluster";
/** Goes with the cluster that it belongs to, as in EKS. */
const partsOfCluster =
  /^aws:eks\/(accessEntry|accessPolicyAssociation|addon|podIdentityAssociation):/;

/**
 * A stand-in for AWS: what is created in it is remembered, in memory, with the outputs that the
 * preview uses too. Nothing is behind a resource, but for the one cluster.
 */
export class StandInCloud {
  /** Every change so far, in order. */
  readonly changes: Change[] = [];
  /** Of its one cluster. */
  readonly access: EksAccess;
  private readonly resources = new Map<string, CloudResource>();

  /** @param caller role as which the engine works */
  constructor(
    private readonly config: Record<string, string>,
    private readonly eks: ManagedCluster,
    caller: string,
  ) {
    this.access = new EksAccess(caller, eks);
  }

  /** @throws an error where the service would refuse, as far as the stand-in knows it */
  async create(urn: string, inputs: Properties): Promise<CloudResource> {
    await this.access.create(typeOf(urn), inputs);
    this.changes.push({ operation: "create", urn });
    const made = await this.made(urn, inputs);
    // One that replaces another has an id of its own, so that its predecessor's deletion leaves it.
    while (this.resources.has(key(urn, made.id))) made.id = `${made.id}-next`;
    return this.keep({ urn, inputs, ...made });
  }

  /** Everything that it has. */
  all(): CloudResource[] {
    return [...this.resources.values()];
  }

  protected keep(resource: CloudResource): CloudResource {
    this.resources.set(key(resource.urn, resource.id), resource);
    return resource;
  }

  /** Undefined: AWS says "not found". */
  read(urn: string, id: string): CloudResource | undefined {
    return this.resources.get(key(urn, id));
  }

  update(urn: string, id: string, inputs: Properties): CloudResource {
    const resource = this.read(urn, id);
    if (!resource) throw new Error(`${urn} ${id}: not found`);
    this.changes.push({ operation: "update", urn });
    const changed = { ...resource, inputs, state: { ...resource.state, ...inputs } };
    this.resources.set(key(urn, id), changed);
    return changed;
  }

  async delete(urn: string, id: string): Promise<void> {
    this.changes.push({ operation: "delete", urn });
    const inputs = this.read(urn, id)?.inputs ?? {};
    this.resources.delete(key(urn, id));
    await this.access.delete(typeOf(urn), inputs);
  }

  /** Names of the cluster's add-ons. */
  get addons(): string[] {
    return [...this.resources.values()]
      .filter(({ urn }) => typeOf(urn) === "aws:eks/addon:Addon")
      .map(({ inputs }) => String(inputs.addonName));
  }

  /** Whether there is a resource of that type with these inputs. */
  has(type: string, inputs: Properties): boolean {
    return [...this.resources.values()].some(
      (resource) =>
        typeOf(resource.urn) === type &&
        Object.entries(inputs).every(([name, value]) => resource.inputs[name] === value),
    );
  }

  hasCluster(name: string): boolean {
    return this.clusters(name).length > 0;
  }

  /** The cluster of that name, with what EKS keeps in it, is no longer there. */
  loseCluster(name: string): void {
    const parts = [...this.resources].filter(
      ([, { urn, inputs }]) => isPartOfCluster(urn) && inputs.clusterName === name,
    );
    for (const [at] of [...parts, ...this.clusters(name)]) this.resources.delete(at);
    this.access.end();
  }

  /** A resource is no longer there. Returns what it was. */
  lose(type: string, name: string): CloudResource {
    const found = [...this.resources].find(
      ([, { urn }]) => typeOf(urn) === type && urn.endsWith(`::${name}`),
    );
    if (!found) throw new Error(`${type} ${name}: there is none that could be lost`);
    this.resources.delete(found[0]);
    return found[1];
  }

  /** Another resource has taken one's place, under its own id. Returns both ids. */
  exchange(type: string, name: string): [old: string, now: string] {
    const resource = this.lose(type, name);
    const id = `${resource.id}-restored`;
    const state = { ...resource.state, id };
    this.resources.set(key(resource.urn, id), { ...resource, id, state });
    return [resource.id, id];
  }

  private clusters(name: string): [string, CloudResource][] {
    return [...this.resources].filter(
      ([, { urn, inputs }]) => typeOf(urn) === clusterType && inputs.name === name,
    );
  }

  private async made(urn: string, inputs: Properties) {
    if (typeOf(urn) === clusterType) {
      const name = String(inputs.name);
      const made = await this.eks.create(name);
      await this.access.begin(inputs);
      return { id: name, state: { ...inputs, ...made } };
    }
    const { id, state } = standIn(
      {
        type: typeOf(urn),
        name: urn.split("::").at(-1)!,
        inputs: inputs as Record<string, never>,
        custom: true,
      },
      this.config,
    );
    const now = new Date().toISOString();
    const since = typeOf(urn) === associationType ? { associatedAt: now } : {};
    return { id: id!, state: { ...(state as Properties), ...since } };
  }
}

/** Type token of the resource behind a URN. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]!.split("$").at(-1)!;
}

function isPartOfCluster(urn: string): boolean {
  return partsOfCluster.test(typeOf(urn));
}

/** Names of the inputs that differ. */
export function differing(olds: Properties, news: Properties): string[] {
  const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...names].filter((name) => !isDeepStrictEqual(olds[name], news[name])).sort();
}

function key(urn: string, id: string): string {
  return `${typeOf(urn)} ${id}`;
}
