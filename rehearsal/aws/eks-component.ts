import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { ConstructResponse, type ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import {
  specialOutputValueSig,
  specialSecretSig,
  specialSigKey,
  unknownValue,
} from "@pulumi/pulumi/runtime/rpc";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { madeByEks, type Made } from "../../plan/eks-component";
import type { Properties } from "./cloud";
import { channelOptions } from "./grpc";

/**
 * A stand-in for the remote component `eks:index:Cluster` of @pulumi/eks 4.3: like it, it registers
 * itself without inputs, and as its children the cluster's two roles, the cluster with what it derives
 * for EKS Auto Mode, and the CoreDNS add-on unless that is off. Role attachments and access entries
 * are not made.
 */
export async function constructCluster(request: ConstructRequest): Promise<ConstructResponse> {
  const type = request.getType();
  if (type !== "eks:index:Cluster") throw new Error(`${type}: this stand-in has no such component`);
  const monitor = new ResourceMonitorClient(
    request.getMonitorendpoint(),
    credentials.createInsecure(),
    channelOptions,
  );
  try {
    const component = new Component(request, monitor);
    await component.register();
    const args = opened(request.getInputs()!.toJavaScript()) as Properties;
    const [role, nodeRole] = await Promise.all([component.role("eks"), component.role("ec2")]);
    const [ofCluster, ...addons] = madeByEks(request.getName(), args, role.arn, nodeRole.arn);
    const cluster = await component.make(ofCluster!);
    for (const addon of addons) await component.make(addon);
    const made = cluster.getObject()!.toJavaScript() as Properties;
    const state = outputs(made, args, nodeRole.name);
    await component.ended(state);
    return response(component.urn, cluster.getUrn(), state);
  } finally {
    monitor.close();
  }
}

/** The component and its children, as they are registered with the engine. */
class Component {
  urn = "";

  constructor(
    private readonly request: ConstructRequest,
    private readonly monitor: ResourceMonitorClient,
  ) {}

  async register(): Promise<void> {
    const component = this.registration(this.request.getType(), this.request.getName(), {});
    component.setParent(this.request.getParent());
    component.setDependenciesList(this.request.getDependenciesList());
    this.urn = (await this.send(component)).getUrn();
  }

  /** A role for a service; its ARN and name, which a preview does not know. */
  async role(service: "eks" | "ec2"): Promise<{ arn: unknown; name: unknown }> {
    const name = `${this.request.getName()}-${service === "eks" ? "eksRole" : "nodeRole"}-role`;
    const trust = { Action: "sts:AssumeRole", Principal: { Service: `${service}.amazonaws.com` } };
    const role = this.registration("aws:iam/role:Role", name, {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", ...trust }],
      }),
    });
    const made = (await this.send(this.child(role))).getObject()!.toJavaScript() as Properties;
    return { arn: made.arn ?? unknownValue, name: made.name ?? unknownValue };
  }

  make(made: Made): Promise<proto.RegisterResourceResponse> {
    const child = this.child(this.registration(made.type, made.name, made.inputs));
    child.setDependenciesList(this.request.getDependenciesList());
    child.setIgnorechangesList(made.ignoreChanges);
    for (const [property, sources] of Object.entries(made.sources)) {
      const dependencies = new proto.RegisterResourceRequest.PropertyDependencies();
      dependencies.setUrnsList(this.behind(sources));
      child.getPropertydependenciesMap().set(property, dependencies);
    }
    return this.send(child);
  }

  async ended(state: Properties): Promise<void> {
    const ended = new proto.RegisterResourceOutputsRequest();
    ended.setUrn(this.urn);
    ended.setOutputs(Struct.fromJavaScript(state as never));
    await promisify(this.monitor.registerResourceOutputs.bind(this.monitor))(ended as never);
  }

  /** URNs of what determines these of the component's inputs. */
  private behind(properties: string[]): string[] {
    const inputs = this.request.getInputdependenciesMap();
    return properties.flatMap((property) => inputs.get(property)?.getUrnsList() ?? []);
  }

  private registration(type: string, name: string, inputs: Properties) {
    const registered = new proto.RegisterResourceRequest();
    registered.setType(type);
    registered.setName(name);
    registered.setObject(Struct.fromJavaScript(inputs as never));
    registered.setSupportspartialvalues(true);
    return registered;
  }

  private child(registered: proto.RegisterResourceRequest): proto.RegisterResourceRequest {
    registered.setCustom(true);
    registered.setParent(this.urn);
    registered.setProvider(this.request.getProvidersMap().get("aws") ?? "");
    return registered;
  }

  private send(registered: proto.RegisterResourceRequest) {
    const send = promisify(this.monitor.registerResource.bind(this.monitor)) as (
      request: proto.RegisterResourceRequest,
    ) => Promise<proto.RegisterResourceResponse>;
    return send(registered);
  }
}

/** A preview does not know what the cluster will answer. */
function outputs(cluster: Properties, { name }: Properties, nodeRoleName: unknown): Properties {
  const of = (property: string) => cluster[property] ?? unknownValue;
  return {
    eksCluster: {
      name: cluster.name ?? name,
      arn: of("arn"),
      createdAt: of("createdAt"),
      roleArn: of("roleArn"),
    },
    autoModeNodeRoleName: nodeRoleName,
    clusterSecurityGroupId: of("clusterSecurityGroupId"),
    kubeconfigJson: { [specialSigKey]: specialSecretSig, value: of("kubeconfigJson") },
  };
}

function response(component: string, cluster: string, state: Properties): ConstructResponse {
  const constructed = new ConstructResponse();
  constructed.setUrn(component);
  constructed.setState(Struct.fromJavaScript(state as never));
  for (const property of Object.keys(state)) {
    const behind = new ConstructResponse.PropertyDependencies();
    behind.setUrnsList([cluster]);
    constructed.getStatedependenciesMap().set(property, behind);
  }
  return constructed;
}

/** Inputs without the marks of secrets and outputs: none of this component's is secret. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (value === null || typeof value !== "object") return value;
  const marked = value as Properties;
  const mark = marked[specialSigKey];
  if (mark === specialOutputValueSig || mark === specialSecretSig)
    return "value" in marked ? opened(marked.value) : unknownValue;
  return Object.fromEntries(Object.entries(marked).map(([key, item]) => [key, opened(item)]));
}
