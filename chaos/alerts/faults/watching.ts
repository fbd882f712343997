import { secondsToTrip } from "../../../observability/routing";
import type { AlertFault } from "../fault";

const path =
  "/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheuses/kube-prometheus-stack-prometheus";
/** Seconds in which all of them are gone. */
const change = 120;

export const prometheusGone: AlertFault = {
  name: "prometheus-gone",
  title: "Every Prometheus scaled away: nobody is left who could tell",
  tells: "silence",
  alerts: [],
  within: () => secondsToTrip + 2,
  async inject({ platform }) {
    const { workloads, plane } = platform;
    const pods = () =>
      workloads.pods.filter(
        ({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === "prometheus",
      );
    const count = pods().length;
    await plane.api.patch(path, { spec: { replicas: 0 } });
    await workloads.until(() => (pods().length > 0 ? "a Prometheus runs" : undefined), change);
    return {
      proof: `none of ${count} Prometheus runs any more`,
      undo: async () => {
        await plane.api.patch(path, { spec: { replicas: count } });
      },
    };
  },
};
