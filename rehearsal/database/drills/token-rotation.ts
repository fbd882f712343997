import { setTimeout as pause } from "node:timers/promises";
import { Valkey } from "../../../images/backend/valkey";
import { claim, type Claim } from "../../../lib/claim";
import type { Drill } from "../../drill";
import type { DatabaseBed } from "../bed";
import type { Laboratory } from "../laboratory";
import { newPassword } from "../logins";

const name = "master.laboratory.cache.amazonaws.com";
const every = 10; // ms between two commands of a pod
const stage = 2000; // ms in which old and new pods use the cache side by side

/** The cache's token is changed under load: ElastiCache's ROTATE, then the pods. */
export const tokenRotation: Drill<DatabaseBed> = {
  name: "token-rotation",
  title: "The cache's token is changed",
  async run({ laboratory }) {
    const first = newPassword();
    const cache = await laboratory.addCache(name, first);
    const [second, third] = [newPassword(), newPassword()];
    const old = await Pod.start(laboratory, first);
    await cache.takes(second, "ROTATE");
    // One that starts before the Secret has changed, and one that starts after.
    const late = await Pod.start(laboratory, first);
    const next = await Pod.start(laboratory, second);
    await pause(stage);
    const pods = [old, late, next];
    const failed = pods.reduce((sum, pod) => sum + pod.close(), 0);
    const commands = pods.reduce((sum, pod) => sum + pod.commands, 0);
    await cache.takes(third, "ROTATE");
    const ended = await refused(laboratory, first);
    await cache.takes(newPassword(), "SET");
    const naive = await refused(laboratory, third);
    await cache.kill();
    return [
      claim({
        id: "token-rotation.failed",
        claim: `failed of ${commands} commands, of pods with the old token and with the new one`,
        value: failed,
        unit: "",
        limit: 0,
        injection: "the cache was told to take another token beside the one in use",
      }),
      held("two-rotations", "a pod with the token of two rotations ago is refused", ended),
      held("set", "control: SET at once, and a pod with the old token is refused", naive),
    ];
  },
};

/** Holds when somebody was refused. */
function held(id: string, what: string, refused: boolean): Claim {
  const value = refused ? 0 : 1;
  return claim({
    id: `token-rotation.${id}`,
    claim: `${what}: 0 is so`,
    value,
    unit: "",
    limit: 0,
  });
}

async function refused(laboratory: Laboratory, token: string): Promise<boolean> {
  const pod = await Pod.start(laboratory, token);
  await pause(500);
  return pod.close() > 0;
}

/** A backend's own access to the cache, in use without a pause. */
class Pod {
  commands = 0;
  private failed = 0;
  private readonly valkey: Valkey;
  private timer: NodeJS.Timeout | undefined;

  private constructor(laboratory: Laboratory, token: string) {
    const settings = { host: name, port: 6379, token, ca: laboratory.authority.pem };
    this.valkey = new Valkey(settings, () => this.failed++);
  }

  /** Starts one, which works as soon as it is connected, or after a second. */
  static async start(laboratory: Laboratory, token: string): Promise<Pod> {
    const pod = new Pod(laboratory, token);
    for (let waited = 0; !pod.valkey.available && waited < 1000; waited += every)
      await pause(every);
    pod.timer = setInterval(() => {
      pod.commands++;
      void pod.valkey.set("key", "value", 60);
    }, every);
    return pod;
  }

  /** Returns how many of its commands failed. */
  close(): number {
    clearInterval(this.timer);
    this.valkey.close();
    return this.failed;
  }
}
