import type { RuleGroup } from "../rule";
import { asked, risen } from "./selectors";

/** Requests of each service within a window; three scrapes of 30 s, so that one that is missed leaves two. */
const requests = (window: "5m" | "90s", answers = "") =>
  `sum by (job) (${risen("http_requests_total", asked + answers, window)})`;
const errors = requests("5m", ',status=~"5.."');
const answered = requests("90s", ',status!~"5.."');

/** What users of backend and frontend notice, as the pods count it. */
export const application: RuleGroup = {
  name: "application",
  rules: [
    {
      alert: "HighErrorRate",
      // A share, so that traffic does not matter; of at least ten, so that one error at night is none.
      // Silent once 99 of 100 are answered again: it holds for an outage's seconds + 60 - 14 / share, so one
      // of 45 s never pages, one of 120 s does. No traffic and no scrape prove nothing, and silence nothing.
      expr:
        `(${errors} >= 10) / ${requests("5m")} > 0.05` +
        ` unless ${answered} / ${requests("90s")} >= 0.99`,
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
