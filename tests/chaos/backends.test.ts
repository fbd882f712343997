import assert from "node:assert/strict";
import { Backends } from "../../chaos/backends";
import type { Platform } from "../../chaos/platform";
import { allAtOnce, asPlanned, withoutPreStop, type Deployment } from "../../chaos/variant";

const planned: Deployment = {
  spec: {
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    template: {
      spec: {
        terminationGracePeriodSeconds: 60,
        containers: [
          {
            name: "backend",
            image: "backend:1",
            lifecycle: { preStop: { sleep: { seconds: 20 } } },
            env: [],
            resources: { requests: {}, limits: {} },
          },
        ],
      },
    },
  },
};

/** Backends on a platform that is nothing but its Deployment, and how often its pods were replaced. */
function backendsOf(comeBack: () => Promise<void> = async () => {}) {
  const state = { deployment: structuredClone(planned), replaced: 0 };
  const api = {
    get: async () => structuredClone(state.deployment),
    patch: async (_: string, { spec }: { spec: Partial<Deployment["spec"]> }) => {
      if (spec.template) state.replaced++;
      Object.assign(state.deployment.spec, spec);
    },
  };
  const workloads = { all: [], onChange: () => () => {}, until: comeBack };
  const platform = { plane: { api }, workloads } as unknown as Platform;
  return { backends: new Backends(platform), state };
}

describe("a platform's backends", () => {
  it("stay as they are where they are that already", async () => {
    const { backends, state } = backendsOf();
    await backends.become(asPlanned);
    await backends.become(withoutPreStop);
    await backends.become(withoutPreStop);
    assert.equal(state.replaced, 1);
  });

  it("become one variant after another, each of what is planned alone, and that again", async () => {
    const { backends, state } = backendsOf();
    await backends.become(allAtOnce);
    await backends.become(withoutPreStop);
    assert.deepEqual(state.deployment.spec.strategy, planned.spec.strategy);
    assert.equal(state.deployment.spec.template.spec.containers[0]!.lifecycle, undefined);
    await backends.become(asPlanned);
    assert.deepEqual(state.deployment, planned);
  });

  it("keep their pods where these would be the same", async () => {
    const { backends, state } = backendsOf();
    await backends.become(allAtOnce);
    assert.notDeepEqual(state.deployment.spec.strategy, planned.spec.strategy);
    assert.equal(state.replaced, 0);
  });

  it("lose what a drill has changed in them meanwhile", async () => {
    const { backends, state } = backendsOf();
    await backends.become(allAtOnce);
    state.deployment.spec.template.spec.containers[0]!.env = [{ name: "REVISION", value: "one" }];
    await backends.become(asPlanned);
    assert.deepEqual([state.deployment, state.replaced], [planned, 1]);
  });

  it("are put back by the next one who asks where they did not come back", async () => {
    let broken = true;
    const { backends, state } = backendsOf(async () => {
      if (broken) throw new Error("a backend does not serve");
    });
    await assert.rejects(backends.become(withoutPreStop), /does not serve/);
    broken = false;
    await backends.become(asPlanned);
    assert.deepEqual(state.deployment, planned);
  });
});
