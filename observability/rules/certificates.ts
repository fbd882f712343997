import type { RuleGroup } from "../rule";

const left = "minixdr_certificate_expiry_timestamp_seconds - time()";

/**
 * Certificates that the program makes, whose end the chart writes into a series. Amazon's renew
 * themselves, and those of kubelets and API server have rules in kube-prometheus-stack.
 */
export const certificates: RuleGroup = {
  name: "certificates",
  rules: [
    {
      alert: "CertificateExpiring",
      // `npm run up` replaces it 60 days before its end: at 30 nobody has run it for a month.
      expr: `${left} < 30 * 86400`,
      for: "1h",
      severity: "warning",
      summary: "The certificate {{ $labels.certificate }} expires within 30 days.",
      description: "It is valid for {{ $value | humanizeDuration }} more.",
      runbook: "alerts.md#certificateexpiring",
    },
    {
      alert: "CertificateAlmostExpired",
      expr: `${left} < 7 * 86400`,
      for: "1h",
      severity: "critical",
      summary: "The certificate {{ $labels.certificate }} expires within a week.",
      description:
        "It is valid for {{ $value | humanizeDuration }} more; then its clients refuse it.",
      runbook: "alerts.md#certificatealmostexpired",
    },
  ],
};
