/** An alert of Prometheus that has to be there. */
export interface ExpectedAlert {
  alert: string;
  severity: "critical" | "warning" | "none";
  /** Longest time that its expression may hold before it fires, seconds. */
  within: number;
}

const alerts = (severity: ExpectedAlert["severity"], within: number, ...names: string[]) =>
  names.map((alert): ExpectedAlert => ({ alert, severity, within }));

/** Every alert of ours. What each expression means is proved by its own test on real Prometheus. */
export const expectedAlerts: ExpectedAlert[] = [
  ...alerts("critical", 120, "HighErrorRate", "DatabasePoolExhausted", "PgBouncerDown"),
  ...alerts("critical", 60, "ClusterLost", "ZoneLost"),
  ...alerts("critical", 300, "ErrorBudgetBurn", "PodCrashLooping", "BackupTooOld"),
  ...alerts("critical", 300, "BackupVanished", "BackupTaggedOutOfTurn"),
  // The lower the tier, the longer a silence has to last before it spends much of the budget.
  ...alerts("critical", 600, "ServiceSilent"),
  ...alerts("critical", 900, "BackupMetricsAbsent", "BackupsBelowPromise"),
  ...alerts("critical", 3600, "CertificateAlmostExpired"),
  ...alerts(
    "warning",
    300,
    "DatabaseFailover",
    "DatabaseReplicationLag",
    "PgBouncerReplicaDown",
    "PgBouncerClientsWaiting",
    "PoolerGoesByName",
    "WriterUnseen",
    "DatabaseMemberSilent",
    "SwitchWithoutFailover",
    "SlowResponseTime",
    "BackupJobFailed",
    "BackupJobNeverReported",
    "BackupShrank",
    "BackupObjectiveMissed",
    "BackupLacksTables",
    "BackupLacksLargeObjects",
    "BackupSettingsDiffer",
    "ErrorBudgetBurn",
  ),
  ...alerts(
    "warning",
    900,
    "LowCacheHitRate",
    "ReplicasBelowDesired",
    "DisruptionBudgetAtLimit",
    "ZoneImbalance",
    "NodePoolAtLimit",
    "VolumeFilling",
    "KubeStateMetricsDown",
    "BackupUnverified",
    "BackupRefused",
  ),
  ...alerts("warning", 60, "NodeLost"),
  ...alerts("warning", 3600, "CertificateExpiring"),
  ...alerts("none", 0, "Watchdog"),
];

/** Who hears a receiver, and the integrations of Alertmanager by which it may reach them. */
export const hearers: Record<string, { who: string; by: string[] }> = {
  pages: { who: "phone", by: ["pagerduty_configs", "opsgenie_configs", "victorops_configs"] },
  messages: { who: "channel", by: ["slack_configs", "msteamsv2_configs", "email_configs"] },
  watchdog: { who: "dead man's switch", by: ["webhook_configs"] },
};

/** Receivers at which an alert of a severity is in time. */
export const heardInTime: Record<ExpectedAlert["severity"], string[]> = {
  critical: ["pages"],
  warning: ["messages", "pages"],
  none: ["watchdog"],
};

const objectives = ["api-availability", "api-latency", "page-availability"];

/** Records of events that each objective is counted by, by their label `outcome`. */
export const expectedRecords = {
  record: "slo:events:sum30s",
  outcomes: ["all", "bad"],
  objectives,
};

/** Alerts that each objective has one of, by the label `slo`. */
export const expectedPerObjective = [
  { alert: "ErrorBudgetBurn", severity: "critical", objectives },
  { alert: "ErrorBudgetBurn", severity: "warning", objectives },
  {
    alert: "ServiceSilent",
    severity: "critical",
    objectives: ["api-availability", "page-availability"],
  },
];

/** A route of Alertmanager, by what it matches. */
export interface DeclaredRoute {
  matchers: string[];
  /** Absent: its parent's. */
  receiver?: string;
  /** Labels by which alerts are told together; absent: its parent's. */
  groupBy?: string[];
  continues?: true;
}

const serious =
  'alertname=~"ErrorBudgetBurn|ServiceSilent|HighErrorRate|DatabasePoolExhausted|PgBouncerDown"';

/** Every route, in order: the first that matches takes the alert. */
export const declaredRoutes: DeclaredRoute[] = [
  { matchers: ['alertname="Watchdog"'], receiver: "watchdog", groupBy: ["alertname"] },
  { matchers: ['alertname="InfoInhibitor"'], receiver: "null" },
  {
    matchers: ['alertname=~"Alertmanager.*FailedToSendAlerts"'],
    receiver: "messages",
    continues: true,
  },
  { matchers: ['severity="critical"'], receiver: "pages" },
  { matchers: [serious], groupBy: ["cluster"] },
];

/** What suppresses what; anything else could silence a page. */
export interface DeclaredInhibition {
  source: string[];
  target: string[];
  /** Labels that both have to share; without them one fault would silence the whole stack. */
  equal: string[];
}

/** Every inhibition, in order. */
export const declaredInhibitions: DeclaredInhibition[] = [
  {
    source: ['alertname=~"ClusterLost"'],
    target: ['alertname!~"ClusterLost|Watchdog"'],
    equal: ["cluster"],
  },
  {
    source: ['alertname=~"ZoneLost"'],
    target: ['zone!=""', 'alertname!~"ZoneLost"'],
    equal: ["cluster", "zone"],
  },
  {
    source: ['alertname=~"ZoneLost"'],
    target: [
      'alertname=~"ReplicasBelowDesired|DisruptionBudgetAtLimit|ZoneImbalance|NodePoolAtLimit|PgBouncerReplicaDown|PoolerGoesByName|DatabaseMemberSilent|KubeHpaReplicasMismatch|TargetDown"',
    ],
    equal: ["cluster"],
  },
  {
    source: ['alertname=~"NodeLost"'],
    target: ['node!=""', 'alertname!~"NodeLost"'],
    equal: ["cluster", "node"],
  },
  {
    source: [serious, 'severity="critical"'],
    target: ['alertname=~"PodCrashLooping|ReplicasBelowDesired"'],
    equal: ["cluster"],
  },
  {
    source: ['severity="critical"'],
    target: ['severity=~"warning|info"'],
    equal: ["cluster", "alertname", "namespace", "slo"],
  },
  {
    source: ['alertname="InfoInhibitor"'],
    target: ['severity="info"'],
    equal: ["cluster", "namespace"],
  },
];
