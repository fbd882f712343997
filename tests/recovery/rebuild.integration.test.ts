import assert from "node:assert/strict";
import { join } from "node:path";
import { LocalServer } from "../../lib/http-server";
import { requireSameAddresses } from "../../recovery/untouched";
import { EksAndSts, type ClusterAnswer } from "../../rehearsal/aws/eks-and-sts";
import { root } from "../support/planned";
import { removeFolders } from "../images/backup/support/folder";
import { interruptCommand, outputs, runCommand, StandIns, type Answer } from "./support/stand-ins";

describe("npm run rebuild, against a scripted engine and a scripted AWS", function () {
  this.timeout(60_000);
  const servers: Pick<LocalServer, "stop">[] = [];
  after(async () => {
    for (const server of servers) await server.stop();
    await removeFolders();
  });

  interface Scene {
    eks?: ClusterAnswer;
    account?: string;
    pulumi?: Answer[];
    input?: string;
    args?: string[];
    /** Ctrl-C once this is printed. */
    interruptAt?: RegExp;
  }

  async function rebuild({
    eks = "absent",
    account = "111122223333",
    pulumi = [],
    input = "prod\n",
    args = [],
    interruptAt,
  }: Scene) {
    let asked = 0;
    const app = await LocalServer.start(
      (_, response) => void response.writeHead(asked++ === 0 ? 503 : 200).end(),
    );
    const aws = await EksAndSts.start(() => eks, account);
    servers.push(app, aws);
    const standIns = await StandIns.make({
      pulumi: [
        ...pulumi,
        { when: "^stack output", stdout: JSON.stringify(outputs(app.url)) },
        { when: "^preview", stdout: '{"steps":[]}' },
      ],
    });
    const env = {
      ...standIns.environment,
      ...aws.environment,
    };
    const options = ["--stack", "prod", ...args];
    const result = interruptAt
      ? await interruptCommand("rebuild", options, env, input, interruptAt)
      : await runCommand("rebuild", options, env, input);
    const calls = await standIns.calls();
    return {
      ...result,
      calls,
      changed: calls.some(({ args }) => /^(refresh|up|stack import)/.test(args)),
    };
  }

  it("goes step by step, and allows unreachable deletes for the refresh alone", async () => {
    const { code, stdout, stderr, calls } = await rebuild({});
    assert.equal(code, 0, stderr + stdout);
    assert.deepEqual(
      calls.map(({ args, deleteUnreachable }) => [
        args.split(" --")[0],
        deleteUnreachable,
        /--policy-pack (\S+)/.exec(args)?.[1] ?? null,
      ]),
      [
        ["stack output", null, null],
        ["refresh", "true", null],
        ["preview", null, null],
        ["up", null, join(root, "policies")],
        ["stack output", null, null],
      ],
    );
    assert.match(stdout, /health\/ready: HTTP 503/, "it waits until the application answers");
    for (const step of ["proof", "refresh", "check", "up", "addresses", "answer", "total"])
      assert.match(stdout, new RegExp(`holds +rebuild\\.${step} +[\\d.]+ s +≤ 14400`));
  });

  it("--dry-run proves, shows the steps and does nothing", async () => {
    const { code, stdout, calls } = await rebuild({ args: ["--dry-run"], input: "" });
    assert.equal(code, 0);
    assert.match(stdout, /1\. Prove again[^]*6\. Wait until the application answers/);
    assert.equal(calls.length, 1);
  });

  for (const [title, input] of [
    ["another name", "staging\n"],
    ["a plain yes", "yes\n"],
    ["silence", ""],
  ] as const)
    it(`does nothing after ${title}`, async () => {
      const { code, stderr, changed } = await rebuild({ input });
      assert.equal(code, 2);
      assert.match(stderr, /^error: confirmation: .*nothing was done/);
      assert.equal(changed, false);
    });

  const unproved: [string, Scene, RegExp][] = [
    ["a time-out", { eks: "silent" }, /did not say that the cluster is gone \(TimeoutError/],
    ["a broken line", { eks: "disconnected" }, /did not say that the cluster is gone/],
    [
      "an overloaded AWS",
      { eks: { exception: "ServiceUnavailableException", code: 503 } },
      /did not say that the cluster is gone/,
    ],
    [
      "a denial",
      { eks: { exception: "AccessDeniedException", code: 403 } },
      /AccessDeniedException/,
    ],
    [
      "not found, but of something else",
      { eks: { exception: "NotFoundException", code: 404 } },
      /did not say that the cluster is gone/,
    ],
    [
      "a cluster that is there",
      { eks: { status: "ACTIVE" } },
      /exists \(ACTIVE\).*half dead.*aws eks delete-cluster/,
    ],
    [
      "a cluster that is being deleted",
      { eks: { status: "DELETING" } },
      /is being deleted; run this again/,
    ],
    [
      "the not-found of another account",
      { account: "999900001111" },
      /account 999900001111, the stack is in 111122223333/,
    ],
  ];
  for (const [title, scene, says] of unproved)
    it(`never takes for a lost cluster: ${title}`, async () => {
      const { code, stderr, changed } = await rebuild(scene);
      assert.equal(code, 1);
      assert.match(stderr, says);
      assert.equal(changed, false);
    });

  for (const op of ["create", "create-replacement", "delete"])
    it(`stops before anything is made when the engine would ${op} the database`, async () => {
      const urn =
        "urn:pulumi:prod::mini-xdr::mini-xdr:index:Database$aws:rds/cluster:Cluster::database-cluster";
      const steps = [
        { op, urn },
        {
          op: "create",
          urn: "urn:pulumi:prod::mini-xdr::mini-xdr:index:Cluster$eks:index:Cluster::cluster",
        },
      ];
      const { code, stderr, calls } = await rebuild({
        pulumi: [{ when: "^preview", stdout: JSON.stringify({ steps }) }],
      });
      assert.equal(code, 1);
      assert.match(
        stderr,
        new RegExp(`step 3 \\(check\\): the engine would ${op} database-cluster:`),
      );
      assert.ok(!calls.some(({ args }) => args.startsWith("up")));
    });

  it("says which step failed, and how to free a locked stack", async () => {
    const { code, stderr } = await rebuild({ pulumi: [{ when: "^refresh", code: 255 }] });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /step 2 \(refresh\): pulumi refresh ended with exit code 255.*pulumi cancel --stack prod/,
    );
  });

  it("Ctrl-C in the question ends it in one line, and nothing was done", async () => {
    const { code, stderr, changed } = await rebuild({ input: "", interruptAt: /to go on: $/ });
    assert.deepEqual([code, changed], [130, false]);
    assert.equal(stderr, "error: stopped by SIGINT; nothing was done");
  });

  it("Ctrl-C in a step interrupts the engine, and says which step it was", async () => {
    const { code, stderr, calls } = await rebuild({
      pulumi: [{ when: "^refresh", stdout: "refreshing", code: -1 }],
      interruptAt: /refreshing/,
    });
    assert.equal(code, 130);
    assert.match(stderr, /^error: stopped by SIGINT; step 2 \(refresh\) has not ended[^\n]*$/);
    assert.equal(calls.at(-1)!.args.split(" ")[0], "refresh");
  });

  it("without Pulumi it says how to come by it", async () => {
    const { code, stderr } = await runCommand("rebuild", ["--stack", "prod"], { PATH: "/nowhere" });
    assert.equal(code, 2);
    assert.match(stderr, /^error: pulumi: it is not on the PATH: install the Pulumi CLI [\d.]+ /);
  });

  it("nor does it hide that the npm package could not fetch Pulumi", async () => {
    const { code, stderr } = await rebuild({
      pulumi: [
        {
          when: "^stack output",
          stderr: "Downloading pulumi v3.265.0...\npulumi: fetch failed\n",
          code: 1,
        },
      ],
    });
    assert.equal(code, 2);
    assert.match(stderr, /^error: pulumi: the npm package .*\(fetch failed\): install the Pulumi/);
  });

  it("an address that has changed is a failure", () => {
    const before = outputs("http://127.0.0.1:9");
    assert.throws(
      () => requireSameAddresses(before, { ...before, loadBalancerDnsName: "other" }),
      /loadBalancerDnsName has changed from .* to other/,
    );
  });
});
