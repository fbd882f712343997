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

      it("expires dailies, weeklies and monthlies only when prune has tagged them", () => {
        for (const prefix of ["daily/", "weekly/", "monthly/"]) {
          const touching = rules(plan, vault).filter(
            (rule) => rule.expiration && prefixOf(rule).startsWith(prefix.slice(0, 1)),
          );
          for (const rule of touching.filter((r) => prefixOf(r) === prefix))
            assert.deepEqual(rule.filter.and, { prefix, tags: { pruned: "true" } });
          assert.equal(touching.filter((r) => prefixOf(r) === prefix).length, 1, prefix);
        }
      });

      it("expires nothing else by age but state/, after 90 days", () => {
        const byAge = rules(plan, vault).filter(
          ({ expiration, filter }) => expiration && !filter.and,
        );
        assert.deepEqual(
          byAge.map((rule) => [prefixOf(rule), rule.expiration!.days]),
          [["state/", 90]],
        );
      });

      it("keeps what is pruned for a week more, and no longer", () => {
        const pruned = rules(plan, vault).filter(({ filter }) => filter.and);
        assert.deepEqual(
          pruned.map((rule) => [
            rule.expiration!.days,
            rule.noncurrentVersionExpiration!.noncurrentDays,
          ]),
          [1, 2, 3].map(() => [1, 7]),
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

  it("no job may delete: the policy of the backup role has no such action", async () => {
    const policy = JSON.stringify(
      named(await plannedStack("prod"), "backup-identity-policy").inputs,
    );
    assert.doesNotMatch(policy, /Delete|s3:\*|Bypass/);
  });
});

function prefixOf({ filter }: Rule): string {
  return filter.and?.prefix ?? filter.prefix ?? "";
}
