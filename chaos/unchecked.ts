import type { Claim } from "../lib/claim";
import type { Bed } from "./bed";
import { control, findingOf } from "./control";
import { Edge } from "./edge";
import type { Result } from "./measure";

/** More failed checks than a drill lasts. */
const never = 1_000_000;

/** Runs `work` with a second load balancer, which never believes that a target is dead. */
export async function withUncheckedEdge<T>(
  { platform }: Bed,
  work: (unchecked: Edge) => Promise<T>,
): Promise<T> {
  const { plan, plane, accessLog } = platform;
  const unchecked = await Edge.start(plan, plane.api, accessLog, { unhealthyThreshold: never });
  try {
    await unchecked.healthy(3);
    return await work(unchecked);
  } finally {
    await unchecked.stop();
  }
}

/** That failures went on at that load balancer when they had to be over, under the same fault. */
export function uncheckedControl(drill: string, { edge }: Bed, { beside }: Result): Claim {
  return control(
    drill,
    "with a load balancer that believes no failed health check, at the same time",
    findingOf(beside!, beside!.errorWindow > edge.errorWindow),
  );
}
