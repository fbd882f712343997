import { isTolerated } from "../../declared/probes";
import { containers } from "../../model/kubernetes";
import { at, list, type Resource } from "../../model/resource";

const kinds = ["startupProbe", "readinessProbe", "livenessProbe"];

/** What the kubelet asks a workload's containers, each once, such as `/health/live`. */
export function questions(workload: Resource): string[] {
  return [
    ...new Set(
      containers(workload).flatMap((container) =>
        kinds.map((kind) => question(at(container, kind))).filter((asked) => asked !== undefined),
      ),
    ),
  ];
}

/** Questions whose answer depends on more than the pod: one fault elsewhere would take every pod out. */
export function dependent(workload: Resource): string[] {
  return questions(workload).filter((asked) => !isTolerated(asked));
}

function question(probe: unknown): string | undefined {
  if (probe === undefined) return undefined;
  const path = at(probe, "httpGet.path");
  if (path !== undefined) return String(path);
  if (at(probe, "tcpSocket") !== undefined) return "its port";
  if (at(probe, "grpc") !== undefined) return "gRPC";
  const command = list(probe, "exec.command").map(String);
  return command.length > 0 ? command.join(" ") : undefined;
}
