/**
 * Where images may come from: our own registry, whose images are immutable, scanned and copied to the
 * recovery Region, and what the declared charts of others run by their own defaults.
 */
export const declaredImages: RegExp[] = [
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/mini-xdr\/(backend|frontend|backup|pgbouncer-exporter|edge-exporter)[:@]/,
  // Earlier ones neither drain on SIGTERM nor keep their socket open meanwhile.
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/mini-xdr\/pgbouncer:1\.(2[5-9]|[3-9]\d)\./,
  /^quay\.io\/prometheus\/(prometheus|alertmanager):/,
  /^quay\.io\/prometheus-operator\/prometheus-operator:/,
  /^registry\.k8s\.io\/kube-state-metrics\/kube-state-metrics:/,
  /^registry\.k8s\.io\/metrics-server\/metrics-server:/,
  /^docker\.io\/grafana\/grafana:/,
];
