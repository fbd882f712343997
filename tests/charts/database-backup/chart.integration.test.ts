import assert from "node:assert/strict";
import { loadAll } from "js-yaml";
import { template } from "../../../plan/helm";
import { localReleases, type PlannedRelease } from "../../../plan/releases";
import { needTools } from "../../support/need-tools";
import { plannedStack } from "../../support/planned";

type Values = Record<string, Record<string, unknown>>;

describe("the chart database-backup", function () {
  this.timeout(600_000);
  let planned: PlannedRelease;

  before(async function () {
    planned = localReleases(await plannedStack("prod")).find(
      ({ name }) => name === "database-backup",
    )!;
    await needTools(this, ["helm"]);
  });

  const refusals: [string, (values: Values) => void, RegExp][] = [
    ["two exporters", (v) => (v.exporter = { replicas: 2 }), /replicas.*minimum/s],
    ["a moving tag", (v) => (v.image!.tag = "latest"), /image.tag/],
    ["a schedule that is none", (v) => (v.schedule = { dump: "hourly" }), /dump/],
    ["a key by its alias", (v) => (v.vault!.kmsKeyArn = "alias/mini-xdr-backup-key"), /kmsKeyArn/],
    ["no key that manifests count by", (v) => delete v.vault!.manifestKeyArn, /manifestKeyArn/],
    [
      "a lost stack without its keys",
      (v) => (v.vault!.lost = { stackName: "mini-xdr-prod", bucket: "b" }),
      /manifestKeyArn/,
    ],
    ["an RTO above four hours", (v) => (v.objectives = { rtoSeconds: 20000 }), /rtoSeconds/],
    ["an unknown value", (v) => (v.retention = { daily: 3 }), /retention/],
    ["an empty database host", (v) => (v.database!.host = ""), /host/],
  ];
  for (const [title, change, says] of refusals)
    it(`refuses ${title}`, async () => {
      const values = structuredClone(planned.values) as Values;
      change(values);
      const { code, stderr } = await template({ ...planned, values });
      assert.notEqual(code, 0, "Helm rendered it");
      assert.match(stderr, says);
    });

  it("prod is dumped every half an hour, staging once a day; both below their RPO", async () => {
    for (const [stack, dump, rpo] of [
      ["prod", "0,30 * * * *", 3600],
      ["staging", "0 2 * * *", 26 * 3600],
    ] as const) {
      const release = localReleases(await plannedStack(stack)).find(
        ({ name }) => name === "database-backup",
      )!;
      const { schedule, objectives } = release.values as Values;
      assert.equal(schedule!.dump, dump);
      assert.equal(objectives!.rpoSeconds, rpo);
    }
  });

  it("archives the stack's configuration every night", async () => {
    const { stdout } = await template(planned);
    const job = stdout
      .split(/^---$/m)
      .find((text) => /kind: CronJob\s+metadata:\s+name: database-backup-state$/m.test(text))!;
    assert.match(job, /schedule: "30 2 \* \* \*"/);
    assert.match(job, /args: \["state","\/state\/stack-configuration"\]/);
    assert.match(job, /configMap: \{ name: stack-configuration \}/);
  });

  /** Rendered CronJobs by their last name. */
  async function jobs(change: (values: Values) => void = () => {}) {
    const values = structuredClone(planned.values) as Values;
    change(values);
    const { stdout } = await template({ ...planned, values });
    const objects = (loadAll(stdout) as Rendered[]).filter(Boolean);
    const cron = objects.filter(({ kind }) => kind === "CronJob");
    return {
      objects,
      byName: Object.fromEntries(
        cron.map((job) => [
          job.metadata.name.replace("database-backup-", ""),
          job.spec.jobTemplate.spec.template.spec,
        ]),
      ),
      suspended: cron.filter(({ spec }) => spec.suspend).map(({ metadata }) => metadata.name),
    };
  }
  const variables = (pod: Pod) => pod.containers[0]!.env.map(({ name }) => name);
  const secrets = (pod: Pod) =>
    new Set(pod.containers[0]!.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.name ?? []));

  it("the master's password is in the pod that swaps names, and in no pod that has a dump", async () => {
    const { byName, suspended } = await jobs();
    const master = Object.keys(byName).filter((name) =>
      secrets(byName[name]!).has("database-master"),
    );
    assert.deepEqual(master, ["swap"]);
    assert.deepEqual(suspended.sort(), ["database-backup-restore", "database-backup-swap"]);
    assert.ok(
      !variables(byName.swap!).some((name) => /^(AWS|BACKUP|MANIFEST|SCRATCH)_/.test(name)),
    );
    assert.deepEqual([...secrets(byName.restore!)], ["database-restore"]);
  });

  it("each job has the identity of its own rights, and nobody's token", async () => {
    const { byName } = await jobs();
    const accounts = Object.entries(byName).map(([name, pod]) => [name, pod.serviceAccountName]);
    const own = (name: string) => [name, `database-backup-${name}`];
    assert.deepEqual(accounts.sort(), [
      ["drill", "database-backup-verify"],
      own("dump"),
      own("prune"),
      own("restore"),
      ["scratch-drill", "database-backup-scratch"],
      ["scratch-verify", "database-backup-scratch"],
      own("state"),
      own("swap"),
      own("verify"),
    ]);
    for (const pod of Object.values(byName)) assert.equal(pod.automountServiceAccountToken, false);
  });

  it("what a backup brings runs in a pod that has two passwords, and reaches nothing", async () => {
    const { byName, objects } = await jobs();
    for (const name of ["verify", "drill"]) {
      const pod = byName[`scratch-${name}`]!;
      assert.deepEqual(variables(pod), [
        "WORK_FOLDER",
        "SCRATCH_OWNER_PASSWORD",
        "SCRATCH_RESTORER_PASSWORD",
      ]);
      const { spec } = objects.find(
        ({ kind, metadata }) =>
          kind === "NetworkPolicy" && metadata.name === `database-backup-scratch-${name}`,
      )! as unknown as Policy;
      assert.deepEqual(spec.egress, []);
      assert.deepEqual(spec.policyTypes, ["Ingress", "Egress"]);
      const peers = spec.ingress.flatMap(({ from }) =>
        from.map(({ podSelector }) => podSelector.matchLabels["app.kubernetes.io/component"]),
      );
      assert.deepEqual(peers, [name]);
      // It is started with who needs it, and called by a name of its own.
      const host = byName[name]!.containers[0]!.env.find((one) => one.name === "SCRATCH_HOST")!;
      assert.equal(host.value, `database-backup-scratch-${name}.database.svc.cluster.local`);
    }
    const schedules = objects
      .filter(({ kind }) => kind === "CronJob")
      .map(({ metadata, spec }) => [metadata.name.replace("database-backup-", ""), spec.schedule]);
    const scheduled = Object.fromEntries(schedules) as Record<string, string>;
    assert.equal(scheduled["scratch-verify"], scheduled.verify);
    assert.equal(scheduled["scratch-drill"], scheduled.drill);
  });

  it("only a restore reads a lost stack's vault, and only where there is one", async () => {
    const lost = {
      stackName: "mini-xdr-lost",
      bucket: "lost",
      manifestKeyArn: "arn:aws:kms:eu-west-1:111111111111:alias/lost-manifests",
      verificationKeyArn: "arn:aws:kms:eu-west-1:111111111111:alias/lost-verifications",
    };
    const reads = async (change?: (values: Values) => void) => {
      const { byName } = await jobs(change);
      return Object.keys(byName).filter((name) =>
        variables(byName[name]!).some((variable) => variable.startsWith("LOST_")),
      );
    };
    assert.deepEqual(await reads(), []);
    assert.deepEqual(await reads((v) => (v.vault!.lost = lost)), ["restore"]);
  });
});

interface Pod {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  containers: {
    env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string } } }[];
  }[];
}

interface Rendered {
  kind: string;
  metadata: { name: string };
  spec: { suspend: boolean; schedule: string; jobTemplate: { spec: { template: { spec: Pod } } } };
}

interface Policy {
  spec: {
    policyTypes: string[];
    egress: unknown[];
    ingress: { from: { podSelector: { matchLabels: Record<string, string> } }[] }[];
  };
}
