import assert from "node:assert/strict";
import type { LocalServer } from "../../lib/http-server";
import { stackTrace } from "../support/command";
import { Issues } from "./support/issues";
import { runCommand, StandIns } from "./support/stand-ins";

const urn = (type: string, name: string) => `urn:pulumi:prod::mini-xdr::${type}::${name}`;
const bucket = urn("aws:s3/bucket:Bucket", "vault");
const queue = urn("aws:sns/topic:Topic", "alarms");

/** What `pulumi refresh --preview-only --json` prints (pulumi/pulumi, pkg/backend/display/json.go). */
const digest = (...steps: object[]) =>
  JSON.stringify({ steps: [{ op: "refresh", urn: urn("aws:kms/key:Key", "data") }, ...steps] });
const changed = { op: "update", urn: bucket, detailedDiff: { tags: {}, "policy[0]": {} } };
const gone = { op: "delete", urn: queue };

describe("npm run drift, with stand-ins of pulumi and GitHub", function () {
  this.timeout(60_000);
  let issues: Issues;
  let server: LocalServer;

  beforeEach(async () => {
    ({ issues, server } = await Issues.start(30));
  });
  afterEach(() => server.stop());

  async function drift(stdout: string, args: string[] = ["--repository", "o/n"], code = 0) {
    const pulumi = await StandIns.make({ pulumi: [{ when: "^refresh", stdout, code }] });
    const env = {
      ...pulumi.environment,
      GITHUB_API_URL: server.url,
      GITHUB_TOKEN: "token-of-the-job",
    };
    const result = await runCommand("drift", ["--stack", "prod", ...args], env);
    assert.doesNotMatch(result.stderr + result.stdout, stackTrace);
    assert.doesNotMatch(result.stderr + result.stdout, /token-of-the-job/);
    return { ...result, calls: await pulumi.calls("pulumi") };
  }

  it("looks, and changes neither what is there nor the state", async () => {
    const { code, stdout, calls } = await drift(digest(), ["--exclude", "**kubernetes:**"]);
    assert.equal(code, 0);
    assert.match(stdout, /^prod: nothing differs/);
    assert.match(
      calls[0]!.args,
      /^refresh --preview-only --json --exclude \*\*kubernetes:\*\* --stack prod /,
    );
    assert.deepEqual([calls.length, issues.asked], [1, []]);
  });

  it("opens an issue with what differs, without values, exit code 1", async () => {
    const { code, stdout } = await drift(digest(gone, changed));
    assert.equal(code, 1);
    assert.match(stdout, /^changed +urn:pulumi:prod::.*::vault {2}policy\[0\] tags$/m);
    assert.match(stdout, /^gone +urn:pulumi:prod::.*::alarms$/m);
    assert.match(stdout, /^issue: opened$/m);
    assert.deepEqual(issues.seen, ["#1 open Drift in prod"]);
    const { body } = issues.issues[0]!;
    assert.match(body!, /^- `aws:s3\/bucket:Bucket::vault` is changed: `policy\[0\]`, `tags`$/m);
    assert.ok(issues.asked.every(({ token }) => token === "Bearer token-of-the-job"));
  });

  it("updates it when something else differs, leaves it when nothing new does, closes and reopens it", async () => {
    const ends: string[] = [];
    for (const steps of [[changed], [changed], [changed, gone], [], [], [gone]])
      ends.push(/^issue: (.*)$/m.exec((await drift(digest(...steps))).stdout)![1]!);
    assert.deepEqual(ends, ["opened", "as it was", "updated", "closed", "as it was", "reopened"]);
    assert.deepEqual(issues.seen, ["#1 open Drift in prod"]);
    assert.match(issues.issues[0]!.body!, /::alarms` is gone$/m);
    assert.doesNotMatch(issues.issues[0]!.body!, /vault/);
  });

  it("finds its own behind 60 others, and leaves an impostor's and another stack's alone", async () => {
    await drift(digest(changed));
    const { body } = issues.issues[0]!;
    for (let count = 0; count < 60; count++)
      issues.add({ title: `${count}`, user: { login: "a" } });
    issues.add({ title: "impostor", body, user: { login: "somebody" } });
    issues.add({ title: "Drift in staging", body: body!.replace("drift: prod", "drift: staging") });
    issues.add({ title: "quoted", body: `> ${body}` });
    const { stdout } = await drift(digest());
    assert.match(stdout, /^issue: closed$/m);
    assert.deepEqual(
      issues.seen.filter((line) => line.includes(" closed ")),
      ["#1 closed Drift in prod"],
    );
    assert.ok(issues.asked.some(({ url }) => url.includes("page=3")));
  });

  it("shows hostile names as they are: no mention, no picture, no way out of the code", async () => {
    const hostile = urn("aws:s3/bucket:Bucket", "`@team ![](https://x/y)\n# title");
    await drift(digest({ op: "delete", urn: hostile }));
    const lines = issues.issues[0]!.body!.split("\n").filter((line) => line.includes("team"));
    assert.deepEqual(lines, ["- `aws:s3/bucket:Bucket::'@team ![](https://x/y)'# title` is gone"]);
  });

  it("lists 100, says how many more there are, and fits into GitHub's 65,536 characters", async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      op: "update",
      urn: urn("aws:s3/bucket:Bucket", `bucket-${index}`),
      detailedDiff: { tags: {} },
    }));
    await drift(digest(...many));
    const { body } = issues.issues[0]!;
    assert.match(body!, /^- and 200 more$/m);
    assert.ok(body!.length < 65_536);
  });

  it("does not take a refresh that failed for one without a difference", async () => {
    await drift(digest(changed));
    const { code, stderr } = await drift("", undefined, 255);
    assert.equal(code, 2);
    assert.match(stderr, /^error: pulumi: /m);
    assert.deepEqual(issues.seen, ["#1 open Drift in prod"]);
  });

  it("says in one line what GitHub refuses, exit code 1, and what is missing, 2", async () => {
    issues.refuses = 403;
    const refused = await drift(digest(changed));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^error: GitHub refuses GET \/issues\?\S+: 403/);
    const named = await drift(digest(), ["--repository", "o/n/../m"]);
    assert.equal(named.code, 2);
    assert.deepEqual(named.calls, []);
  });
});
