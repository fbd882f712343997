import http from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import pWaitFor from "p-wait-for";
import type { Bed } from "./bed";
import { servingPods } from "./pods";

/** What a backend says that it can do. */
export interface State {
  mode: "normal" | "degraded" | "read-only";
  reasons: string[];
}

/** Asks every backend that serves, from the load balancer's address: nobody else is let in. */
export async function states({ platform, edge }: Bed): Promise<State[]> {
  return Promise.all(
    servingPods(platform, "backend").map(async ({ status }) => {
      const { podIP } = status as unknown as { podIP: string };
      const body = await get(podIP, "/api/state", edge.address);
      return JSON.parse(body) as State;
    }),
  );
}

/** Waits until all of them say so; returns the seconds. @throws Error after `within` seconds */
export async function untilAll(bed: Bed, mode: State["mode"], within: number): Promise<number> {
  const since = performance.now();
  let last: State[] = [];
  await pWaitFor(
    async () => {
      last = await states(bed);
      if (last.length > 0 && last.every((state) => state.mode === mode)) return true;
      if (performance.now() - since < within * 1000) return false;
      throw new Error(`after ${within} s the backends are not ${mode}: ${JSON.stringify(last)}`);
    },
    { interval: 200 },
  );
  return (performance.now() - since) / 1000;
}

/** Status of the answer to one request of the tenant's, by way of the load balancer. */
export async function statusOf({ edge, tenant }: Bed, path: string): Promise<number> {
  const url = new URL(path, edge.balancer.url);
  const response = await fetch(url, { headers: { "x-api-key": tenant.apiKey } });
  await response.arrayBuffer();
  return response.status;
}

async function get(host: string, path: string, localAddress: string): Promise<string> {
  const request = http.get({ host, port: 8000, path, localAddress, timeout: 3000 });
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  return text(response);
}
