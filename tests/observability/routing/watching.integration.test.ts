import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pWaitFor from "p-wait-for";
import { rulesFile } from "../../../observability/files";
import { beat, believed, secondsToTrip } from "../../../observability/routing";
import { isAlert, type Alert, type Recording } from "../../../observability/rule";
import { watching } from "../../../observability/rules/watching";
import { Alertmanagers } from "../../../rehearsal/receivers/alertmanagers";
import { DeadMansSwitch } from "../../../rehearsal/receivers/dead-mans-switch";
import { Prometheus } from "../../../rehearsal/receivers/prometheus";
import { needTools, skipLoudly } from "../../support/need-tools";
import { planHere } from "./support";

const isWatchdog = (rule: Alert | Recording) => isAlert(rule) && rule.alert === "Watchdog";

describe("a real Prometheus that sends to three real Alertmanagers", function () {
  this.timeout(300_000);
  let folder: string;
  let deadMan: DeadMansSwitch;
  let alertmanagers: Alertmanagers;
  let prometheus: Prometheus;

  before(async function () {
    await needTools(this, ["alertmanager", "prometheus"]);
    folder = await mkdtemp(join(tmpdir(), "mini-xdr-watching-"));
    deadMan = await DeadMansSwitch.start(beat.switchWaits);
    const secrets = {
      "pagerduty-routing-key": "unused",
      "slack-webhook-url": "unused",
      "dead-mans-switch-url": deadMan.url,
    };
    const plan = await planHere(folder, secrets, "http://127.0.0.1:9/unused");
    alertmanagers = await Alertmanagers.start(folder, 3, plan);
    const targets = alertmanagers.members.map(({ url }) => new URL(url).host);
    prometheus = await Prometheus.start(folder, {
      config: {
        global: { external_labels: { cluster: "mini-xdr-prod" } },
        // In the cluster the operator lists the same three by the endpoints of their Service.
        alerting: { alertmanagers: [{ static_configs: [{ targets }] }] },
      },
      rules: rulesFile([{ ...watching, rules: watching.rules.filter(isWatchdog) }]),
      flags: plan.prometheusFlags,
    });
    await prometheus.ready();
  });

  after(async () => {
    await prometheus?.kill();
    await alertmanagers?.stop();
    await deadMan?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it("lists every one of them", async () => {
    const all = alertmanagers.members.map(({ url }) => url).sort();
    const listed = async () => (await prometheus.alertmanagers()).length === all.length;
    await pWaitFor(listed, { interval: 200 });
    assert.deepEqual((await prometheus.alertmanagers()).sort(), all);
  });

  it(`is believed for ${believed} s after it last spoke, by each`, async () => {
    for (const member of alertmanagers.members) {
      await pWaitFor(async () => (await member.alerts()).length > 0, {
        interval: 200,
      });
      const [alert] = await member.alerts();
      const lasts = (Date.parse(alert!.endsAt) - Date.parse(alert!.updatedAt)) / 1000;
      assert.ok(Math.abs(lasts - believed) < 1, `${lasts} s`);
    }
  });

  it(`is missed within ${secondsToTrip} s when it is killed`, async function () {
    if (!process.env.FULL) skipLoudly(this, "it takes three minutes; FULL=1 does it");
    await deadMan.next();
    await deadMan.next();
    await prometheus.kill();
    const killed = Date.now();
    const [tripped] = (await once(deadMan, "tripped")) as [number];
    const seconds = (tripped - killed) / 1000;
    const beats = deadMan.beats.filter((at) => at > killed).length;
    console.log(`      the switch tripped after ${seconds.toFixed(1)} s and ${beats} more beats`);
    assert.ok(seconds <= 180);
    assert.ok(seconds <= secondsToTrip + 1);
  });
});
