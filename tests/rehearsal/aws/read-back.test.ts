import assert from "node:assert/strict";
import { differing, type Properties } from "../../../rehearsal/aws/cloud";
import { readBack } from "../../../rehearsal/aws/read-back";
import { replacedFor } from "../../../policies/replacement/table";
import { named, only, plannedStack } from "../../support/planned";

/** What a second preview plans for inputs that were applied before. */
function planned(type: string, applied: Properties) {
  const read = readBack(type, applied);
  const changes = differing(read, applied);
  return { changes, replaces: replacedFor(type, changes, read, applied) };
}

const nothing = { changes: [], replaces: [] };
const cluster = "aws:rds/cluster:Cluster";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";

describe("a second preview of what AWS reads back", function () {
  this.timeout(60_000);

  for (const stack of ["prod", "staging"])
    it(`changes nothing in ${stack}`, async () => {
      for (const { name, type, inputs } of (await plannedStack(stack)).resources)
        assert.deepEqual(planned(type, inputs), nothing, name);
    });

  for (const stack of ["prod", "staging"])
    it(`plans a parameter of ${stack} for ever that its family has by itself`, async () => {
      const { type, inputs } = named(await plannedStack(stack), "database-parameters");
      for (const [name, value] of [
        ["rds.force_ssl", "1"],
        ["password_encryption", "scram-sha-256"],
      ]) {
        const parameters = [
          ...(inputs.parameters as object[]),
          { name, value, applyMethod: "immediate" },
        ];
        assert.deepEqual(planned(type, { ...inputs, parameters }).changes, ["parameters"]);
      }
    });

  it("takes away IOPS that nobody has stated", async () => {
    const { inputs } = only(await plannedStack("prod"), cluster);
    const { iops, ...unstated } = inputs;
    assert.ok(iops);
    assert.deepEqual(planned(cluster, unstated).changes, ["iops"]);
  });

  it("replaces a cache whose minor AWS has moved on", async () => {
    const { inputs } = only(await plannedStack("prod"), cache);
    const moved = { ...inputs, autoMinorVersionUpgrade: true };
    assert.deepEqual(planned(cache, moved), {
      changes: ["engineVersion"],
      replaces: ["engineVersion"],
    });
    const upgraded = { ...inputs, engineVersion: "8.1" };
    assert.deepEqual(replacedFor(cache, ["engineVersion"], inputs, upgraded), []);
  });

  it("leaves a DB cluster whose storage type changes to the engine: pulumi-aws updates it in place", async () => {
    const { inputs } = only(await plannedStack("prod"), cluster);
    const changed = { ...inputs, storageType: "io1" };
    assert.deepEqual(replacedFor(cluster, ["storageType"], inputs, changed), []);
  });
});
