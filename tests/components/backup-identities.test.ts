import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { Plan } from "../../plan/plan";
import { accountId } from "../../plan/stand-ins";
import { readStackSettings, type StackSettings } from "../../plan/stack-settings";
import { named, ofType, planned, root } from "../support/planned";
import { secondStack } from "../support/second-stack";

type Document = { Statement: unknown[] };

/** A request: what is asked of what, and what comes along with it. */
interface Request {
  action: string;
  resource: string;
  /** The bucket's or the key's own policy; absent: it has none. */
  policy?: Document;
  context?: Record<string, string | string[]>;
  /** Absent: the stack's own. */
  account?: string;
}

const region = { here: "eu-central-1", copy: "eu-west-1" };
const roleArn = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const everything: Document = {
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};
const backup = "2026-11-23T02-00-00Z-3f9c2e";
const tls = { "aws:SecureTransport": "true" };

/** Settings of prod, whose deploy role is in the account that plans stand in. */
function settingsOf(change: (config: Record<string, string>) => void = () => {}): StackSettings {
  const settings = readStackSettings(root, "prod");
  const config = { ...settings.config };
  const cluster = JSON.parse(config["mini-xdr:cluster"]!) as object;
  config["mini-xdr:cluster"] = JSON.stringify({ ...cluster, deployRoleArn: roleArn("deploy") });
  change(config);
  return { ...settings, config };
}

const documentOf = (value: unknown): Document =>
  (typeof value === "string" ? JSON.parse(value) : value) as Document;

/** What an identity may by its planned policy; an administrator, and the deploy role, anything. */
function rightsIn(plan: Plan): Record<string, { principal: string; rights: Document }> {
  const planned = (role: string, policy: string) => ({
    principal: arnOfRole(plan, role),
    rights: documentOf(named(plan, policy).inputs.policy),
  });
  return {
    ...Object.fromEntries(
      ["dump", "state", "verify", "prune", "exporter", "restore"].map((identity) => [
        identity,
        planned(`backup-identities-${identity}-role`, `backups-${identity}-policy`),
      ]),
    ),
    copies: planned("backups-replication-role", "backups-replication-policy"),
    admin: { principal: roleArn("admin"), rights: everything },
    deploy: { principal: roleArn("deploy"), rights: everything },
  };
}

/** The stand-in's ARN of a role, as the role's own policy names it. */
function arnOfRole(plan: Plan, role: string): string {
  const policies = ofType(plan, "aws:iam/rolePolicy:RolePolicy");
  const of = policies.find(({ propertyDependencies }) =>
    propertyDependencies.role?.some((urn) => urn.endsWith(`::${role}`)),
  );
  return roleArn(String(of!.inputs.role));
}

/** ARN of a planned key: what encrypts the bucket, or what an identity signs with. */
function keysIn(plan: Plan) {
  const encrypts = (vault: string) => {
    const text = JSON.stringify(named(plan, `${vault}-encryption`).inputs.rules);
    return /"(arn:aws:kms:[^"]+)"/.exec(text)![1]!;
  };
  const signs = (identity: string) => {
    const { Statement } = documentOf(named(plan, `backups-${identity}-policy`).inputs.policy);
    const statement = (Statement as { Action: string[]; Resource: string[] }[]).find(({ Action }) =>
      Action.includes("kms:Sign"),
    );
    return statement!.Resource[0]!;
  };
  return {
    vault: encrypts("backups-primary"),
    copy: encrypts("backups-recovery"),
    manifests: signs("dump"),
    verifications: signs("verify"),
  };
}

function requestsIn(plan: Plan): Record<string, Request> {
  const keys = keysIn(plan);
  const bucket = (name: string) => ({
    arn: `arn:aws:s3:::${String(named(plan, `backups-${name}-bucket`).inputs.bucket)}`,
    policy: documentOf(named(plan, `backups-${name}-policy`).inputs.policy),
  });
  const [vault, copy] = [bucket("primary"), bucket("recovery")];
  const on =
    (where: { arn: string; policy: Document }) =>
    (action: string, path: string, context: Request["context"] = {}): Request => ({
      action,
      resource: `${where.arn}${path}`,
      policy: where.policy,
      context: { ...tls, ...context },
    });
  const [asked, copied] = [on(vault), on(copy)];
  const file = (name: string, tier = "daily") => `/${tier}/${backup}/${name}`;
  const dump = file("database.dump");
  const whole = { "s3:ObjectCreationOperation": "true" };
  const once = { ...whole, "s3:if-none-match": "*" };
  const put = (path: string, context: Request["context"] = {}) =>
    asked("s3:PutObject", path, { ...once, ...context });
  const lock = (tier: string, days: number, mode = "COMPLIANCE") =>
    asked("s3:PutObjectRetention", file("database.dump", tier), {
      "s3:object-lock-mode": mode,
      "s3:object-lock-remaining-retention-days": String(days),
    });
  const tag = (tags: Record<string, string>) =>
    asked("s3:PutObjectTagging", dump, {
      "s3:RequestObjectTagKeys": Object.keys(tags),
      ...Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [`s3:RequestObjectTag/${key}`, value]),
      ),
    });
  const key = (action: string, resource: string, name: string): Request => ({
    action: `kms:${action}`,
    resource,
    policy: documentOf(named(plan, name).inputs.policy),
  });
  const replica = keys.manifests.replace(region.here, region.copy);
  const report = (namespace: string): Request => ({
    action: "cloudwatch:PutMetricData",
    resource: "*",
    context: { "cloudwatch:namespace": namespace },
  });
  return {
    "list the vault": asked("s3:ListBucket", ""),
    "read a dump": asked("s3:GetObject", dump),
    "read a version of a dump": asked("s3:GetObjectVersion", dump),
    "read a manifest": asked("s3:GetObject", file("manifest.json")),
    "read a record of a verification": asked("s3:GetObject", file("verified.json")),
    "read a job's outcome": asked("s3:GetObject", "/state/runs/dump.json"),
    "read an archive of the configuration": asked("s3:GetObject", "/state/archives/1/state.tar.gz"),
    "write a dump": put(dump),
    "write a part of a dump": asked("s3:PutObject", dump, {
      "s3:ObjectCreationOperation": "false",
    }),
    "write a manifest": put(file("manifest.json", "weekly")),
    "write over a dump": asked("s3:PutObject", dump, whole),
    "write over a manifest": asked("s3:PutObject", file("manifest.json"), whole),
    "write a dump without TLS": put(dump, { "aws:SecureTransport": "false" }),
    "write a dump under S3's own key": put(dump, { "s3:x-amz-server-side-encryption": "AES256" }),
    "write a dump under another key of KMS": put(dump, {
      "s3:x-amz-server-side-encryption": "aws:kms",
      "s3:x-amz-server-side-encryption-aws-kms-key-id": keys.copy,
    }),
    "write a dump under a key of the writer's own": put(dump, {
      "s3:x-amz-server-side-encryption-customer-algorithm": "AES256",
    }),
    "write a record of a verification": put(file("verified.json")),
    "write over a record of a verification": asked("s3:PutObject", file("verified.json"), whole),
    "write an archive of the configuration": put("/state/archives/1/state.tar.gz"),
    "write over an archive of the configuration": asked(
      "s3:PutObject",
      "/state/archives/1/state.tar.gz",
      whole,
    ),
    "write a dump's outcome": asked("s3:PutObject", "/state/runs/dump.json", whole),
    "write a prune's outcome": asked("s3:PutObject", "/state/runs/prune.json", whole),
    "lock a weekly for 35 days, in compliance mode": lock("weekly", 35),
    "lock a monthly for 190 days, in compliance mode": lock("monthly", 190),
    "lock a weekly for 20 days": lock("weekly", 20),
    "lock a monthly for 35 days": lock("monthly", 35),
    "lock a weekly in governance mode": lock("weekly", 35, "GOVERNANCE"),
    "lock a monthly for ten years": lock("monthly", 3650),
    "lock a daily": lock("daily", 35),
    "mark a dump as pruned": tag({ pruned: "true" }),
    "tag a dump otherwise": tag({ pruned: "false" }),
    "mark a dump as pruned, and more": tag({ pruned: "true", other: "true" }),
    "take the tags of a dump away": asked("s3:DeleteObjectTagging", dump),
    "delete a dump": asked("s3:DeleteObject", dump),
    "delete a version of a dump": asked("s3:DeleteObjectVersion", dump),
    "open a lock in governance mode": asked("s3:BypassGovernanceRetention", dump),
    "change the vault's policy": asked("s3:PutBucketPolicy", ""),
    "delete the vault's policy": asked("s3:DeleteBucketPolicy", ""),
    "change the vault's lock": asked("s3:PutBucketObjectLockConfiguration", ""),
    "change the vault's lifecycle": asked("s3:PutLifecycleConfiguration", ""),
    "change the vault's versioning": asked("s3:PutBucketVersioning", ""),
    "change the vault's replication": asked("s3:PutReplicationConfiguration", ""),
    "change the vault's default key": asked("s3:PutEncryptionConfiguration", ""),
    "delete the vault": asked("s3:DeleteBucket", ""),
    "copy a dump into the other Region": copied("s3:ReplicateObject", dump),
    "write into the copy": copied("s3:PutObject", dump, once),
    "read from the copy": copied("s3:GetObject", dump),
    "tag in the copy": copied("s3:PutObjectTagging", dump),
    "read the tags that would be copied": asked("s3:GetObjectVersionTagging", dump),
    "delete in the copy": copied("s3:DeleteObject", dump),
    "delete a version in the copy": copied("s3:DeleteObjectVersion", dump),
    "change the copy's lifecycle": copied("s3:PutLifecycleConfiguration", ""),
    "change the copy's policy": copied("s3:PutBucketPolicy", ""),
    "encrypt with the vault's key": key("GenerateDataKey", keys.vault, "keys-backups"),
    "decrypt with the vault's key": key("Decrypt", keys.vault, "keys-backups"),
    "decrypt with the copy's key": key("Decrypt", keys.copy, "keys-backups-recovery"),
    "sign a manifest": key("Sign", keys.manifests, "keys-backup-manifests"),
    "sign a manifest in the other Region": key("Sign", replica, "keys-backup-manifests-replica"),
    "sign a verification": key("Sign", keys.verifications, "keys-backup-verifications"),
    "check a manifest": key("GetPublicKey", keys.manifests, "keys-backup-manifests"),
    "check a verification": key("GetPublicKey", keys.verifications, "keys-backup-verifications"),
    "disable the vault's key": key("DisableKey", keys.vault, "keys-backups"),
    "delete the vault's key": key("ScheduleKeyDeletion", keys.vault, "keys-backups"),
    "change the policy of the vault's key": key("PutKeyPolicy", keys.vault, "keys-backups"),
    "disable the copy's key": key("DisableKey", keys.copy, "keys-backups-recovery"),
    "delete the copy's key": key("ScheduleKeyDeletion", keys.copy, "keys-backups-recovery"),
    "delete the database's key": key(
      "ScheduleKeyDeletion",
      `arn:aws:kms:${region.here}:${accountId}:key/1`,
      "keys-database",
    ),
    "delete a signing key": key("ScheduleKeyDeletion", keys.manifests, "keys-backup-manifests"),
    "delete a signing key's replica": key(
      "ScheduleKeyDeletion",
      replica,
      "keys-backup-manifests-replica",
    ),
    "report the backups' figures": report("MiniXdr/Backups"),
    "report other figures": report("AWS/RDS"),
    "read the password of the database's master": {
      action: "secretsmanager:GetSecretValue",
      resource: `arn:aws:secretsmanager:${region.here}:${accountId}:secret:master-1a2b3c`,
    },
  };
}

/** Whether AWS would let a principal do it, by every policy that has a say. */
async function isAllowed(principal: string, rights: Document, request: Request): Promise<boolean> {
  const simulation: Simulation = {
    request: {
      principal,
      action: request.action,
      resource: { resource: request.resource, accountId: request.account ?? accountId },
      contextVariables: { "aws:PrincipalArn": principal, ...request.context },
    },
    identityPolicies: [{ name: "planned", policy: { Version: "2012-10-17", ...rights } }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: request.policy,
  };
  const result = await runSimulation(simulation, {});
  assert.notEqual(result.resultType, "error", JSON.stringify(result));
  assert.ok(result.resultType !== "error");
  // A header that AWS's reference does not know for an action would decide nothing, unseen.
  const [single] = result.resultType === "single" ? [result.result] : result.results;
  assert.deepEqual(single?.ignoredContextKeys ?? [], [], request.action);
  return result.overallResult === "Allowed";
}

/** The rows between the marks of docs/backup-identities.md. */
function tableOf(page: string): { columns: string[]; rows: [name: string, cells: string[]][] } {
  const text = /<!-- the table that the test reads -->\n([^]*)<!-- end of the table -->/.exec(
    page,
  )![1]!;
  const lines = text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [[, ...columns] = [], , ...rows] = lines;
  return { columns, rows: rows.map(([name, ...cells]) => [name!, cells]) };
}

describe("who may do what with the backups", function () {
  this.timeout(60_000);
  const { columns, rows } = tableOf(readFileSync(join(root, "docs/backup-identities.md"), "utf8"));
  let plan: Plan;
  let requests: Record<string, Request>;
  let identities: ReturnType<typeof rightsIn>;

  before(async () => {
    plan = await planned(settingsOf());
    requests = requestsIn(plan);
    identities = rightsIn(plan);
  });

  it("is asked of every identity, and the page has every request", () => {
    assert.deepEqual(columns.sort(), Object.keys(identities).sort());
    assert.deepEqual(rows.map(([name]) => name).sort(), Object.keys(requests).sort());
  });

  for (const [name, cells] of rows)
    it(`${name}: ${cells.every((cell) => cell === "no") ? "nobody" : "as the page says"}`, async () => {
      const header = tableOf(readFileSync(join(root, "docs/backup-identities.md"), "utf8")).columns;
      const found: Record<string, string> = {};
      for (const column of header) {
        const { principal, rights } = identities[column]!;
        found[column] = (await isAllowed(principal, rights, requests[name]!)) ? "yes" : "no";
      }
      assert.deepEqual(found, Object.fromEntries(header.map((column, i) => [column, cells[i]])));
    });

  it("can fail: one denial less, and an administrator deletes", async () => {
    const request = requests["delete a version of a dump"]!;
    const { Statement } = request.policy!;
    const less = Statement.filter((one) => (one as { Sid: string }).Sid !== "NothingDeleted");
    assert.equal(less.length, Statement.length - 1);
    const { principal, rights } = identities.admin!;
    assert.equal(
      await isAllowed(principal, rights, { ...request, policy: { Statement: less } }),
      true,
    );
  });

  describe("where the copies are in another account", () => {
    const account = "210987654321";
    let elsewhere: Record<string, Request>;
    let far: Plan;

    before(async () => {
      far = await planned(
        settingsOf((config) => {
          config["mini-xdr:backups"] = JSON.stringify({
            recoveryAccount: `arn:aws:iam::${account}:role/vault`,
          });
        }),
      );
      elsewhere = Object.fromEntries(
        Object.entries(requestsIn(far))
          .filter(
            ([name]) => /copy|copied/.test(name) && name !== "read the tags that would be copied",
          )
          .map(([name, request]) => [name, { ...request, account }]),
      );
    });

    it("an administrator of this one, and the deploy role, may read there and change nothing", async () => {
      const reads = ["read from the copy", "decrypt with the copy's key"];
      for (const who of ["admin", "deploy"])
        for (const [name, request] of Object.entries(elsewhere)) {
          const { principal, rights } = rightsIn(far)[who]!;
          assert.equal(
            await isAllowed(principal, rights, request),
            reads.includes(name),
            `${who}: ${name}`,
          );
        }
    });

    it("replication fills it, and gives what it brings away", async () => {
      const { principal, rights } = rightsIn(far).copies!;
      const request = elsewhere["copy a dump into the other Region"]!;
      assert.equal(await isAllowed(principal, rights, request), true);
      const gives = { ...request, action: "s3:ObjectOwnerOverrideToBucketOwner" };
      assert.equal(await isAllowed(principal, rights, gives), true);
    });
  });

  it("in a lost one's place, restores what that one has left here, and nothing of others", async () => {
    const second = secondStack("prod");
    const heir = await planned({
      ...second,
      config: { ...second.config, "mini-xdr:cluster": settingsOf().config["mini-xdr:cluster"]! },
    });
    const rights = documentOf(named(heir, "backups-restore-policy").inputs.policy);
    const principal = arnOfRole(heir, "backup-identities-restore-role");
    const aliased = (alias: string) => ({ "kms:ResourceAliases": [`alias/mini-xdr-${alias}`] });
    const replica = {
      ...requests["sign a manifest in the other Region"]!,
      // Stand-ins of both stacks have one id; AWS draws another for each.
      resource: `arn:aws:kms:${region.copy}:${accountId}:key/mrk-0`,
    };
    const may = (request: Request, context: Request["context"] = {}) =>
      isAllowed(principal, rights, { ...request, context: { ...request.context, ...context } });
    assert.equal(await may(requests["read from the copy"]!), true);
    assert.equal(await may(requests["delete in the copy"]!), false);
    assert.equal(await may(requests["write into the copy"]!), false);
    const opens = requests["decrypt with the copy's key"]!;
    assert.equal(await may(opens, aliased("prod-backups-recovery")), true);
    assert.equal(await may(opens, aliased("prod-database-recovery")), false);
    const checks = { ...replica, action: "kms:GetPublicKey" };
    assert.equal(await may(checks, aliased("prod-backup-manifests")), true);
    assert.equal(await may(checks, aliased("staging-backup-manifests")), false);
    assert.equal(await may(replica, aliased("prod-backup-manifests")), false);
  });
});
