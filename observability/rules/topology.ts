import type { RuleGroup } from "../rule";

/**
 * The program beside each pooler that follows the writer; only a stack whose database is a Multi-AZ DB
 * cluster has it. Nobody is paged: without it PgBouncer goes by the writer's name.
 */
export const topology: RuleGroup = {
  name: "topology",
  rules: [
    {
      alert: "PoolerGoesByName",
      // A program that does not answer says nothing, and PgBouncer goes by the name then too.
      expr: 'min by (namespace, pod) (minixdr_topology_by_name or up{endpoint="topology"} == bool 0) == 1',
      for: "5m",
      severity: "warning",
      summary: "The pooler {{ $labels.pod }} does not follow the database, only its name.",
      description:
        "{{ $value }} of 1: its program is silent, unsure or cannot reach PgBouncer. A failover takes seconds longer there.",
      runbook: "alerts.md#poolergoesbyname",
    },
    {
      alert: "WriterUnseen",
      expr: "max by (namespace) (minixdr_topology_writer) == 0",
      for: "2m",
      severity: "warning",
      summary: "No pooler knows a writer of the database.",
      description:
        "{{ $value }} instances are the writer to any of them: none is followed by a standby, or most do not answer.",
      runbook: "alerts.md#writerunseen",
    },
    {
      alert: "DatabaseMemberSilent",
      expr: "max by (namespace, member) (minixdr_topology_answer_age_seconds) > 60",
      for: "5m",
      severity: "warning",
      summary: "An instance of the database does not answer a pooler.",
      description:
        "{{ $labels.member }} answered the last time {{ $value | humanizeDuration }} ago. With one more the writer's name decides.",
      runbook: "alerts.md#databasemembersilent",
    },
    {
      alert: "SwitchWithoutFailover",
      // Each promotion begins a timeline. A program that starts again counts from zero.
      expr:
        "max by (namespace, pod) (changes(minixdr_topology_switches_total[1h])" +
        " - resets(minixdr_topology_switches_total[1h])" +
        " - changes(minixdr_topology_timeline[1h])) > 0",
      for: "0s",
      severity: "warning",
      summary: "The pooler {{ $labels.pod }} took another writer although nobody was promoted.",
      description: "{{ $value }} switches of the last hour have no new timeline of the database.",
      runbook: "alerts.md#switchwithoutfailover",
    },
  ],
};
