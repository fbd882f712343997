import assert from "node:assert/strict";
import fc from "fast-check";
import { Stack, type Resource } from "../../policies/model/resource";
import { processorsOf } from "../../preflight/processors";
import { deployed, made } from "../policies/models/small";

const release = made("kubernetes:helm.sh/v3:Release", "release");

interface Workload {
  pods: number;
  /** Of the autoscaler; absent: there is none. */
  most?: number;
  surge?: number | string;
  cpu: string;
}

/** A Deployment of a name, with its autoscaler. */
function workload(name: string, { pods, most, surge, cpu }: Workload): Resource[] {
  const template = { spec: { containers: [{ resources: { requests: { cpu } } }] } };
  const strategy = surge === undefined ? undefined : { rollingUpdate: { maxSurge: surge } };
  const scaled = {
    spec: { minReplicas: pods, maxReplicas: most, scaleTargetRef: { kind: "Deployment", name } },
  };
  return [
    deployed(release, "apps/v1:Deployment", `ns/${name}`, {
      spec: { replicas: most ? undefined : pods, strategy, template },
    }),
    ...(most
      ? [deployed(release, "autoscaling/v2:HorizontalPodAutoscaler", `ns/${name}`, scaled)]
      : []),
  ];
}

const processors = (...workloads: Workload[]) =>
  processorsOf(new Stack(workloads.flatMap((one, index) => workload(`w${index}`, one))), 3);

describe("the processors that a stack's nodes want", () => {
  it("counts the autoscaler's most, a rollout's surge, and a lost zone's share once more", () => {
    // 12 and 1 more are 5 in a zone; 5 × 0.5 are 2 nodes of 1.93; four zones' worth; 2 each.
    assert.equal(processors({ pods: 3, most: 12, surge: 1, cpu: "500m" }), 16);
    // Without a surge 4 in a zone, still 2 nodes; with half the processors 1.
    assert.equal(processors({ pods: 3, most: 12, surge: 0, cpu: "500m" }), 16);
    assert.equal(processors({ pods: 3, most: 12, surge: 0, cpu: "250m" }), 8);
  });

  it("takes Kubernetes' own quarter where a rollout says nothing", () => {
    // 12 and 3 more are 5 in a zone.
    assert.equal(processors({ pods: 12, cpu: "780m" }), 24);
    assert.equal(processors({ pods: 12, surge: 0, cpu: "780m" }), 16);
  });

  it("lets every job run beside, and what runs on each node first", () => {
    const containers = [{ resources: { requests: { cpu: "1" } } }];
    const job = deployed(release, "batch/v1:Job", "ns/job", {
      spec: { template: { spec: { containers } } },
    });
    const daemon = deployed(release, "apps/v1:DaemonSet", "ns/daemon", {
      spec: { template: { spec: { containers } } },
    });
    const app = workload("app", { pods: 3, surge: 0, cpu: "900m" });
    assert.equal(processorsOf(new Stack([...app, job]), 3), 8 + 2);
    // 0.93 is left of each node: the job, which wants 1, takes two.
    assert.equal(processorsOf(new Stack([...app, job, daemon]), 3), 8 + 4);
  });

  it("is never less than what is requested, and never less with more pods", () => {
    const pods = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(pods, pods, fc.integer({ min: 1, max: 1900 }), (a, b, milli) => {
        const [few, many] = [Math.min(a, b), Math.max(a, b)];
        const of = (count: number) => processors({ pods: count, surge: 1, cpu: `${milli}m` });
        return of(many) >= of(few) && of(many) >= (many * milli) / 1000;
      }),
    );
  });
});
