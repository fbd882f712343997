import type { Clause } from "./clause";
import { expectStatus, seen } from "./target";
import { expect } from "./verdict";

/** How long the platform waits for a probe, ms. */
const probeTimeout = 3000;

/** Each health endpoint, and what it stands for. */
const endpoints = [
  ["health.summary", "/health", "sums up the service"],
  ["health.live", "/health/live", "says that the process runs, and asks nothing else"],
  ["health.startup", "/health/startup", "says that the detection model is loaded"],
  ["health.ready", "/health/ready", "says that database and cache answer"],
  ["health.serving", "/health/serving", "says that this process may get requests"],
] as const;

/** Health as kubelet, load balancer and people ask for it. */
export const health: Clause[] = [
  ...endpoints.map(([id, path, meaning]): Clause => ({
    id,
    title: `GET ${path} ${meaning}: 200 without a key where all is well`,
    async check({ target }) {
      const answer = await target.ask(path, { apiKey: null });
      expectStatus(answer, 200, `GET ${path}`, "serve it, without a key");
    },
  })),
  {
    id: "health.json",
    title: "Every health endpoint answers a JSON object",
    async check({ target }) {
      for (const [, path] of endpoints) {
        const answer = await target.ask(path, { apiKey: null });
        const type = answer.headers.get("content-type") ?? "";
        expect(
          type.startsWith("application/json") && typeof answer.json === "object",
          `a JSON object from ${path}`,
          seen(answer),
          "answer application/json, so that people see why",
        );
      }
    },
  },
  {
    id: "health.quick",
    title: `Every health endpoint answers within the probes' ${probeTimeout} ms`,
    async check({ target }) {
      for (const [, path] of endpoints) {
        const { milliseconds } = await target.ask(path, { apiKey: null });
        expect(
          milliseconds <= probeTimeout,
          `an answer from ${path} within ${probeTimeout} ms`,
          `${milliseconds} ms`,
          "ask dependencies with a time-out below the probes'",
        );
      }
    },
  },
];
