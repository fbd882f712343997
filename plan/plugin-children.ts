import {
  CallbackInvokeRequest,
  type CallbackInvokeResponse,
} from "@pulumi/pulumi/proto/callback_pb";
import {
  RegisterResourceRequest,
  TransformRequest,
  TransformResourceOptions,
  TransformResponse,
} from "@pulumi/pulumi/proto/resource_pb";
import { getCallbacks } from "@pulumi/pulumi/runtime/settings";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { madeByEks } from "./eks-component";

/** The only component of this program that a plugin builds. */
const component = "eks:index:Cluster";

/**
 * Requests by which a component's plugin would register what it makes, with the transforms of the
 * program applied to them as an engine does it: the mock runtime runs neither.
 *
 * @param arnOf ARN of a role that the plugin makes; `unknownValue` in a first preview
 */
export async function pluginChildren(
  urn: string,
  request: RegisterResourceRequest,
  arnOf: (role: string) => unknown,
): Promise<RegisterResourceRequest[]> {
  if (request.getType() !== component) return [];
  const name = request.getName();
  const args = request.getObject()!.toJavaScript() as Record<string, unknown>;
  const behind = request.getPropertydependenciesMap();
  const made = madeByEks(
    name,
    args,
    arnOf(`${name}-eksRole-role`),
    arnOf(`${name}-nodeRole-role`),
  ).map((child) => {
    const registered = new RegisterResourceRequest();
    registered.setType(child.type);
    registered.setName(child.name);
    registered.setCustom(true);
    registered.setParent(urn);
    registered.setObject(Struct.fromJavaScript(child.inputs as never));
    registered.setIgnorechangesList(child.ignoreChanges);
    for (const [property, sources] of Object.entries(child.sources)) {
      const urns = sources.flatMap((source) => behind.get(source)?.getUrnsList() ?? []);
      const dependencies = new RegisterResourceRequest.PropertyDependencies();
      dependencies.setUrnsList(urns);
      registered.getPropertydependenciesMap().set(property, dependencies);
    }
    return registered;
  });
  for (const child of made)
    for (const { token } of request.toObject().transformsList) await transform(child, token);
  return made;
}

/** Lets one of the program's transforms change a registration's inputs; its options stay. */
async function transform(registered: RegisterResourceRequest, token: string): Promise<void> {
  const request = new TransformRequest();
  request.setType(registered.getType());
  request.setName(registered.getName());
  request.setCustom(true);
  request.setParent(registered.getParent());
  request.setProperties(registered.getObject());
  request.setOptions(new TransformResourceOptions());
  const invoked = new CallbackInvokeRequest();
  invoked.setToken(token);
  invoked.setRequest(request.serializeBinary());
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    void callbacks().invoke({ request: invoked }, (error, response) =>
      response ? resolve(response.getResponse_asU8()) : reject(error as Error),
    );
  });
  registered.setObject(TransformResponse.deserializeBinary(bytes).getProperties());
}

interface Callbacks {
  invoke(
    call: { request: CallbackInvokeRequest },
    reply: (error: unknown, response?: CallbackInvokeResponse) => void,
  ): Promise<void>;
}

/** The SDK's server of transforms, asked within the process; its types leave the method out. */
function callbacks(): Callbacks {
  return getCallbacks() as unknown as Callbacks;
}
