import assert from "node:assert/strict";
import { matches } from "../../../chaos/traffic/load-balancer/health-check";
import { groupOfArn, plannedLoadBalancer } from "../../../chaos/traffic/load-balancer/settings";
import type { Plan } from "../../../plan/plan";
import { named, plannedStack } from "../../support/planned";

describe("The planned load balancer", () => {
  it("is the one of the plan, whole", async () => {
    const { groups, ...others } = plannedLoadBalancer(await plannedStack("prod"));
    assert.deepEqual(others, {
      rules: [
        { paths: ["/metrics", "/healthz"], status: 404 },
        { paths: ["/api/*", "/events/*", "/health/ready"], group: "mini-xdr-prod-backend" },
      ],
      defaultGroup: "mini-xdr-prod-frontend",
      idleTimeout: 60,
      connectTimeout: 10,
      listener: { protocol: "https", port: 443 },
    });
    const [backend, frontend] = groups;
    assert.equal(backend!.name, "mini-xdr-prod-backend");
    assert.equal(backend!.deregistrationDelay, 15);
    const { path, interval, timeout, healthyThreshold, unhealthyThreshold, matcher } =
      backend!.healthCheck;
    assert.match(path, /^\/health\/(ready|serving)$/);
    assert.deepEqual(
      [interval, timeout, healthyThreshold, unhealthyThreshold, matcher],
      [5, 3, 2, 2, "200"],
    );
    assert.equal(frontend!.healthCheck.path, "/healthz");
  });

  it("is refused where it does what the stand-in does not", async () => {
    const changed = async (name: string, inputs: Record<string, unknown>): Promise<Plan> => {
      const plan = structuredClone(await plannedStack("prod"));
      Object.assign(named(plan, name).inputs, inputs);
      return plan;
    };
    for (const [name, inputs, error] of [
      ["edge-backend-targets", { loadBalancingAlgorithmType: "round_robin" }, /least_outstanding/],
      ["edge-backend-targets", { targetType: "instance" }, /addresses/],
      ["edge-api-rule", { conditions: [{ hostHeader: { values: ["x"] } }] }, /by path only/],
      ["edge-api-rule", { actions: [{ type: "redirect" }] }, /one target group/],
    ] as const) {
      const plan = await changed(name, inputs);
      assert.throws(() => plannedLoadBalancer(plan), error);
    }
  });

  it("takes codes as a matcher says", () => {
    for (const [matcher, status, fits] of [
      ["200", 200, true],
      ["200", 204, false],
      ["200,302", 302, true],
      ["200-299", 204, true],
      ["200-299", 300, false],
    ] as const)
      assert.equal(matches(matcher, status), fits, `${matcher} ${status}`);
  });

  it("finds a group's name in its ARN", () => {
    const arn = "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a-b/0123";
    assert.equal(groupOfArn(arn), "a-b");
    assert.throws(() => groupOfArn("arn:aws:s3:::x"), /no ARN of a target group/);
  });
});
