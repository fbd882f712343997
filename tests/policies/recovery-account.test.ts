import assert from "node:assert/strict";
import { describeBudgets } from "../../policies/pack/budgets";
import { judgeResources, stackOf } from "../../policies/pack/judge";
import { fromPlan } from "../../policies/pack/adapters/plan";
import { withDeployed } from "../../policies/releases/deployed";
import type { Resource } from "../../policies/model/resource";
import type { Plan } from "../../plan/plan";
import { readStackSettings } from "../../plan/stack-settings";
import { planned, plannedStack, root } from "../support/planned";
import { broken, changing, judgedStack, setting, type Judged } from "./support";

const roleArn = "arn:aws:iam::210987654321:role/vault";

describe("the pack, of a stack whose copies are in another account", function () {
  this.timeout(120_000);
  let plan: Plan;
  let judged: Judged;

  before(async () => {
    const { settings } = await judgedStack("prod");
    const prod = readStackSettings(root, "prod");
    const backups = JSON.stringify({ recoveryAccount: roleArn });
    plan = await planned({ ...prod, config: { ...prod.config, "mini-xdr:backups": backups } });
    judged = { settings, resources: withDeployed(plan.resources.map(fromPlan), settings) };
  });

  const mandatory = (resources: Resource[]) =>
    judgeResources(resources, judged.settings)
      .filter(({ enforcementLevel }) => enforcementLevel === "mandatory")
      .map(({ policy, message }) => `${policy}: ${message}`);
  const warning = (of: Plan) =>
    describeBudgets(stackOf(of.resources, judged.settings), judged.settings).filter((line) =>
      line.startsWith("ONE ACCOUNT"),
    );

  it("lets it pass, and says nothing of one account", async () => {
    assert.deepEqual(mandatory(judged.resources), []);
    assert.deepEqual(warning(plan), []);
    assert.equal(warning(await plannedStack("prod")).length, 1);
  });

  it("takes no provider that stays in the stack's own account", () => {
    const own = `[{"roleArn":"arn:aws:iam::111122223333:role/vault"}]`;
    const changed = changing(judged, ["pulumi:providers:aws", ""], setting("assumeRoles", own));
    assert.equal(broken(judged, changed, "recovery-account").length > 0, true);
  });

  it("wants what is copied to be that account's own", () => {
    const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
    for (const path of ["account", "accessControlTranslation"]) {
      const changed = changing(
        judged,
        [replication, ""],
        setting(`rules/0/destination/${path}`, undefined),
      );
      assert.equal(broken(judged, changed, "recovery-account").length, 1, path);
    }
  });

  it("lets nothing else be made there", () => {
    const { urn } = judged.resources.find(({ type }) => type === "pulumi:providers:aws")!;
    const changed = changing(judged, ["aws:kms/key:Key", "keys-database"], (key) => ({
      ...key,
      provider: urn,
    }));
    assert.equal(broken(judged, changed, "declared-targets").length, 1);
  });
});
