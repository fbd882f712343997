import { beat } from "./beat";
import { inhibitRules, named, outage } from "./inhibition";
import { receivers, type Receivers } from "./receivers";

export { beat, believed, secondsToTrip } from "./beat";
export { namedAlerts } from "./inhibition";
export { receiversSecret, secretKeys, type Receivers } from "./receivers";

/** Every key is written out: Helm would fill in the chart's own of those that are not. */
export function alertmanagerConfig(exist: Receivers) {
  return {
    global: { resolve_timeout: "5m" },
    route: {
      // Whatever no route knows is read by somebody.
      receiver: "messages",
      group_by: ["alertname", "namespace"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
      routes: [watchdog, nowhere, unheard, pages],
    },
    inhibit_rules: inhibitRules,
    receivers: receivers(exist),
    templates: [],
  };
}

const watchdog = {
  receiver: "watchdog",
  matchers: ['alertname="Watchdog"'],
  group_by: ["alertname"],
  group_wait: "0s",
  group_interval: `${beat.look}s`,
  repeat_interval: `${beat.due}s`,
};

const nowhere = { receiver: "null", matchers: ['alertname="InfoInhibitor"'] };

/** A receiver that fails is not the one to tell so: its alert also goes to the other. */
const unheard = {
  receiver: "messages",
  matchers: ['alertname=~"Alertmanager.*FailedToSendAlerts"'],
  continue: true,
};

const pages = {
  receiver: "pages",
  matchers: ['severity="critical"'],
  repeat_interval: "4h",
  routes: [
    {
      // By a label that all have: one outage is one page, however many alerts tell of it.
      matchers: [named(outage)],
      group_by: ["cluster"],
      // An outage's budget is short: 52 s to the alert itself, at 99.9 % and total loss.
      group_wait: "10s",
      group_interval: "1m",
    },
  ],
};
