/** Classes of pods of ours, the most important first. */
export const classes = ["pooler", "serving", "watching"];

/** By workload, its class; every other has none, and gives way. */
export const priorities: Record<string, string> = {
  "database/pgbouncer": "pooler",
  "mini-xdr/mini-xdr-backend": "serving",
  "mini-xdr/mini-xdr-frontend": "serving",
  "monitoring/kube-prometheus-stack-alertmanager": "watching",
  "monitoring/kube-prometheus-stack-prometheus": "watching",
};
