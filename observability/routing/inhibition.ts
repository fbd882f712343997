/** A loss, and the alerts that only repeat it as long as it lasts. */
interface Loss {
  /** Matchers of the alerts that tell of the loss itself. */
  told: string[];
  /** Matchers of those that repeat it. */
  repeated: string[];
  /** Labels that must be the same on both, beside the stack's. */
  equal: string[];
}

/** Users are refused or wait; whatever of it fires together is one page. */
export const outage = [
  "ErrorBudgetBurn",
  "ServiceSilent",
  "HighErrorRate",
  "DatabasePoolExhausted",
  "PgBouncerDown",
];
const clusterLost = ["ClusterLost"];
const zoneLost = ["ZoneLost"];
const nodeLost = ["NodeLost"];
/** What an outage does to single pods explains it, and wakes nobody a second time. */
const ofPods = ["PodCrashLooping", "ReplicasBelowDesired"];
/** What lacks a third while a zone does, and cannot say where; none of them pages. */
const ofCounts = [
  "ReplicasBelowDesired",
  "DisruptionBudgetAtLimit",
  "ZoneImbalance",
  "NodePoolAtLimit",
  "PgBouncerReplicaDown",
  "PoolerGoesByName",
  "DatabaseMemberSilent",
  "KubeHpaReplicasMismatch",
  "TargetDown",
];

/** All that are named here; a test looks for each among the rules. */
export const namedAlerts = [
  ...new Set([...outage, ...clusterLost, ...zoneLost, ...nodeLost, ...ofPods, ...ofCounts]),
];

/** A matcher of alerts by their names. */
export const named = (alerts: string[]) => `alertname=~"${alerts.join("|")}"`;
const notNamed = (alerts: string[]) => `alertname!~"${alerts.join("|")}"`;

/** The widest loss first. An alert that does not say where it is cannot be on a lost node. */
const losses: Loss[] = [
  { told: [named(clusterLost)], repeated: [notNamed([...clusterLost, "Watchdog"])], equal: [] },
  { told: [named(zoneLost)], repeated: ['zone!=""', notNamed(zoneLost)], equal: ["zone"] },
  { told: [named(zoneLost)], repeated: [named(ofCounts)], equal: [] },
  { told: [named(nodeLost)], repeated: ['node!=""', notNamed(nodeLost)], equal: ["node"] },
  { told: [named(outage), 'severity="critical"'], repeated: [named(ofPods)], equal: [] },
  {
    told: ['severity="critical"'],
    repeated: ['severity=~"warning|info"'],
    equal: ["alertname", "namespace", "slo"],
  },
  // kube-prometheus raises it where information has no warning beside it.
  { told: ['alertname="InfoInhibitor"'], repeated: ['severity="info"'], equal: ["namespace"] },
];

/** What is not told while something wider or worse tells the same. */
export const inhibitRules = losses.map(({ told, repeated, equal }) => ({
  source_matchers: told,
  target_matchers: repeated,
  equal: ["cluster", ...equal],
}));
