import * as pulumi from "@pulumi/pulumi";
import { MockMonitor, type MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc";
import type { Path, PlannedResource } from "./plan";
import { pluginChildren } from "./plugin-children";
import { open, seal, sealValues, type Wire } from "./wire";

type Reply<T> = (error: unknown, response: T) => void;
type Request = import("@pulumi/pulumi/proto/resource_pb").RegisterResourceRequest;
type Response = import("@pulumi/pulumi/proto/resource_pb").RegisterResourceResponse;

/** A registered resource before its unknown inputs are known: those come from a second pass. */
export type Recorded = Omit<PlannedResource, "unknowns"> & { unknowns: Path[] };

/**
 * The SDK's own mock monitor, which also writes down what the program registers: parent, provider,
 * protection, options and dependencies as well as the inputs. It creates nothing.
 */
export class Recorder extends MockMonitor {
  readonly recorded = new Map<string, Recorded>();
  outputs: Record<string, unknown> = {};
  readonly failures: Error[] = [];

  override async registerResource(request: Request, reply: Reply<Response>): Promise<void> {
    const urn = this.urn(request);
    if (this.recorded.has(urn))
      this.failures.push(new Error(`${urn}: two resources have the same type, parent and name`));
    this.recorded.set(urn, describe(urn, request));
    for (const child of await pluginChildren(urn, request, (role) => this.arnOf(role)))
      this.recorded.set(this.urn(child), describe(this.urn(child), child));
    await super.registerResource(request, (error: unknown, response: Response) => {
      if (error) this.failures.push(named(urn, error));
      else this.complete(urn, request, response);
      reply(error, response);
    });
  }

  override registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): { toJavaScript(): Wire } },
    reply: Reply<object>,
  ): void {
    if (this.recorded.get(request.getUrn())?.type === "pulumi:pulumi:Stack")
      this.outputs = open(request.getOutputs().toJavaScript()).value as Record<string, unknown>;
    reply(null, {});
  }

  override async invoke(request: never, reply: Reply<unknown>): Promise<void> {
    await super.invoke(request, (error, response) => {
      if (error) this.failures.push(error as Error);
      reply(error, response);
    });
  }

  /** Mocks give a nested resource its parent's type alone; the engine gives it all ancestors'. */
  private urn(request: Request): string {
    const [parent, type] = [request.getParent(), request.getType()];
    const ancestors = parent ? parent.split("::")[2]! : "";
    const qualified =
      ancestors && ancestors !== "pulumi:pulumi:Stack" ? `${ancestors}$${type}` : type;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${qualified}::${request.getName()}`;
  }

  /** What the engine's first preview would know of a resource's outputs. */
  stateInPreview(args: MockResourceArgs): Record<string, unknown> {
    const provider = args.provider?.replace(/::[^:]*$/, "");
    const unreachable = provider && (this.recorded.get(provider)?.unknowns.length ?? 0) > 0;
    // A provider that cannot be configured yet answers nothing; a plugin's component neither.
    return unreachable || args.type === "eks:index:Cluster" ? {} : args.inputs;
  }

  /** Of a role that a component's plugin makes. */
  private arnOf(name: string): unknown {
    const type = "aws:iam/role:Role";
    const { state } = this.mocks.newResource({ type, name, inputs: {}, custom: true }) as {
      state: Record<string, unknown>;
    };
    return state.arn ?? unknownValue;
  }

  private complete(urn: string, request: Request, response: Response): void {
    response.setUrn(urn);
    // Only an engine applies additionalSecretOutputs; without it, a password would come out open.
    const state = response.getObject()!.toJavaScript() as Record<string, Wire>;
    const secrets = request.getAdditionalsecretoutputsList().filter((name) => name in state);
    if (secrets.length === 0) return;
    for (const name of secrets) state[name] = seal(state[name]!);
    const struct = response.getObject()!.constructor as unknown as {
      fromJavaScript(value: object): ReturnType<Response["getObject"]>;
    };
    response.setObject(struct.fromJavaScript(state));
  }
}

function describe(urn: string, request: Request): Recorded {
  const { value, unknowns } = open(inputs(request));
  const aliases = request.getAliasesList().map((alias) => alias.getUrn() || specification(alias));
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent() || null,
    custom: request.getCustom(),
    remote: request.getRemote(),
    provider: request.getProvider().replace(/::[^:]*$/, "") || null,
    protect: request.getProtect() ?? false,
    inputs: value as Record<string, unknown>,
    unknowns,
    options: {
      ignoreChanges: request.getIgnorechangesList(),
      deletedWith: request.getDeletedwith() || null,
      retainOnDelete: request.getRetainondelete() ?? false,
      aliases: [...request.getAliasurnsList(), ...aliases],
      deleteBeforeReplace: request.getDeletebeforereplace(),
      replaceOnChanges: request.getReplaceonchangesList(),
      importId: request.getImportid(),
      customTimeouts: hasTimeouts(request),
    },
    dependencies: request.getDependenciesList().sort(),
    propertyDependencies: Object.fromEntries(
      [...request.getPropertydependenciesMap().entries()]
        .map(([name, urns]): [string, string[]] => [name, urns.getUrnsList().sort()])
        .filter(([, urns]) => urns.length > 0)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

function inputs(request: Request): Wire {
  const object = request.getObject()!.toJavaScript() as Record<string, Wire>;
  if (request.getType() === "kubernetes:core/v1:Secret")
    for (const data of ["data", "stringData"])
      if (data in object) object[data] = sealValues(object[data])!;
  return object;
}

function hasTimeouts(request: Request): boolean {
  const timeouts = request.getCustomtimeouts();
  return [timeouts?.getCreate(), timeouts?.getUpdate(), timeouts?.getDelete()].some(Boolean);
}

function specification(alias: { toObject(): object }): string {
  return JSON.stringify(alias.toObject());
}

function named(urn: string, error: unknown): Error {
  return new Error(`${urn}: ${error instanceof Error ? error.message : String(error)}`);
}
