import assert from "node:assert/strict";
import {
  alertmanagerConfig,
  beat,
  namedAlerts,
  secondsToTrip,
} from "../../../observability/routing";
import { isAlert } from "../../../observability/rule";
import { groups } from "../../../observability/rules";

const all = { pagerDuty: true, slack: true, deadMansSwitch: true };

/** Alerts of kube-prometheus-stack and of the SLOs. */
const others = [
  ...["KubeHpaReplicasMismatch", "TargetDown"],
  ...["ErrorBudgetBurn", "ServiceSilent"],
];

describe("the routing of alerts", () => {
  it("names alerts that exist", () => {
    const alerts = groups.flatMap(({ rules }) => rules.filter(isAlert));
    const known = [...others, ...alerts.map(({ alert }) => alert)];
    assert.deepEqual(
      namedAlerts.filter((alert) => !known.includes(alert)),
      [],
    );
  });

  it("beats between two looks, and never waits for the 60 s that a beat may take", () => {
    assert.ok(beat.due % beat.look !== 0, "a beat at a multiple of a look would wait for the next");
    assert.equal(beat.every, Math.ceil(beat.due / beat.look) * beat.look);
    // Another Alertmanager takes over after its turn, at its own next look.
    const takenOver = beat.every + beat.look + beat.turn;
    assert.ok(takenOver <= 60);
    assert.ok(beat.switchWaits > takenOver);
  });

  it("has a dead Prometheus noticed within three minutes", () => {
    assert.ok(secondsToTrip <= 180, `${secondsToTrip} s`);
    assert.ok(secondsToTrip - beat.switchWaits + 120 <= 180, "with a switch that waits 120 s");
  });

  it("keeps secrets in files, whichever receivers there are", () => {
    const text = JSON.stringify(alertmanagerConfig(all));
    for (const field of ["routing_key_file", "api_url_file", "url_file"])
      assert.match(text, new RegExp(`"${field}":"/etc/alertmanager/secrets/`));
    assert.doesNotMatch(text, /"(routing_key|service_key|api_url|url)":/);
  });

  it("has every receiver that a route names, also where nothing opens it", () => {
    const none = { pagerDuty: false, slack: false, deadMansSwitch: false };
    for (const exist of [all, none]) {
      const { receivers, route } = alertmanagerConfig(exist);
      const names = receivers.map(({ name }) => name);
      for (const { receiver } of [route, ...route.routes]) assert.ok(names.includes(receiver));
    }
    assert.doesNotMatch(JSON.stringify(alertmanagerConfig(none)), /_configs/);
  });
});
