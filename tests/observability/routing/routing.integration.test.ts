import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import pWaitFor from "p-wait-for";
import { output } from "../../../lib/processes";
import { beat } from "../../../observability/routing";
import { Alertmanagers, type PostedAlert } from "../../../rehearsal/receivers/alertmanagers";
import { DeadMansSwitch } from "../../../rehearsal/receivers/dead-mans-switch";
import { PagerDutyStandIn } from "../../../rehearsal/receivers/pagerduty";
import { SlackStandIn } from "../../../rehearsal/receivers/slack";
import { tool } from "../../../tools";
import { needTools } from "../../support/need-tools";
import { planHere } from "./support";

const routingKey = "0123456789abcdef0123456789abcdef";

/** An alert of a stack of its own, so that the cases do not suppress each other. */
function alert(
  cluster: string,
  alertname: string,
  severity: string,
  labels: Record<string, string> = {},
): PostedAlert {
  return {
    labels: { cluster, alertname, severity, ...labels },
    annotations: {
      summary: `${alertname} of ${cluster}`,
      description: "Measured: 1.",
      runbook_url: `https://example.com/alerts.md#${alertname.toLowerCase()}`,
    },
  };
}

/** Fifty alerts of a stack, every second one critical, wherever they are. */
const fifty = (cluster: string) =>
  Array.from({ length: 50 }, (_, index) =>
    alert(cluster, `Alert${index}`, index % 2 ? "critical" : "warning", {
      namespace: `namespace-${index % 5}`,
      ...(index % 3 ? { node: `node-${index}` } : {}),
    }),
  );

const apiBurns = { slo: "api-availability", service: "api" };

/** By case: what is told, and what is suppressed. */
const cases: Record<string, { told: PostedAlert[]; suppressed: PostedAlert[] }> = {
  "a lost cluster": {
    told: [alert("cluster", "ClusterLost", "critical")],
    suppressed: [...fifty("cluster"), alert("cluster", "ErrorBudgetBurn", "critical", apiBurns)],
  },
  "a lost zone": {
    told: [
      alert("zone", "ZoneLost", "critical", { zone: "a" }),
      alert("zone", "VolumeFilling", "warning", { zone: "b" }),
      alert("zone", "VolumeFilling", "warning"),
      // Of another zone, and of another fault: it still pages.
      alert("zone", "PodCrashLooping", "critical", { node: "b1", namespace: "backups" }),
    ],
    suppressed: [
      alert("zone", "NodeLost", "warning", { zone: "a", node: "a1" }),
      alert("zone", "ReplicasBelowDesired", "warning", { deployment: "mini-xdr-backend" }),
      alert("zone", "ZoneImbalance", "warning", { workload: "mini-xdr-backend" }),
      alert("zone", "TargetDown", "warning", { job: "mini-xdr-backend" }),
      // Its node is lost, which is suppressed itself and suppresses all the same.
      alert("zone", "PodCrashLooping", "critical", { node: "a1", namespace: "mini-xdr" }),
      alert("zone", "VolumeFilling", "warning", { zone: "a" }),
    ],
  },
  "a lost node": {
    told: [
      alert("node", "NodeLost", "warning", { node: "b1", zone: "b" }),
      // A node is no zone: what lacks for another reason is told.
      alert("node", "ReplicasBelowDesired", "warning", { deployment: "mini-xdr-backend" }),
      alert("node", "PodCrashLooping", "critical", { node: "b2", namespace: "database" }),
    ],
    suppressed: [
      alert("node", "PodCrashLooping", "critical", { node: "b1", namespace: "database" }),
    ],
  },
  "an outage": {
    told: [
      alert("outage", "ErrorBudgetBurn", "critical", apiBurns),
      alert("outage", "HighErrorRate", "critical", { job: "mini-xdr-backend" }),
      alert("outage", "DatabasePoolExhausted", "critical", { database: "minixdr" }),
      alert("outage", "ErrorBudgetBurn", "warning", { slo: "page-availability", service: "page" }),
      alert("outage", "SlowResponseTime", "warning"),
    ],
    suppressed: [
      alert("outage", "ErrorBudgetBurn", "warning", apiBurns),
      alert("outage", "PodCrashLooping", "critical", { namespace: "mini-xdr" }),
      alert("outage", "ReplicasBelowDesired", "warning", { namespace: "mini-xdr" }),
    ],
  },
  "no loss at all": {
    told: [
      alert("quiet", "BackupTooOld", "critical", { namespace: "database" }),
      alert("quiet", "PodCrashLooping", "critical", { node: "c1", namespace: "monitoring" }),
      alert("quiet", "AlertmanagerFailedToSendAlerts", "critical", { namespace: "monitoring" }),
      alert("quiet", "ReplicasBelowDesired", "warning", { namespace: "mini-xdr" }),
      alert("quiet", "OfNobody", "unheard-of"),
      alert("quiet", "InfoInhibitor", "none", { namespace: "database" }),
    ],
    suppressed: [alert("quiet", "CPUThrottlingHigh", "info", { namespace: "database" })],
  },
};

/** The pages that each stack's alerts are, by their titles. */
const pages = [
  "[cluster] ClusterLost of cluster",
  "[zone] ZoneLost of zone",
  "[zone] PodCrashLooping of zone",
  "[node] PodCrashLooping of node",
  "[outage] HighErrorRate of outage (3 alerts)",
  "[quiet] BackupTooOld of quiet",
  "[quiet] PodCrashLooping of quiet",
  "[quiet] AlertmanagerFailedToSendAlerts of quiet",
];
const messages = [
  "[zone] VolumeFilling of zone (2 alerts)",
  "[node] NodeLost of node",
  "[node] ReplicasBelowDesired of node",
  "[outage] ErrorBudgetBurn of outage",
  "[outage] SlowResponseTime of outage",
  "[quiet] AlertmanagerFailedToSendAlerts of quiet",
  "[quiet] OfNobody of quiet",
  "[quiet] ReplicasBelowDesired of quiet",
];

describe("three real Alertmanagers with the planned configuration", function () {
  this.timeout(180_000);
  let folder: string;
  let pagerDuty: PagerDutyStandIn;
  let slack: SlackStandIn;
  let deadMan: DeadMansSwitch;
  let alertmanagers: Alertmanagers;
  let file: string;

  before(async function () {
    await needTools(this, ["alertmanager", "amtool"]);
    folder = await mkdtemp(join(tmpdir(), "mini-xdr-routing-"));
    pagerDuty = await PagerDutyStandIn.start(routingKey);
    slack = await SlackStandIn.start();
    deadMan = await DeadMansSwitch.start(beat.switchWaits);
    const secrets = {
      // Editors end a file with a newline.
      "pagerduty-routing-key": `${routingKey}\n`,
      "slack-webhook-url": slack.url,
      "dead-mans-switch-url": deadMan.url,
    };
    const plan = await planHere(folder, secrets, pagerDuty.url);
    file = join(folder, "planned.json");
    await writeFile(file, JSON.stringify(plan.config));
    alertmanagers = await Alertmanagers.start(folder, 3, plan);
    await alertmanagers.post([
      { labels: { alertname: "Watchdog", severity: "none", cluster: "quiet" } },
      ...Object.values(cases).flatMap(({ told, suppressed }) => [...told, ...suppressed]),
    ]);
  });

  after(async () => {
    await alertmanagers?.stop();
    await Promise.all([pagerDuty?.stop(), slack?.stop(), deadMan?.stop()]);
    if (folder) await rm(folder, { recursive: true });
  });

  it("is a configuration that amtool accepts", async () => {
    assert.match(await output(await tool("amtool"), ["check-config", file]), /SUCCESS/);
  });

  for (const [labels, receivers] of [
    ["alertname=Watchdog severity=none", "watchdog"],
    ["alertname=InfoInhibitor severity=none", "null"],
    ["alertname=BackupTooOld severity=critical", "pages"],
    ["alertname=HighErrorRate severity=critical", "pages"],
    ["alertname=SlowResponseTime severity=warning", "messages"],
    ["alertname=Unknown", "messages"],
    ["alertname=AlertmanagerFailedToSendAlerts severity=critical", "messages,pages"],
  ] as const)
    it(`routes ${labels} to ${receivers}, says amtool`, async () => {
      const args = ["config", "routes", "test", `--config.file=${file}`];
      args.push(`--verify.receivers=${receivers}`, ...labels.split(" "));
      await output(await tool("amtool"), args);
    });

  for (const [name, { told, suppressed }] of Object.entries(cases))
    it(`suppresses on each of them what ${name} takes along: ${suppressed.length} alerts`, async () => {
      for (const member of alertmanagers.members) {
        const seen = new Map(
          (await member.alerts()).map(({ labels, status }) => [keyOf(labels), status]),
        );
        for (const { labels } of suppressed) {
          assert.equal(seen.get(keyOf(labels))?.state, "suppressed", keyOf(labels));
          assert.ok(seen.get(keyOf(labels))!.inhibitedBy.length > 0);
        }
        for (const { labels } of told)
          assert.notEqual(seen.get(keyOf(labels))?.state, "suppressed", keyOf(labels));
      }
    });

  it("sends every page and every message once, and nothing of what is suppressed", async () => {
    await pWaitFor(
      () => pagerDuty.pages.length >= pages.length && slack.messages.length >= messages.length,
      { interval: 100 },
    );
    assert.deepEqual(pagesNow(), [...pages].sort());
    assert.deepEqual(messagesNow(), [...messages].sort());
    assert.deepEqual([...pagerDuty.refused, ...slack.refused], []);
    const [page] = pagerDuty.pages.filter(({ payload }) => payload.source === "outage");
    assert.equal(page!.payload.severity, "critical");
    assert.match(page!.links![0]!.href, /^https:.*#higherrorrate$/);
    assert.match(JSON.stringify(page!.payload.custom_details), /DatabasePoolExhausted/);
  });

  it("loses nothing and pages nobody twice when the one that sends is killed", async () => {
    // What it has sent it tells the others within 0.2 s; killed sooner, they would send it again.
    await deadMan.next();
    await alertmanagers.post([alert("killed", "ServiceSilent", "critical", apiBurns)]);
    await alertmanagers.killFirst();
    const killed = Date.now();
    await pWaitFor(() => pagerDuty.pages.length > pages.length, {
      interval: 100,
    });
    console.log(`      paged ${((Date.now() - killed) / 1000).toFixed(1)} s after it was killed`);
    // Whether nothing comes is only known when the other one's turn is over.
    await setTimeout((beat.turn + 1) * 1000);
    const expected = [...pages, "[killed] ServiceSilent of killed"];
    assert.deepEqual(pagesNow(), expected.sort());
    assert.equal(pagerDuty.events.length, expected.length);
    assert.deepEqual(messagesNow(), [...messages].sort());
  });

  it("beats at least every 60 s, with one of them killed", () => {
    const gaps = deadMan.beats.slice(1).map((at, index) => (at - deadMan.beats[index]!) / 1000);
    console.log(`      seconds between beats: ${gaps.map((gap) => gap.toFixed(1)).join(", ")}`);
    assert.ok(gaps.length >= 2);
    assert.ok(Math.max(...gaps) <= 60);
  });

  function pagesNow(): string[] {
    return pagerDuty.pages.map(({ payload }) => payload.summary).sort();
  }

  function messagesNow(): string[] {
    return slack.messages.map(({ attachments }) => attachments![0]!.title!).sort();
  }
});

/** Labels as one text, whatever their order. */
function keyOf(labels: Record<string, string>): string {
  return JSON.stringify(Object.entries(labels).sort());
}
