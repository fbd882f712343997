import assert from "node:assert/strict";
import { LocalServer } from "../../lib/http-server";
import { RdsStandIn, type StandInDatabase } from "../../rehearsal/aws/rds";
import { removeFolders } from "../images/backup/support/folder";
import { outputs, runCommand, StandIns, type Answer } from "./support/stand-ins";

const job = JSON.stringify({
  spec: {
    template: {
      spec: { containers: [{ args: ["restore"], env: [{ name: "PGHOST", value: "live" }] }] },
    },
  },
});

const databases: Record<"cluster" | "instance", StandInDatabase> = {
  cluster: {
    topology: "cluster",
    identifier: "mini-xdr-prod",
    members: ["one", "two", "three"],
  },
  instance: {
    topology: "instance",
    identifier: "mini-xdr-prod",
    members: ["eu-central-1a", "eu-central-1b"],
    replicas: ["mini-xdr-prod-replica-1"],
  },
};

/** A job that completes; waiting for its failure would last indefinitely. */
const completes: Answer[] = [
  { when: "create job", stdout: job },
  { when: "wait .*Failed", code: -1 },
  { when: "logs", stdout: '{"message":"restored"}\n' },
];
const fails: Answer[] = [
  { when: "create job", stdout: job },
  { when: "wait .*Complete", code: -1 },
];

describe("npm run restore, against a scripted engine, Kubernetes and RDS", function () {
  this.timeout(60_000);
  const servers: Pick<LocalServer, "stop">[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });
  after(removeFolders);

  interface Scene {
    args: string[];
    kubectl?: Answer[];
    topology?: "cluster" | "instance";
    input?: string;
  }

  async function restore({
    args,
    kubectl = completes,
    topology = "cluster",
    input = "prod\n",
  }: Scene) {
    const app = await LocalServer.start((_, response) => void response.writeHead(200).end());
    const rds = await RdsStandIn.start(databases[topology]);
    servers.push(app, rds);
    const state = {
      deployment: {
        resources: ["mini-xdr-prod", "mini-xdr-prod-replica-1"].map((name) => ({
          urn: `urn:${name}`,
          type: "aws:rds/instance:Instance",
          id: rds.identities[name],
        })),
      },
    };
    const standIns = await StandIns.make({
      pulumi: [
        { when: "^stack output", stdout: JSON.stringify(outputs(app.url, topology)) },
        { when: "^stack export", stdout: JSON.stringify(state) },
        { when: "^preview", stdout: '{"steps":[]}' },
      ],
      kubectl,
      aws: [],
    });
    const env = { ...rds.environment, ...standIns.environment };
    const result = await runCommand("restore", ["--stack", "prod", ...args], env, input);
    return { ...result, rds, calls: await standIns.calls() };
  }

  const jobsOf = (calls: { args: string; stdin: string }[]) =>
    calls
      .filter(({ args }) => args.includes("--filename=-"))
      .map(({ stdin }) => JSON.parse(stdin).spec.template.spec.containers[0]);

  it("restores the newest verified dump beside the live database, then swaps the names", async () => {
    const { code, stdout, stderr, calls } = await restore({ args: [] });
    assert.equal(code, 0, stderr);
    const [restored, swapped] = jobsOf(calls).map(({ args }) => args.join(" "));
    assert.match(restored, /^restore --database minixdr_restored_\d{8}_\d{6}$/);
    assert.match(
      swapped,
      /^swap --live minixdr --restored minixdr_restored_\S+ --before minixdr_before_\S+$/,
    );
    assert.match(stdout, /holds +restore\.total/);
  });

  it("--newest takes the newest dump, verified or not", async () => {
    const { code, stdout, stderr, calls } = await restore({ args: ["--newest"] });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1\. Restore the newest backup, verified or not, into/);
    assert.match(jobsOf(calls)[0].args.join(" "), /^restore --database \S+ --newest$/);
  });

  it("what runs a dump is not the master, and what is the master runs no dump", async () => {
    const { calls } = await restore({ args: [] });
    const templates = calls
      .map(({ args }) => /create job (\w+)-\S+ --from=cronjob\/(\S+)/.exec(args)?.slice(1))
      .filter((found) => found !== undefined);
    assert.deepEqual(templates, [
      ["restore", "database-backup-restore"],
      ["swap", "database-backup-swap"],
    ]);
  });

  it("--lost reads the vault of the stack whose place this one takes", async () => {
    const { code, stdout, stderr, calls } = await restore({ args: ["--lost", "--backup", "ID"] });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1\. Restore ID of the lost stack into/);
    assert.match(jobsOf(calls)[0].args.join(" "), /^restore --database \S+ --backup ID --lost$/);
    const both = await restore({ args: ["--lost", "--to", "2026-11-23T01:00:00Z"] });
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--lost.*--to|--to.*--lost/);
  });

  it("reaches the stack's own cluster, whatever the current context is", async () => {
    const { calls } = await restore({ args: [] });
    const [aws] = calls.filter(({ program }) => program === "aws");
    assert.match(
      aws!.args,
      /^eks update-kubeconfig --region eu-central-1 --name mini-xdr-prod --kubeconfig \S+$/,
    );
    for (const { args } of calls.filter(({ program }) => program === "kubectl"))
      assert.match(args, /^--kubeconfig \S+kubeconfig --namespace database /);
  });

  it("stops after a restore that failed: nothing is swapped", async () => {
    const { code, stderr, calls } = await restore({ args: [], kubectl: fails });
    assert.equal(code, 1);
    assert.match(stderr, /step 1 \(restore\): job restore-\S+ failed/);
    assert.equal(jobsOf(calls).length, 1);
  });

  it("--undo gives the old database its name back", async () => {
    const { code, calls } = await restore({ args: ["--undo", "minixdr_before_20261123_020000"] });
    assert.equal(code, 0);
    assert.match(
      jobsOf(calls)[0].args.join(" "),
      /^swap --live minixdr --restored minixdr_before_20261123_020000 --before minixdr_undone_/,
    );
  });

  it("--dry-run shows the steps and does nothing", async () => {
    for (const args of [[], ["--to", "2026-11-23T01:00:00Z"]]) {
      const { code, stdout, calls, rds } = await restore({
        args: [...args, "--dry-run"],
        input: "",
      });
      assert.equal(code, 0);
      assert.match(stdout, /1\. Restore/);
      assert.deepEqual([jobsOf(calls), rds.changes], [[], []]);
    }
  });

  for (const topology of ["cluster", "instance"] as const)
    describe(`--to TIME, ${topology} topology`, () => {
      const args = ["--to", "2026-11-23T01:00:00Z"];

      it("restores beside the old one with our groups and parameters, verifies, then takes its name", async () => {
        const { code, stderr, rds, calls } = await restore({ args, topology });
        assert.equal(code, 0, stderr);
        const [made, old, now] = rds.changes;
        const { parameters } = made!;
        assert.match(made!.action, /^RestoreDB(Cluster|Instance)ToPointInTime$/);
        assert.match(JSON.stringify(parameters), /2026-11-23T01:00:00/);
        const group =
          topology === "cluster" ? "DBClusterParameterGroupName" : "DBParameterGroupName";
        assert.equal(parameters[group], "ours-parameters");
        assert.equal(parameters.DBSubnetGroupName, "ours-subnets");
        assert.match(JSON.stringify(parameters), /"VpcSecurityGroupIds[^"]*":"sg-ours"/);
        assert.equal(parameters.DeletionProtection, "true");
        assert.match(Object.values(old!.parameters).join(), /mini-xdr-prod-before-/);
        assert.match(JSON.stringify(now!.parameters), /"DB\w+Identifier":"mini-xdr-prod-restored-/);
        assert.match(JSON.stringify(now!.parameters), /"NewDB\w+Identifier":"mini-xdr-prod"/);
        const [inspect] = jobsOf(calls);
        assert.equal(inspect.args.join(" "), "inspect --not-after 2026-11-23T01:00:00.000Z");
        assert.match(
          inspect.env[0].value,
          /^mini-xdr-prod-restored-/,
          "the new server, not the live one",
        );
      });

      it("stops before the swap when the new server does not hold", async () => {
        const { code, rds } = await restore({ args, topology, kubectl: fails });
        assert.equal(code, 1);
        assert.equal(rds.changes.length, 1);
      });

      it("refreshes the state without unreachable deletes, and previews", async () => {
        const { calls } = await restore({ args, topology });
        const refresh = calls.find(({ args }) => args.startsWith("refresh"))!;
        assert.equal(refresh.deleteUnreachable, null);
        assert.ok(calls.some(({ args }) => args.startsWith("preview")));
      });
    });

  it("the state of an instance and its replicas stands for the new ones", async () => {
    const args = ["--to", "2026-11-23T01:00:00Z"];
    const { calls, rds } = await restore({ args, topology: "instance" });
    const imported = JSON.parse(calls.find(({ args }) => args.startsWith("stack import"))!.stdin);
    const ids = imported.deployment.resources.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids, [
      rds.identities["mini-xdr-prod"],
      rds.identities["mini-xdr-prod-replica-1"],
    ]);
    assert.ok(
      Object.keys(rds.identities).some((id) => /^mini-xdr-prod-replica-1-before-/.test(id)),
    );
  });

  for (const program of ["aws", "kubectl"])
    it(`without ${program} it says how to come by it, before anything is done`, async () => {
      const others: Record<string, Answer[]> = program === "aws" ? {} : { aws: [] };
      const standIns = await StandIns.make({
        pulumi: [{ when: "^stack output", stdout: JSON.stringify(outputs("http://127.0.0.1:9")) }],
        ...others,
      });
      const { code, stderr } = await runCommand("restore", ["--stack", "prod"], {
        PATH: standIns.bin,
      });
      assert.equal(code, 2);
      assert.match(
        stderr,
        new RegExp(`^error: ${program}: it is not on the PATH: install .*PATH$`),
      );
    });

  for (const [title, args, says] of [
    [
      "a time that RDS no longer has",
      ["--to", "2020-01-01T00:00:00Z"],
      /--to 2020.*RDS can restore from 2026-11-01.* to 2026-11-23T02/,
    ],
    ["a time without a zone", ["--to", "2026-11-23 01:00"], /a time with its zone is wanted/],
    [
      "two ways at once",
      ["--to", "2026-11-23T01:00:00Z", "--backup", "x"],
      /cannot be used with option/,
    ],
  ] as [string, string[], RegExp][])
    it(`refuses ${title}, with exit code 2`, async () => {
      const { code, stderr, rds } = await restore({ args });
      assert.equal(code, 2);
      assert.match(stderr, says);
      assert.deepEqual(rds.changes, []);
    });
});
