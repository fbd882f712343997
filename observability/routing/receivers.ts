/** The Kubernetes Secret that holds what receivers must keep to themselves. */
export const receiversSecret = "alertmanager-receivers";

/** Keys of that Secret, by what they open. The operator mounts each as a file. */
export const secretKeys = {
  /** Routing key of an Events API v2 integration; critical alerts. */
  pagerDuty: "pagerduty-routing-key",
  /** Address of an incoming webhook; everything else that somebody should read. */
  slack: "slack-webhook-url",
  /** Address that has to be called again and again; the Watchdog. */
  deadMansSwitch: "dead-mans-switch-url",
};

/** Which receivers a stack has. Where one is missing its alerts stay in Alertmanager. */
export type Receivers = Record<keyof typeof secretKeys, boolean>;

/** Where the operator mounts the Secret in Alertmanager's pods. */
export const secretsFolder = `/etc/alertmanager/secrets/${receiversSecret}`;

const file = (receiver: keyof typeof secretKeys) => `${secretsFolder}/${secretKeys[receiver]}`;

/** The title of a page or a message: the first alert's own, and how many came with it. */
const title =
  "[{{ .CommonLabels.cluster }}] {{ (index .Alerts 0).Annotations.summary }}" +
  "{{ if gt (len .Alerts) 1 }} ({{ len .Alerts }} alerts){{ end }}";

/** Each alert with what was measured and what to do. */
const each =
  "{{ range .Alerts }}{{ if eq .Status `resolved` }}Resolved: {{ end }}*{{ .Labels.alertname }}* {{ .Annotations.description }}\n" +
  "{{ with .Annotations.runbook_url }}Runbook: {{ . }}\n{{ end }}{{ end }}";

/** Receivers as Alertmanager has them; no secret is in them, only names of files. */
export function receivers(exist: Receivers) {
  return [
    { name: "null" },
    {
      name: "pages",
      ...(exist.pagerDuty && {
        pagerduty_configs: [
          {
            routing_key_file: file("pagerDuty"),
            send_resolved: true,
            severity: "critical",
            source: "{{ .CommonLabels.cluster }}",
            class: "{{ .CommonLabels.alertname }}",
            group: "{{ .CommonLabels.namespace }}",
            description: title,
            links: [{ href: "{{ (index .Alerts 0).Annotations.runbook_url }}", text: "Runbook" }],
          },
        ],
      }),
    },
    {
      name: "messages",
      ...(exist.slack && {
        slack_configs: [
          {
            api_url_file: file("slack"),
            send_resolved: true,
            title: `{{ if eq .Status "resolved" }}Resolved: {{ end }}${title}`,
            text: each,
          },
        ],
      }),
    },
    {
      name: "watchdog",
      ...(exist.deadMansSwitch && {
        // What says that all is well has nothing to resolve.
        webhook_configs: [{ url_file: file("deadMansSwitch"), send_resolved: false }],
      }),
    },
  ];
}
