import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Report } from "../../lib/report";
import { output } from "../../lib/processes";
import { needsOf, type Needs } from "../../preflight/needs";
import { claimsOf } from "../../preflight/preflight";
import { readStackSettings } from "../../plan/stack-settings";
import { tool } from "../../tools";
import { newFolder } from "../images/backup/support/folder";
import { StandIns } from "../recovery/support/stand-ins";
import { command, stackTrace } from "../support/command";
import { needTools } from "../support/need-tools";
import { plannedStack, root } from "../support/planned";
import {
  built,
  fittingAccount,
  nameServers,
  standInAccount,
  standInCli,
  type Answers,
} from "./support/account";

const hour = 3_600_000;
const type = "tls:index/selfSignedCert:SelfSignedCert";
/** A certificate in the stack's state, so many hours from its end. */
const certificate = (name: string, hours: number) => ({
  urn: `urn:pulumi:prod::mini-xdr::${type}::${name}`,
  type,
  inputs: { earlyRenewalHours: 1440 },
  outputs: { validityEndTime: new Date(Date.now() + hours * hour).toISOString() },
});
const certificates = [certificate("fresh", 1441), certificate("due", 1439)];

describe("the preflight as a command, with a stand-in of the AWS CLI", function () {
  this.timeout(120_000);
  let needs: Needs;

  before(async () => {
    needs = needsOf(root, await plannedStack("prod"), readStackSettings(root, "prod"));
  });

  /** Runs a command beside stand-ins of `aws`, of the DNS, and of `pulumi`. */
  async function ran(script: string, args: string[], answers: Answers, end = 0) {
    const deployment = JSON.stringify({ deployment: { resources: certificates } });
    const pulumi = await StandIns.make({
      pulumi: [
        { when: "^stack export", stdout: deployment },
        { when: "^(up|preview)", code: end },
      ],
    });
    const env = {
      PATH: `${await standInCli(answers)}:${pulumi.bin}:${process.env.PATH}`,
      NODE_OPTIONS: `--require=${join(__dirname, "support/name-servers.cjs")}`,
      STAND_IN_NAME_SERVERS: nameServers.join(" "),
    };
    const result = await command(script, ["--stack", "prod", ...args], { env });
    assert.doesNotMatch(result.stderr, stackTrace);
    return {
      ...result,
      updates: (await pulumi.calls("pulumi")).filter(({ args }) => /^(up|preview) /.test(args)),
    };
  }

  it("says all that stands in the way at once, exit code 1, in the report too", async () => {
    const json = join(await newFolder(), "report.json");
    const { code, stdout, stderr } = await ran("preflight", ["--json", json], {
      ...fittingAccount(needs),
      "service-quotas get-service-quota L-1216C47A": { Quota: { Value: 5 } },
      "guardduty list-detectors": { DetectorIds: [] },
    });
    assert.equal(code, 1);
    assert.match(stderr, /^quotas: ✘/m);
    assert.match(stdout, /^FAILS +preflight\.quota\.processors +\d+ vCPUs +≤ 5 /m);
    assert.match(stdout, /^ {2}preflight\.quota\.processors: quota L-1216C47A/m);
    // What is committed here has been built by nobody.
    assert.match(stdout, /^ {2}preflight\.images\.backend: .* has no digest/m);
    assert.match(stdout, /^ {2}preflight\.landing-zone\.detector: GuardDuty: no detector/m);
    const report = JSON.parse(await readFile(json, "utf8")) as Report;
    assert.deepEqual([report.version, report.command, report.stack], [1, "preflight", "prod"]);
    const failed = report.claims.filter(({ holds }) => !holds);
    assert.equal(failed.length, 2 + needs.images.length);
    for (const { injection } of failed) assert.match(injection!, /\S: .*;/);
  });

  it("up begins nothing while something stands in the way", async () => {
    const { code, stdout, updates } = await ran("up", [], fittingAccount(needs));
    assert.equal(code, 1);
    assert.match(stdout, /has no digest/);
    assert.deepEqual(updates, []);
  });

  it("up of a part asks for no images, and passes on what is Pulumi's", async () => {
    const args = ["--target", "**Registry**", "--yes", "--", "--refresh"];
    const { code, stdout, updates } = await ran("up", args, fittingAccount(needs));
    assert.equal(code, 0, stdout);
    assert.match(stdout, /SKIPPED +preflight\.images\.backend .*they come after the registry$/m);
    const pack = join(root, "policies");
    assert.equal(
      updates[0]!.args,
      `up --policy-pack ${pack} --replace ${certificates[1]!.urn} --stack prod --cwd ${root} --target **Registry** --yes --refresh`,
    );
  });

  it("up saves a plan without asking the account anything: whoever may look may plan", async () => {
    const plan = join(await newFolder(), "plan.json");
    const { code, stderr, updates } = await ran("up", ["--save-plan", plan], {});
    assert.equal(code, 0, stderr);
    const pack = join(root, "policies");
    assert.deepEqual(
      updates.map(({ args }) => args),
      [
        `preview --policy-pack ${pack} --replace ${certificates[1]!.urn} --stack prod --cwd ${root} --save-plan ${plan} --diff --non-interactive`,
      ],
    );
  });

  it("up does what a plan says: certificates that it makes anew, and none that are due since", async () => {
    const plan = join(await newFolder(), "plan.json");
    const other = "urn:pulumi:prod::mini-xdr::aws:s3/bucket:Bucket::vault";
    const [fresh, due] = certificates.map(({ urn }) => urn);
    const resourcePlans = {
      [fresh!]: { steps: ["create-replacement", "replace", "delete-replaced"] },
      [due!]: { steps: ["same"] },
      // What is replaced for another reason is so without being named.
      [other]: { steps: ["create-replacement", "replace", "delete-replaced"] },
    };
    await writeFile(plan, JSON.stringify({ resourcePlans }));
    const args = ["--plan", plan, "--yes", "--target", "**"];
    const { code, stdout, updates } = await ran("up", args, fittingAccount(needs));
    assert.equal(code, 0, stdout);
    assert.equal(
      updates[0]!.args,
      `up --policy-pack ${join(root, "policies")} --replace ${fresh} --stack prod --cwd ${root} --plan ${plan} --target ** --yes`,
    );
  });

  it("up begins nothing with what is no plan, and never saves one beside doing it", async () => {
    const file = join(await newFolder(), "plan.json");
    await writeFile(file, "no plan");
    const broken = await ran("up", ["--plan", file, "--target", "**"], fittingAccount(needs));
    assert.equal(broken.code, 2);
    assert.match(broken.stderr, /^error: --plan: .*plan\.json: no saved plan: /m);
    const both = await ran("up", ["--plan", file, "--save-plan", file], {});
    assert.equal(both.code, 2);
    assert.deepEqual([...broken.updates, ...both.updates], []);
  });

  it("ends as Pulumi ends", async () => {
    const { code } = await ran("up", ["--target", "x"], fittingAccount(needs), 255);
    assert.equal(code, 255);
  });
});

describe("the stand-in account, held against AWS's own models", function () {
  before(async function () {
    await needTools(this, ["moto_server"]);
  });

  it("every question is one that AWS knows, and every answer one that it could give", async function () {
    this.timeout(120_000);
    const plan = await plannedStack("prod");
    const needs = built(needsOf(root, plan, readStackSettings(root, "prod")));
    const answers = fittingAccount(needs);
    const { ask, asked } = standInAccount(answers);
    await claimsOf(needs, ask, { lookUp: async () => nameServers });
    const questions = asked.map(({ service, operation, input = {} }) => {
      const { QuotaCode } = input as { QuotaCode?: string };
      const name = `${service} ${operation}`;
      return [service, operation, input, answers[`${name} ${QuotaCode}`] ?? answers[name]];
    });
    const defaults = { ServiceCode: "ec2", QuotaCode: "L-1216C47A" };
    const quota = { Quota: { Value: 5 } };
    questions.push(["service-quotas", "get-aws-default-service-quota", defaults, quota]);
    const python = join(dirname(await tool("moto_server")), "venv/bin/python");
    const models = join(__dirname, "support/models.py");
    const unfit = await output(python, [models], { input: JSON.stringify(questions) });
    assert.equal(unfit, "");
  });
});
