import assert from "node:assert/strict";
import { evaluate } from "../../plan/evaluate";
import type { Plan } from "../../plan/plan";
import { readStackSettings } from "../../plan/stack-settings";
import { named, only, plannedStack, program, root } from "../support/planned";

interface Rule {
  id: string;
  filter: { prefix?: string; and?: { prefix: string; tags: Record<string, string> } };
  expiration?: { days: number };
  noncurrentVersionExpiration?: { noncurrentDays: number };
  abortIncompleteMultipartUpload?: { daysAfterInitiation: number };
}

const rules = (plan: Plan, vault: string) =>
  named(plan, `${vault}-lifecycle`).inputs.rules as Rule[];

describe("the backups", () => {
  for (const vault of ["backups-primary", "backups-recovery"])
    describe(vault, () => {
      let plan: Plan;
      before(async () => (plan = await plannedStack("prod")));

      it("is versioned, locked in governance mode and protected", () => {
        const versioning = named(plan, `${vault}-versioning`).inputs;
        assert.deepEqual(versioning.versioningConfiguration, { status: "Enabled" });
        const bucket = named(plan, `${vault}-bucket`);
        assert.equal(bucket.inputs.objectLockEnabled, true);
        assert.equal(bucket.protect, true);
        assert.deepEqual(named(plan, `${vault}-lock`).inputs.rule, {
          defaultRetention: { mode: "GOVERNANCE", days: 7 },
        });
      });

      it("is encrypted by default with a key of its own", () => {
        const { inputs, propertyDependencies } = named(plan, `${vault}-encryption`);
        const [rule] = inputs.rules as { applyServerSideEncryptionByDefault: object }[];
        assert.match(JSON.stringify(rule), /"sseAlgorithm":"aws:kms"/);
        const key = vault === "backups-primary" ? "keys-backups" : "keys-backups-recovery";
        assert.ok(propertyDependencies.rules!.some((urn) => urn.endsWith(`::${key}`)));
      });

      it("takes TLS alone and nothing public", () => {
        const access = named(plan, `${vault}-public-access`).inputs;
        for (const block of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls"])
          assert.equal(access[block], true);
        assert.equal(access.restrictPublicBuckets, true);
        const policy = JSON.stringify(named(plan, `${vault}-policy`).inputs.policy);
        assert.match(
          policy,
          /"Effect":"Deny".*"aws:SecureTransport":"false"|"aws:SecureTransport":"false".*"Effect":"Deny"/,
        );
      });

      const isCopy = vault === "backups-recovery";
      it(`expires a dump ${isCopy ? "by its age alone" : "only when prune has tagged it"}`, () => {
        const ages = { "daily/": 16, "weekly/": 45, "monthly/": 220 };
        for (const [prefix, age] of Object.entries(ages)) {
          const [rule, ...others] = rules(plan, vault).filter((one) => prefixOf(one) === prefix);
          assert.deepEqual(others, [], prefix);
          assert.deepEqual(
            rule!.filter,
            isCopy ? { prefix } : { and: { prefix, tags: { pruned: "true" } } },
          );
          assert.equal(rule!.expiration!.days, isCopy ? age : 1);
          // What has expired is there for a week more, and no longer.
          assert.equal(rule!.noncurrentVersionExpiration!.noncurrentDays, 7);
        }
      });

      it("expires nothing else but state/, after 90 days", () => {
        const others = rules(plan, vault).filter(
          (rule) => rule.expiration && !/^(daily|weekly|monthly)\/$/.test(prefixOf(rule)),
        );
        assert.deepEqual(
          others.map((rule) => [prefixOf(rule), rule.expiration!.days]),
          [["state/", 90]],
        );
      });

      it("removes noncurrent versions and unfinished uploads everywhere", () => {
        const leftovers = rules(plan, vault).find((rule) => prefixOf(rule) === "")!;
        assert.ok(leftovers.noncurrentVersionExpiration!.noncurrentDays >= 7);
        assert.ok(leftovers.abortIncompleteMultipartUpload!.daysAfterInitiation <= 7);
      });
    });

  it("are replicated to the recovery Region, under the key there", async () => {
    const plan = await plannedStack("prod");
    assert.equal(named(plan, "backups-recovery-bucket").inputs.region, "eu-west-1");
    const { inputs } = only(plan, "aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    const [rule] = inputs.rules as {
      status: string;
      destination: { bucket: string; encryptionConfiguration: { replicaKmsKeyId: string } };
    }[];
    assert.equal(rule!.status, "Enabled");
    assert.match(rule!.destination.bucket, /backups-recovery/);
    assert.match(rule!.destination.encryptionConfiguration.replicaKmsKeyId, /:eu-west-1:/);
  });

  it("archive the stack's configuration, and nothing secret of it", async () => {
    const secrets = { "mini-xdr:slackWebhookUrl": "https://hooks.example.com/a-secret-path" };
    const settings = readStackSettings(root, "prod");
    const plan = await evaluate(await program(), {
      ...settings,
      config: { ...settings.config, ...secrets },
      secretKeys: Object.keys(secrets),
    });
    const { data } = named(plan, "database-backup-config-stack-configuration").inputs;
    const text = (data as Record<string, string>)["stack.json"]!;
    const { tier, stack, images } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual([tier, stack], ["enterprise", "prod"]);
    assert.ok((images as Record<string, string>).backend);
    assert.doesNotMatch(text, /a-secret-path|slackWebhookUrl/);
  });

  it("no job may delete, and no job reads tags into the copy", async () => {
    const plan = await plannedStack("prod");
    const policies = ["dump", "state", "verify", "prune", "exporter", "restore", "replication"].map(
      (who) => JSON.stringify(named(plan, `backups-${who}-policy`).inputs),
    );
    for (const policy of policies) assert.doesNotMatch(policy, /Delete|s3:\*|Bypass/);
    assert.doesNotMatch(policies.at(-1)!, /Tag/);
  });

  it("tells of changed rights, also of who may become the role that changes them", async () => {
    const rule = named(await plannedStack("prod"), "backup-watch-backup-rights-touched");
    const { detail } = JSON.parse(String(rule.inputs.eventPattern));
    assert.ok(detail.eventName.includes("UpdateAssumeRolePolicy"));
    assert.deepEqual(detail.requestParameters.roleName, [
      { prefix: "backup-identities-" },
      { prefix: "backups-replication-" },
      "mini-xdr-deploy",
    ]);
  });
});

function prefixOf({ filter }: Rule): string {
  return filter.and?.prefix ?? filter.prefix ?? "";
}
