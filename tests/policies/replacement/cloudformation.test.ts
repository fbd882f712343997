import assert from "node:assert/strict";
import {
  counterparts,
  disagreements,
  theirsOf,
  withoutCounterpart,
} from "../../../policies/replacement/cloudformation";
import { replacement } from "../../../policies/replacement/table";

describe("where CloudFormation says otherwise", () => {
  it("is asked of every type of AWS's that is classified", () => {
    const classified = Object.keys(replacement).filter((type) => type.startsWith("aws:"));
    const asked = [...Object.keys(counterparts), ...withoutCounterpart];
    assert.deepEqual(asked.sort(), classified.sort());
  });

  it("knows properties by names that its schemas have", () => {
    for (const [type, { names = {} }] of Object.entries(counterparts))
      for (const property of Object.keys(names))
        assert.ok(theirsOf(type, property), `${type} ${property}`);
  });

  it("lists what differs, and nothing else", () => {
    const found = disagreements(replacement).map(
      ({ type, property, ours, theirs }) => `${type} ${property}: ${ours}, ${theirs}`,
    );
    for (const line of [
      "aws:rds/cluster:Cluster storageType: may, in place",
      "aws:rds/instance:Instance identifier: may, replace",
      "aws:rds/instance:Instance dbSubnetGroupName: in place, replace",
      "aws:elasticache/replicationGroup:ReplicationGroup preferredCacheClusterAzs: in place, replace",
      "aws:s3/bucket:Bucket objectLockEnabled: replace, in place",
    ])
      assert.ok(found.includes(line), line);
    for (const agreed of ["Cluster kmsKeyId", "Cluster backupRetentionPeriod", "Vpc cidrBlock"])
      assert.ok(!found.some((line) => line.includes(`${agreed}:`)), agreed);
  });
});
