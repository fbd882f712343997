import assert from "node:assert/strict";
import { isAlive } from "../../../lib/processes";
import { ControlPlane, controlPlaneTools } from "../../../rehearsal/control-plane/control-plane";
import { LoadBalancer } from "../../../chaos/traffic/load-balancer/load-balancer";
import { Registration } from "../../../chaos/traffic/load-balancer/registration";
import { needTools } from "../../support/need-tools";
import { ask, balancerConfig, group, TestTarget } from "./support";

const bindings = "/apis/eks.amazonaws.com/v1/namespaces/default/targetgroupbindings";
const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

describe("The load balancer's process", function () {
  this.timeout(60_000);
  let balancer: LoadBalancer;
  let target: TestTarget;

  beforeEach(async () => {
    target = await TestTarget.start();
    balancer = await LoadBalancer.start(balancerConfig({ deregistrationDelay: 0.1 }));
  });

  afterEach(async () => {
    await balancer.stop();
    await target.stop();
  });

  it("is steered from here, and tells every change of a target", async () => {
    await balancer.register(group, "127.0.0.1", target.port);
    await balancer.until(group, (all) => [...all.values()].includes("healthy"), 5);
    assert.equal((await ask(balancer.url)).body, "here");
    await balancer.deregister(group, "127.0.0.1", target.port);
    await balancer.until(group, (all) => all.size === 0, 5);
    const states = balancer.changes.map(({ state }) => state);
    assert.deepEqual(states, ["initial", "healthy", "draining", "unused"]);
    assert.ok((await balancer.cpuSeconds()) > 0);
    const never = balancer.until(group, (all) => all.size > 0, 0.05);
    await assert.rejects(never, /after 0.05 s the targets of backend are {}/);
    await assert.rejects(balancer.register("nobody", "127.0.0.1", 1), /no target group nobody/);
  });

  it("says at its start what is wrong, and when it ends by itself", async () => {
    const { port } = new URL(balancer.url);
    const config = { ...balancerConfig({}), listen: { host: "127.0.0.1", port: Number(port) } };
    await assert.rejects(LoadBalancer.start(config), /cannot start: .*EADDRINUSE/);
    const { pid } = balancer;
    assert.ok(isAlive(pid));
    process.kill(pid, "SIGKILL");
    await assert.rejects(balancer.unexpectedEnd, /the load balancer has ended: SIGKILL/);
    await assert.rejects(balancer.register(group, "127.0.0.1", 1), /has ended|is gone/);
  });

  describe("with a real API server", () => {
    let plane: ControlPlane;

    before(async function () {
      await needTools(this, controlPlaneTools);
      const images = { known: [], failingJobTag: "fails" };
      plane = await ControlPlane.start({ zones: ["eu-central-1a"], images });
    });

    after(() => plane.stop());

    it("gets the pods of the Service that a TargetGroupBinding names", async () => {
      const registration = await Registration.start(plane.api, balancer, 0.1);
      const endpoint = (ready: boolean) => ({
        addresses: ["192.0.2.1"], // nobody: a loopback address is refused
        conditions: { ready },
      });
      await plane.api.create(bindings, {
        apiVersion: "eks.amazonaws.com/v1",
        kind: "TargetGroupBinding",
        metadata: { name: "backend" },
        spec: {
          targetGroupARN: `arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/${group}/0123`,
          targetType: "ip",
          serviceRef: { name: "backend", port: "http" },
        },
      });
      await plane.api.create(slices, {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "backend-1", labels: { "kubernetes.io/service-name": "backend" } },
        addressType: "IPv4",
        ports: [{ name: "http", port: 8000 }],
        endpoints: [endpoint(true)],
      });
      await balancer.until(group, (all) => all.has("192.0.2.1:8000"), 10);
      await plane.api.patch(`${slices}/backend-1`, { endpoints: [endpoint(false)] });
      await balancer.until(group, (all) => all.size === 0, 10);
      assert.equal((await ask(balancer.url)).status, 503);
      registration.stop();
    });
  });
});
