import { Server, type handleUnaryCall, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";

import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { callStandIn } from "../../plan/stand-ins";
import { replacedFor } from "../../policies/replacement/table";
import { differing, typeOf, type Properties, type StandInCloud } from "./cloud";
import { constructCluster } from "./eks-component";
import { bound, channelOptions } from "./grpc";
import { readBack } from "./read-back";

/** Packages whose provider is a stand-in; Kubernetes has its own, real one. */
const packages = ["aws", "eks", "random", "tls"];

/**
 * The providers of everything but Kubernetes, as the engine speaks to them: a stand-in, with the
 * stand-in cloud behind it. It checks nothing but access entries, and a changed input is an update,
 * or a replacement where the table of replacements is sure of it.
 */
export class StandInProviders {
  private constructor(private readonly servers: Map<string, { server: Server; port: number }>) {}

  static async start(cloud: StandInCloud): Promise<StandInProviders> {
    const servers = new Map<string, { server: Server; port: number }>();
    for (const name of packages) {
      const server = new Server(channelOptions);
      server.addService(ResourceProviderService, methods(name, cloud));
      servers.set(name, { server, port: await bound(server) });
    }
    return new StandInProviders(servers);
  }

  /** Lets the engine use them instead of starting plugins. */
  get environment(): NodeJS.ProcessEnv {
    const ports = [...this.servers].map(([name, { port }]) => `${name}:${port}`);
    return { PULUMI_DEBUG_PROVIDERS: ports.join(",") };
  }

  stop(): void {
    for (const { server } of this.servers.values()) server.forceShutdown();
  }
}

function methods(name: string, cloud: StandInCloud): UntypedServiceImplementation {
  return {
    attach: answer(() => new Empty()),
    cancel: answer(() => new Empty()),
    getPluginInfo: answer(() => {
      const info = new PluginInfo();
      info.setVersion("0.0.0");
      return info;
    }),
    getSchema: answer(() => {
      const response = new proto.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    }),
    configure: answer(() => {
      const response = new proto.ConfigureResponse();
      response.setSupportspreview(true);
      // The engine demands it of components; to all others it opens what is secret.
      response.setAcceptsecrets(name === "eks");
      response.setAcceptresources(false);
      return response;
    }),
    checkConfig: answer(unchecked),
    check: answer(unchecked),
    diffConfig: answer(difference),
    diff: answer(difference),
    invoke: answer((request: proto.InvokeRequest) => {
      const inputs = plain(request.getArgs()) as Record<string, never>;
      const response = new proto.InvokeResponse();
      response.setReturn(struct(callStandIn({ token: request.getTok(), inputs })));
      return response;
    }),
    create: answer(async (request: proto.CreateRequest) => {
      const inputs = plain(request.getProperties());
      const response = new proto.CreateResponse();
      if (request.getPreview()) {
        response.setProperties(struct(inputs));
        return response;
      }
      const { id, state } = await cloud.create(request.getUrn(), inputs);
      response.setId(id);
      response.setProperties(struct(state));
      return response;
    }),
    read: answer((request: proto.ReadRequest) => {
      const found = cloud.read(request.getUrn(), request.getId());
      const response = new proto.ReadResponse();
      if (!found) return response;
      response.setId(found.id);
      response.setInputs(struct(found.inputs));
      response.setProperties(struct(found.state));
      return response;
    }),
    update: answer((request: proto.UpdateRequest) => {
      const inputs = plain(request.getNews());
      const response = new proto.UpdateResponse();
      const properties = request.getPreview()
        ? inputs
        : cloud.update(request.getUrn(), request.getId(), inputs).state;
      response.setProperties(struct(properties));
      return response;
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      await cloud.delete(request.getUrn(), request.getId());
      return new Empty();
    }),
    construct: answer(constructCluster),
  };
}

function unchecked(request: proto.CheckRequest): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

function difference(request: proto.DiffRequest): proto.DiffResponse {
  const type = typeOf(request.getUrn());
  const [read, news] = [readBack(type, plain(request.getOldInputs())), plain(request.getNews())];
  const names = differing(read, news);
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse();
  response.setChanges(names.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(names);
  response.setReplacesList(replacedFor(type, names, read, news));
  return response;
}

/** A method that answers, or fails with whatever `respond` throws. */
function answer<Q, R>(respond: (request: Q) => R | Promise<R>): handleUnaryCall<Q, R> {
  return ({ request }, reply) =>
    void (async () => respond(request))().then(
      (response) => reply(null, response),
      (error: Error) => reply(error),
    );
}

function plain(value: Struct | undefined): Properties {
  return (value?.toJavaScript() ?? {}) as Properties;
}

function struct(value: unknown): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(value)) as never);
}
