import type { RuleGroup } from "../rule";
import { asked, risen } from "./selectors";

const requests = risen("http_requests_total", asked, "5m");
const errors = risen("http_requests_total", `${asked},status=~"5.."`, "5m");

/** What users of backend and frontend notice, as the pods count it. */
export const application: RuleGroup = {
  name: "application",
  rules: [
    {
      alert: "HighErrorRate",
      // A share, so that traffic does not matter; of at least ten, so that one error at night is none.
      expr: `(sum by (job) (${errors}) >= 10) / sum by (job) (${requests}) > 0.05`,
      for: "2m",
      severity: "critical",
      summary: "More than 5 % of the requests to {{ $labels.job }} fail.",
      description:
        "{{ $value | humanizePercentage }} of the requests of the last five minutes were answered with a 5xx.",
      runbook: "alerts.md#higherrorrate",
    },
    {
      alert: "SlowResponseTime",
      // The buckets of all pods and routes together: a quantile of each series says nothing of users.
      expr: `histogram_quantile(0.95, sum by (job, le) (rate(http_request_duration_seconds_bucket{${asked}}[5m]))) > 1`,
      for: "5m",
      severity: "warning",
      summary: "One request in twenty to {{ $labels.job }} takes longer than a second.",
      description:
        "95 % of the requests of the last five minutes took up to {{ $value | humanizeDuration }}.",
      runbook: "alerts.md#slowresponsetime",
    },
  ],
};
