import assert from "node:assert/strict";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import type { Result } from "../../lib/processes";
import { command, ownCheckout, stackTrace } from "../support/command";

type Config = Record<string, unknown>;

/** Every case: what is changed in the prod settings, and what the one line about it must name. */
const cases: { title: string; change: (config: Config) => void; says: RegExp }[] = [
  {
    title: "a wrong value",
    change: (c) => (c["mini-xdr:tier"] = "gold"),
    says: /^ {2}mini-xdr:tier: "gold" is not allowed; allowed: one of starter, pro, enterprise$/m,
  },
  {
    title: "a missing key",
    change: (c) => delete c["mini-xdr:alertEmail"],
    says: /^ {2}mini-xdr:alertEmail: missing; allowed: an e-mail address$/m,
  },
  {
    title: "a missing key inside a structured one",
    change: (c) => delete within(c, "domain").hostedZoneId,
    says: /^ {2}mini-xdr:domain\.hostedZoneId: missing; allowed: /m,
  },
  {
    title: "a missing Region",
    change: (c) => delete c["aws:region"],
    says: /^ {2}aws:region: missing; allowed: a region name/m,
  },
  {
    title: "no recovery Region",
    change: (c) => delete c["mini-xdr:recoveryRegion"],
    says: /^ {2}mini-xdr:recoveryRegion: missing; allowed: a region name; absent only beside recovery\.of$/m,
  },
  {
    title: "a stack in its own place",
    change: (c) => (c["mini-xdr:recovery"] = { of: "bad" }),
    says: /^ {2}mini-xdr:recovery\.of: "bad" is not allowed; allowed: another stack, the one that is lost$/m,
  },
  {
    title: "an unknown key",
    change: (c) => (c["mini-xdr:replcas"] = "4"),
    says: /^ {2}mini-xdr:replcas: unknown key; allowed: tier, /m,
  },
  {
    title: "an unknown key inside a structured one",
    change: (c) => (within(c, "network").zonez = 3),
    says: /^ {2}mini-xdr:network\.zonez: unknown key/m,
  },
  {
    title: "fewer than three zones",
    change: (c) => (within(c, "network").zones = ["eu-central-1a", "eu-central-1b"]),
    says: /^ {2}mini-xdr:network\.zones: \["eu-central-1a","eu-central-1b"\] is not allowed; allowed: at least 3 availability zones$/m,
  },
  {
    title: "a zone of another Region",
    change: (c) => (within(c, "network").zones as string[]).splice(2, 1, "eu-west-1c"),
    says: /^ {2}mini-xdr:network\.zones: "eu-west-1c" is not allowed; allowed: zones of eu-central-1$/m,
  },
  {
    title: "overlapping address ranges",
    change: (c) => (within(c, "cluster").serviceCidr = "10.20.64.0/20"),
    says: /^ {2}mini-xdr:cluster\.serviceCidr: "10\.20\.64\.0\/20" is not allowed; allowed: no overlap with 10\.20\.0\.0\/16$/m,
  },
  {
    title: "a too small address range",
    change: (c) => (within(c, "network").cidr = "10.20.0.0/24"),
    says: /^ {2}mini-xdr:network\.cidr: "10\.20\.0\.0\/24" is not allowed; allowed: a prefix length from \/16 to \/20$/m,
  },
  {
    title: "an address range with host bits",
    change: (c) => (within(c, "network").cidr = "10.20.1.0/16"),
    says: /^ {2}mini-xdr:network\.cidr: "10\.20\.1\.0\/16" is not allowed; allowed: an IPv4 network/m,
  },
  {
    title: "a replica count under 3",
    change: (c) => (within(c, "backend").minReplicas = 2),
    says: /^ {2}mini-xdr:backend\.minReplicas: 2 is not allowed; allowed: a whole number from 3 to 100$/m,
  },
  {
    title: "poolers under 3",
    change: (c) => (c["mini-xdr:pgbouncer"] = { replicas: 1 }),
    says: /^ {2}mini-xdr:pgbouncer\.replicas: 1 is not allowed; allowed: a whole number from 3 to 20$/m,
  },
  {
    title: "a pool that exceeds max_connections",
    change: (c) => (c["mini-xdr:pgbouncer"] = { poolSize: 100 }),
    says: /^ {2}mini-xdr:pgbouncer\.poolSize: 100 is not allowed; allowed: 4 poolers × .* within 314, .*; it is 420$/m,
  },
  {
    title: "read replicas of a cluster",
    change: (c) => (within(c, "database").readReplicas = 2),
    says: /^ {2}mini-xdr:database\.readReplicas: 2 is not allowed; allowed: absent in the cluster topology$/m,
  },
  {
    title: "a DB cluster's disk for which RDS takes no IOPS",
    change: (c) => (within(c, "database").storageGb = 200),
    says: /^ {2}mini-xdr:database\.storageGb: 200 is not allowed; allowed: 400 or more in the cluster topology: RDS takes no IOPS for less of gp3$/m,
  },
  {
    title: "more IOPS than a disk may have",
    change: (c) => (within(c, "database").iops = 30_000),
    says: /^ {2}mini-xdr:database\.iops: 30000 is not allowed; allowed: from 12000 to 20000 with database\.storageGb 400, or absent$/m,
  },
  {
    title: "a class of which AWS makes no DB cluster",
    change: (c) => (within(c, "database").instanceClass = "db.r6g.large"),
    says: /^ {2}mini-xdr:database\.instanceClass: "db\.r6g\.large" is not allowed; allowed: a class with local disks, such as db\.r6gd\.large$/m,
  },
  {
    title: "an image without a fixed tag",
    change: (c) => (within(c, "images").backend = "latest"),
    says: /^ {2}mini-xdr:images\.backend: "latest" is not allowed; allowed: a fixed tag, never latest$/m,
  },
  {
    title: "a single NAT gateway in the enterprise tier",
    change: (c) => (within(c, "network").natGateways = "single"),
    says: /^ {2}mini-xdr:network\.natGateways: "single" is not allowed; allowed: perZone/m,
  },
  {
    title: "an API endpoint for the whole internet",
    change: (c) => (within(c, "cluster").publicAccessCidrs = ["0.0.0.0/0"]),
    says: /^ {2}mini-xdr:cluster\.publicAccessCidrs: \["0\.0\.0\.0\/0"\] is not allowed/m,
  },
  {
    title: "no role that runs up",
    change: (c) => delete within(c, "cluster").deployRoleArn,
    says: /^ {2}mini-xdr:cluster\.deployRoleArn: missing; allowed: an IAM role's ARN$/m,
  },
  {
    title: "a role that is named twice, once with a path",
    change: (c) =>
      (within(c, "cluster").deployRoleArn = "arn:aws:iam::111122223333:role/ops/mini-xdr-admin"),
    says: /^ {2}mini-xdr:cluster\.adminRoleArns: "arn:aws:iam::111122223333:role\/mini-xdr-admin" is not allowed; allowed: each role once, cluster\.deployRoleArn included$/m,
  },
  {
    title: "a structured value that is not valid JSON for the engine",
    change: (c) => (c["mini-xdr:network"] = "{cidr"),
    says: /^ {2}mini-xdr:network: "\{cidr" is not allowed; allowed: /m,
  },
];

const within = (config: Config, key: string) => config[`mini-xdr:${key}`] as Config;

describe("bad input, met by npm run preview", function () {
  this.timeout(60_000);
  const checkout = ownCheckout();

  // The first run after an installation says that it bundles the SDKs.
  before(() => preview("--stack", "prod"));

  /** Runs the preview of the prod settings with one change. */
  async function previewWith(change: (config: Config) => void): Promise<Result> {
    const prod = await readFile(join(checkout(), "Pulumi.prod.yaml"), "utf8");
    const settings = load(prod) as { config: Config };
    change(settings.config);
    await writeFile(join(checkout(), "Pulumi.bad.yaml"), dump(settings));
    return preview("--stack", "bad");
  }

  async function preview(...args: string[]): Promise<Result> {
    const result = await command("preview", args, { cwd: checkout() });
    assert.doesNotMatch(result.stderr, stackTrace);
    return result;
  }

  for (const { title, change, says } of cases)
    it(`${title}: one clear line, exit code 2`, async () => {
      const { code, stdout, stderr } = await previewWith(change);
      assert.match(stderr, says);
      assert.equal(stderr.split("\n").length, 2, `one problem, one line:\n${stderr}`);
      assert.equal(stdout, "");
      assert.equal(code, 2);
    });

  it("reports all problems at once", async () => {
    const some = [cases[0]!, cases[1]!, cases[8]!, cases[11]!];
    const { code, stderr } = await previewWith((config) => {
      for (const { change } of some) change(config);
    });
    for (const { says } of some) assert.match(stderr, says);
    assert.equal(code, 2);
  });

  it("settings that are no YAML: names the file", async () => {
    await writeFile(join(checkout(), "Pulumi.bad.yaml"), "config: {");
    const { code, stderr } = await preview("--stack", "bad");
    assert.match(stderr, /^error: Pulumi\.bad\.yaml: not readable: /);
    assert.equal(code, 2);
  });

  it("an unknown stack: names the stacks there are", async () => {
    const { code, stderr } = await preview("--stack", "produktion");
    assert.match(stderr, /--stack: "produktion" is not allowed; allowed: (bad, )?prod, staging/);
    assert.equal(code, 2);
  });

  it("a plan file of two stacks: says how to ask for one", async () => {
    const { code, stderr } = await preview("--json", join(checkout(), "plan.json"));
    assert.match(stderr, /--json: a plan file holds one stack; add --stack NAME/);
    assert.equal(code, 2);
  });

  const unwritable: [what: string, file: string, says: RegExp][] = [
    ["in a folder that is not there", "none/plan.json", /no such file or directory.*none'/],
    ["that is a folder", "plan", /plan" is a folder/],
    ["without a name", "", /"" is a folder/],
    ["below a file", "index.ts/plan.json", /not a directory|is no folder/],
  ];
  for (const [what, file, says] of unwritable)
    it(`a plan file ${what}: says so before anything is planned`, async () => {
      const { code, stdout, stderr } = await preview("--stack", "prod", "--json", file);
      assert.match(stderr, says);
      assert.match(stderr, /^error: --json: .*: name a file in a folder that is there$/);
      assert.equal(stdout, "");
      assert.equal(code, 2);
    });

  const packSettings: [what: string, text: string, says: RegExp][] = [
    ["no JSON", "{", /^error: policies\/config\.json: not readable: /],
    ["empty", "{}", /^error: policies\/config\.json: it must have failoverTargetSeconds/],
    [
      "wrong in every part",
      `{ "failoverTargetSeconds": { "prod": "soon" }, "exemptions": [null, { "object": "a", "excuses": "b" }, { "object": "Pod a", "until": "soon", "reason": "c", "excuses": { "d": ["e"] } }] }`,
      /failoverTargetSeconds\.prod: "soon" is not allowed.*\n.*exemptions: "undefined".*\n.*exemptions: "a" is incomplete.*\n.*exemptions: "Pod a": until: "soon" is not allowed/,
    ],
  ];
  for (const [what, text, says] of packSettings)
    it(`settings of the policy pack that are ${what}: names file and key`, async () => {
      const file = join(checkout(), "policies/config.json");
      const sound = await readFile(file, "utf8");
      await writeFile(file, text);
      const { code, stderr } = await preview("--stack", "prod").finally(() =>
        writeFile(file, sound),
      );
      assert.match(stderr, says);
      assert.equal(code, 2);
    });

  it("no stack at all: says so instead of doing nothing", async () => {
    const files = ["prod", "staging", "bad"].map((stack) =>
      join(checkout(), `Pulumi.${stack}.yaml`),
    );
    for (const file of files) await rename(file, `${file}.away`);
    const { code, stderr } = await preview();
    for (const file of files) await rename(`${file}.away`, file);
    assert.match(stderr, /^error: Pulumi\.STACK\.yaml: there is none here/);
    assert.equal(code, 2);
  });

  it("never prints a secret", async () => {
    const { stderr } = await previewWith((config) => {
      config["mini-xdr:pagerDutyRoutingKey"] = { secure: "v1:ciphertext" };
      config["mini-xdr:alertEmail"] = { secure: "v1:other" };
    });
    assert.match(stderr, /mini-xdr:alertEmail/);
    assert.doesNotMatch(stderr, /ciphertext|v1:/);
  });
});
