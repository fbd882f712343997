import path from "node:path";
import { LocalServer } from "../../lib/http-server";
import type { Api } from "../control-plane/api";

interface EndpointSlice {
  endpoints: { conditions: { ready?: boolean } }[] | null;
}

const backends =
  "/apis/discovery.k8s.io/v1/namespaces/mini-xdr/endpointslices?labelSelector=kubernetes.io/service-name%3Dmini-xdr-backend";

/**
 * A stand-in for load balancer, certificate and name: it answers 200 while the control plane that
 * is there has a ready endpoint of the backend's service, and 503 otherwise. No request reaches a
 * pod, as kwok's pods run nothing.
 */
export class LoadBalancer {
  private constructor(private readonly server: LocalServer) {}

  static async start(api: () => Api | undefined): Promise<LoadBalancer> {
    const server = await LocalServer.start((_, response) => {
      void readyBackends(api()).then((ready) => response.writeHead(ready > 0 ? 200 : 503).end());
    });
    return new LoadBalancer(server);
  }

  /** Sends a Node program's requests for a name here. */
  environment(name: string): NodeJS.ProcessEnv {
    const route = path.join(__dirname, "route.cjs");
    return {
      NODE_OPTIONS: `--require=${route}`,
      STAND_IN_NAME: name,
      STAND_IN_LOAD_BALANCER: this.server.url,
    };
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

async function readyBackends(api?: Api): Promise<number> {
  try {
    const slices = (await api?.list<EndpointSlice>(backends)) ?? [];
    return slices
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions.ready).length;
  } catch {
    return 0;
  }
}
