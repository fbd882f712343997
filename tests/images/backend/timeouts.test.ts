import assert from "node:assert/strict";
import { brokenLinks, defaultTimeouts, type Timeouts } from "../../../images/backend/timeouts";
import { loadAll } from "js-yaml";
import { readRendered } from "../../../policies/releases/rendered";
import { only, plannedStack, root } from "../../support/planned";

describe("the chain of time-outs", () => {
  it("holds by default", () => assert.deepEqual(brokenLinks(defaultTimeouts), []));

  const breaks: [string, Partial<Timeouts>, RegExp][] = [
    ["a statement as long as the request's database time", { statement: 2000 }, /^statement/],
    ["database time as long as the route", { database: 5000 }, /^database/],
    ["a request as long as the load balancer waits", { receive: 55_000 }, /^receive \+ route/],
    ["a keep-alive that ends with the load balancer's", { keepAlive: 60_000 }, /^keep-alive/],
    ["a drain that cuts the longest request", { drain: 14_000 }, /^drain/],
    ["silence beyond the drain", { silence: 31_000 }, /^silence/],
    ["a grace that ends before the drain", { grace: 54_000 }, /^grace/],
  ];
  for (const [what, change, message] of breaks)
    it(`is broken by ${what}`, () => {
      const broken = brokenLinks({ ...defaultTimeouts, ...change });
      assert.ok(
        broken.some((line) => message.test(line)),
        broken.join("\n"),
      );
    });

  for (const stack of ["prod", "staging"] as const)
    it(`takes the figures that ${stack} has`, async () => {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a Kubernetes object
      const objects = loadAll(readRendered(root, stack, "mini-xdr")!.yaml) as any[];
      const deployment = objects.find(
        (object) => object?.kind === "Deployment" && object.metadata.name === "mini-xdr-backend",
      );
      const { terminationGracePeriodSeconds, containers } = deployment.spec.template.spec;
      assert.equal(defaultTimeouts.grace, terminationGracePeriodSeconds * 1000);
      assert.equal(defaultTimeouts.preStop, containers[0].lifecycle.preStop.sleep.seconds * 1000);
      const { inputs } = only(await plannedStack(stack), "aws:lb/loadBalancer:LoadBalancer");
      assert.equal(defaultTimeouts.loadBalancerIdle, Number(inputs.idleTimeout) * 1000);
      // A probe hears of a database in trouble before it gives up itself.
      const { timeoutSeconds } = containers[0].readinessProbe;
      assert.ok(defaultTimeouts.database < timeoutSeconds * 1000);
    });
});
