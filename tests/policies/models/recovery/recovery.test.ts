import assert from "node:assert/strict";
import fc from "fast-check";
import { Stack, unknown, type Resource } from "../../../../policies/model/resource";
import { recovery } from "../../../../policies/models/recovery";
import { judgedStack, setting } from "../../support";
import { gone, literal, settings, spoilt, type Spoil } from "../small";
import { keeping, simple, vaulted } from "../vaulted";

const linesOf = (resources: Resource[]) => recovery.lines(new Stack(resources), settings);
const breaksOf = (resources: Resource[]) => linesOf(resources).flatMap(({ broken }) => broken);
const unprotected = (resource: Resource) => ({ ...resource, protect: false });
const pod = "spec/jobTemplate/spec/template/spec";
const dump: Spoil["of"] = ["CronJob", "backup-dump"];
const vault: Spoil["of"] = ["Bucket", "vault"];
const rules = (bucket: string): Spoil["of"] => [
  "BucketLifecycleConfiguration",
  `${bucket}-LifecycleConfiguration`,
];
const rows = "the database's rows, by dumps";

/** Every link of every chain, taken away or spoilt. `of` names the data that lose by it. */
const spoils: (Spoil & { data: string[] })[] = [
  {
    says: "no dumps",
    data: [rows],
    link: /^schedule of dump/,
    of: dump,
    change: gone,
  },
  {
    says: "dumps that are suspended",
    data: [rows],
    link: /^schedule of database\/backup-dump/,
    of: dump,
    change: setting("spec/suspend", true),
  },
  {
    says: "a dump a month",
    data: [rows],
    link: /^(schedule|copy) of database\/backup-dump/,
    of: dump,
    change: setting("spec/schedule", "0 0 1 * *"),
  },
  {
    says: "a dump an hour, of a cluster",
    data: [rows],
    link: /^copy of database\/backup-dump/,
    of: dump,
    beside: "Cluster",
    change: setting("spec/schedule", "0 * * * *"),
  },
  {
    says: "a job that does something else",
    data: [rows],
    link: /^command of database\/backup-dump/,
    of: dump,
    change: setting(`${pod}/containers/0/args`, ["verify"]),
  },
  {
    says: "dumps into another bucket",
    data: [rows],
    link: /^vault of database\/backup-dump/,
    of: dump,
    change: setting(`${pod}/containers/0/env/0/value`, "another"),
  },
  {
    says: "a service account without rights",
    data: [rows],
    link: /^rights of database\/backup-dump/,
    of: dump,
    change: setting(`${pod}/serviceAccountName`, "default"),
  },
  {
    says: "no identity of the pods",
    data: [rows, "the stack's configuration"],
    link: /^rights of database\/backup-/,
    of: ["PodIdentityAssociation"],
    change: gone,
  },
  {
    says: "a role that trusts another service",
    data: [rows, "the stack's configuration"],
    link: /^rights of database\/backup-/,
    of: ["Role", "backup-role"],
    change: setting("assumeRolePolicy/Statement/0/Principal/Service", "ec2.amazonaws.com"),
  },
  {
    says: "a role that may not write",
    data: [rows, "the stack's configuration"],
    link: /^rights of database\/backup-/,
    of: ["RolePolicy", "backup-role-policy"],
    change: setting("policy", { Statement: [] }),
  },
  {
    says: "a role that may write another bucket",
    data: [rows, "the stack's configuration"],
    link: /^rights of database\/backup-/,
    of: ["RolePolicy", "backup-role-policy"],
    change: literal("policy"),
  },
  ...["verify", "drill", "restore"].map((kind) => ({
    says: `no ${kind}`,
    data: [rows],
    link: new RegExp(`^schedule of ${kind}`),
    of: ["CronJob", `backup-${kind}`] as Spoil["of"],
    change: gone,
  })),
  ...["verify", "drill"].map((kind) => ({
    says: `no server beside ${kind}`,
    data: [rows],
    link: new RegExp(`^server of database/backup-${kind}`),
    of: ["CronJob", `backup-scratch-${kind}`] as Spoil["of"],
    change: gone,
  })),
  {
    says: "a server that starts at another hour than its verification",
    data: [rows],
    link: /^server of database\/backup-verify/,
    of: ["CronJob", "backup-scratch-verify"],
    change: setting("spec/schedule", "35 4 * * 0"),
  },
  {
    says: "a drill that is content with a day",
    data: [rows],
    link: /^(schedule of|verification by) database\/backup-drill/,
    of: ["CronJob", "backup-drill"],
    change: setting(`${pod}/containers/0/env/1/value`, "86400"),
  },
  {
    says: "a vault that is emptied with the stack",
    data: [rows, "the stack's configuration", "the vault's objects"],
    link: /^bucket vault/,
    of: vault,
    change: setting("forceDestroy", true),
  },
  ...(["Versioning", "ObjectLockConfiguration", "LifecycleConfiguration"] as const).map((kind) => ({
    says: `no ${kind} of the vault`,
    data: [rows, "the vault's objects"],
    link: /^(versions|lock|lifecycle) of vault/,
    of: [`Bucket${kind}`, `vault-${kind}`] as Spoil["of"],
    change: gone,
  })),
  {
    says: "no encryption of the vault with a key of our own",
    data: [rows, "the vault's objects"],
    link: /^key of vault/,
    of: ["BucketServerSideEncryptionConfiguration", "vault-ServerSideEncryptionConfiguration"],
    change: literal("rules"),
  },
  {
    says: "a vault that freezes",
    data: [rows, "the stack's configuration", "the vault's objects"],
    link: /^storage class of vault/,
    of: rules("vault"),
    change: setting("rules/1/transitions", [{ days: 1, storageClass: "DEEP_ARCHIVE" }]),
  },
  {
    says: "earlier versions that freeze",
    data: [rows],
    link: /^storage class of copy/,
    of: rules("copy"),
    change: setting("rules/1/noncurrentVersionTransitions", [{ storageClass: "GLACIER" }]),
  },
  {
    says: "archives that end after a week",
    data: ["the stack's configuration"],
    link: /^lifecycle of vault/,
    of: rules("vault"),
    change: setting("rules/0/expiration/days", 7),
  },
  {
    says: "no copy in another Region",
    data: [rows, "the stack's configuration", "the vault's objects"],
    // Nor is what it led to a copy of anything any more.
    link: /^(copy|policy|lifecycle) of (vault|copy)/,
    of: ["BucketReplicationConfig"],
    change: gone,
  },
  {
    says: "copies in one zone",
    data: [rows, "the vault's objects"],
    link: /^storage class of replication/,
    of: ["BucketReplicationConfig"],
    change: setting("rules/0/destination/storageClass", "ONEZONE_IA"),
  },
  {
    says: "a copier without rights",
    data: [rows, "the vault's objects"],
    link: /^rights of replication/,
    of: ["RolePolicy", "copier-policy"],
    change: gone,
  },
  {
    says: "a copy that anybody may empty",
    data: [rows, "the vault's objects"],
    link: /^lock of copy/,
    of: ["BucketObjectLockConfiguration", "copy-ObjectLockConfiguration"],
    change: gone,
  },
  {
    says: "a vault whose policy denies nothing",
    data: [rows, "the stack's configuration", "the vault's objects"],
    link: /^policy of vault/,
    of: ["BucketPolicy", "vault-Policy"],
    change: gone,
  },
  {
    says: "copies that go after a month, by their age",
    data: [rows, "the vault's objects"],
    link: /^lifecycle of copy/,
    of: rules("copy"),
    change: setting("rules/4/expiration/days", 31),
  },
  {
    says: "a key that every administrator may delete",
    data: [rows, "keys"],
    link: /^key home-key/,
    of: ["Key", "home-key"],
    change: setting("policy", { Statement: [] }),
  },
  {
    says: "a key that is switched off",
    data: [rows, "the database's rows, by AWS", "secrets", "keys"],
    link: /^key home-key/,
    of: ["Key", "home-key"],
    change: setting("isEnabled", false),
  },
  {
    says: "a key that goes within a week",
    data: [rows, "keys"],
    link: /^key far-key/,
    of: ["Key", "far-key"],
    change: setting("deletionWindowInDays", 7),
  },
  {
    says: "a key of another Region",
    data: [rows, "the vault's objects"],
    link: /^key far-key/,
    of: ["Key", "far-key"],
    change: setting("region", "eu-west-2"),
  },
  {
    says: "no backups by AWS",
    data: ["the database's rows, by AWS"],
    link: /^schedule of rows/,
    of: ["Cluster"],
    change: setting("backupRetentionPeriod", 0),
  },
  {
    says: "backups that go with their instance",
    data: ["the database's rows, by AWS"],
    link: /^lifecycle of rows/,
    of: ["Instance"],
    change: setting("deleteAutomatedBackups", true),
  },
  {
    says: "no copy of an instance's backups",
    data: ["the database's rows, by AWS"],
    link: /^copy of rows/,
    of: ["InstanceAutomatedBackupsReplication"],
    change: gone,
  },
  {
    says: "rows under a key of somebody else",
    data: ["the database's rows, by AWS"],
    link: /^key of rows/,
    of: ["Cluster"],
    change: literal("kmsKeyId"),
  },
  {
    says: "an empty secret",
    data: ["secrets"],
    link: /^value of password/,
    of: ["SecretVersion"],
    change: gone,
  },
  {
    says: "a secret in one Region",
    data: ["secrets"],
    link: /^copy of password/,
    of: ["Secret", "password"],
    change: setting("replicas", []),
  },
  {
    says: "a key that is not protected",
    data: ["keys"],
    link: /^key home-key/,
    of: ["Key", "home-key"],
    change: unprotected,
  },
  {
    says: "images in one Region",
    data: ["images"],
    link: /^copy of images/,
    of: ["ReplicationConfiguration"],
    change: gone,
  },
  {
    says: "a copy of other images",
    data: ["images"],
    link: /^copy of images/,
    of: ["ReplicationConfiguration"],
    change: setting("replicationConfiguration/rules/0/repositoryFilters/0/filter", "another/"),
  },
  {
    says: "images that end with their tag",
    data: ["images"],
    link: /^lifecycle of images-lifecycle/,
    of: ["LifecyclePolicy"],
    change: setting("policy/rules/0/selection/tagStatus", "any"),
  },
  {
    says: "metrics without a volume",
    data: ["metrics"],
    link: /^volume of monitoring\/prometheus/,
    of: ["Prometheus"],
    change: setting("spec/storage", undefined),
  },
  {
    says: "dashboards that nobody reads",
    data: ["dashboards"],
    link: /^Grafana of watch/,
    of: ["Release", "watch"],
    change: setting("values/grafana/sidecar/dashboards/enabled", false),
  },
  {
    says: "an alert that nobody gets",
    data: [rows, "the stack's configuration", "the vault's objects"],
    link: /^alert on (no new backup is made|a backup fails|no backup is known to restore): figure /,
    of: ["ServiceMonitor", "database-backup"],
    change: gone,
  },
];

describe("the model of recovery", function () {
  this.timeout(120_000);

  it("calls every datum restorable whose every link is in place", () => {
    fc.assert(
      fc.property(keeping, (how) => {
        assert.deepEqual(breaksOf(vaulted(how)), []);
      }),
      { numRuns: 200 },
    );
  });

  for (const spoil of spoils)
    it(`names the link, and it alone: ${spoil.says}`, () => {
      let tried = 0;
      fc.assert(
        fc.property(keeping, (how) => {
          const whole = vaulted(how);
          const changed = spoilt(whole, spoil);
          // What the chain does not have, cannot be taken from it.
          if (!changed) return;
          const lines = linesOf(changed).filter(({ broken }) => broken.length > 0);
          const links = lines.flatMap(({ of, broken }) =>
            broken.map(({ problem }) => problem.slice(`${of}: `.length)),
          );
          assert.deepEqual(
            links.filter((link) => !spoil.link.test(link)),
            [],
          );
          const lost = lines.map(({ of }) => of);
          assert.deepEqual(
            spoil.data.filter((datum) => !lost.includes(datum)),
            [],
          );
          const urns = lines.flatMap(({ broken }) => broken.map(({ urn }) => urn));
          assert.ok(urns.every((urn) => whole.some((resource) => resource.urn === urn)));
          tried += 1;
        }),
        { numRuns: 20 },
      );
      assert.ok(tried > 0, "no chain has such a link");
    });

  it("takes what a first preview does not know from what determines it", () => {
    const first = vaulted(simple).map((resource) =>
      resource.type === "aws:iam/rolePolicy:RolePolicy"
        ? setting("policy", unknown)(resource)
        : resource,
    );
    assert.deepEqual(breaksOf(first), []);
  });

  it("asks for no other Region at the starter tier", () => {
    const near = vaulted(simple).filter(
      ({ type, name }) => !/Replication/.test(type) && !name.startsWith("copy"),
    );
    const lines = recovery.lines(new Stack(near), { ...settings, tier: "starter" });
    assert.deepEqual(
      lines.flatMap(({ broken }) => broken),
      [],
    );
  });

  for (const stack of ["prod", "staging"])
    it(`finds nothing broken in ${stack}`, async () => {
      const judged = await judgedStack(stack);
      const lines = recovery.lines(new Stack(judged.resources), judged.settings);
      assert.deepEqual(
        lines.flatMap(({ broken }) => broken),
        [],
      );
      assert.ok(lines.every(({ cells }) => cells.length === recovery.columns.length - 1));
    });
});
