// Runs inside the sandbox, where port 53 of the loopback is free.
import assert from "node:assert/strict";
import { resolve4, setServers } from "node:dns/promises";
import { setTimeout as pause } from "node:timers/promises";
import { Names } from "../../../rehearsal/sandbox/names";
import { enterSandbox } from "../../../rehearsal/sandbox/sandbox";

async function main(folder: string): Promise<void> {
  enterSandbox(folder);
  setServers(["127.0.0.1"]); // Node has read the machine's before the sandbox had its own
  const names = await Names.start();
  const now = async () => resolve4("writer.test", { ttl: true });
  assert.equal(names.set("writer.test", 1, ["198.18.1.2"]), 0, "nobody has asked yet");
  assert.deepEqual(await now(), [{ address: "198.18.1.2", ttl: 1 }]);
  const held = names.set("writer.test", 1, ["198.18.2.2"]);
  assert.ok(held > 500 && held <= 1000, `${held} ms`);
  assert.deepEqual(await now(), [{ address: "198.18.1.2", ttl: 1 }]);
  await pause(held + 20);
  assert.deepEqual(await now(), [{ address: "198.18.2.2", ttl: 1 }]);
  await assert.rejects(resolve4("absent.test"), { code: "ENOTFOUND" });
}

main(process.argv[2]!).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
