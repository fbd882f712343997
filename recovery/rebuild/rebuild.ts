import { unlessStopped } from "../../lib/signals";
import { answers } from "../application";
import type { Engine, Outputs } from "../engine";
import { recover, type Step } from "../procedure";
import type { RecoveryRequest } from "../request";
import { requireDataUntouched, requireSameAddresses } from "../untouched";
import { proveLost } from "./lost-cluster";

/** Load balancer, pods and DNS of a cluster that is up. */
const patienceSeconds = 1800;

/**
 * Rebuilds a lost cluster beside the data that has outlived it; returns the exit code.
 *
 * @throws NotProved when AWS does not say that the cluster is gone.
 */
export async function rebuild(asked: RecoveryRequest): Promise<number> {
  const before = await asked.engine.outputs();
  await unlessStopped(asked.stop, proveLost(before));
  const title = `AWS has no cluster ${before.eksClusterName}. To rebuild it:`;
  return recover({ ...asked, command: "rebuild", title, steps: steps(asked.engine, before) });
}

function steps(engine: Engine, before: Outputs): Step[] {
  return [
    {
      id: "proof",
      title: `Prove again that AWS has no cluster ${before.eksClusterName}`,
      run: () => proveLost(before),
    },
    {
      id: "refresh",
      title: "Refresh the state; for this run only, forget what the lost cluster held",
      run: () => engine.refresh(true),
    },
    {
      id: "check",
      title:
        "Check that the engine plans to create, delete or replace nothing that holds data or addresses",
      run: () => requireDataUntouched(engine),
    },
    {
      id: "up",
      title: "Bring the cluster and everything on it up again, under the policy pack",
      run: () => engine.up(),
    },
    {
      id: "addresses",
      title: "Check that every address is what it was",
      run: async () => requireSameAddresses(before, await engine.outputs()),
    },
    {
      id: "answer",
      title: `Wait until the application answers at ${before.url}`,
      run: () => answers(before.url, patienceSeconds),
    },
  ];
}
