/** Which images the simulated kubelets know, and what they do with them. */
export interface Images {
  /** Images that can be pulled; a pod with any other stays in ErrImagePull. */
  known: string[];
  /** Tag that makes a Job's pods exit with 1 instead of succeeding. */
  failingJobTag: string;
}

/** How long a pod takes from being scheduled to Ready, in ms. Simulated: nothing really starts. */
export const podStart = { least: 1000, most: 2000 };

const notDeleted = { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" };
const isNew = [notDeleted, { key: ".status.containerStatuses", operator: "DoesNotExist" }];
const allImages = "[.spec.containers[], (.spec.initContainers // [])[] | .image]";
// As long as the preStop sleep, like a kubelet; what never ran has nothing to finish.
const timeToLeave =
  'if .status.phase == "Running" then [.spec.containers[] | .lifecycle.preStop.sleep.seconds // 1] ' +
  'else [1] end | max | "\\(.)s"';

/**
 * kwok's configuration: what its simulated kubelets do with nodes and pods. Written for this
 * project, because kwok's own stages make every image run and every Job succeed.
 */
export function stages(images: Images): string {
  const unknown = `(${allImages} - ${JSON.stringify(images.known)}) | length > 0`;
  const failing = `any(${allImages}[]; split("@")[0] | endswith(":${images.failingJobTag}"))`;
  const ofJob = { key: ".metadata.ownerReferences[]?.kind", operator: "In", values: ["Job"] };
  const running = { key: ".status.phase", operator: "In", values: ["Running"] };
  const is = (key: string, value: boolean) => ({ key, operator: "In", values: [`${value}`] });
  const started = {
    durationMilliseconds: podStart.least,
    jitterDurationMilliseconds: podStart.most,
  };
  return [
    stage("node-ready", "Node", [nodeNotReady], { next: { statusTemplate: nodeReady } }),
    stage("pod-running", "Pod", [...isNew, is(unknown, false)], {
      delay: started,
      next: { statusTemplate: podRunning },
    }),
    stage("pod-image-refused", "Pod", [...isNew, is(unknown, true)], {
      delay: started,
      next: { statusTemplate: podImageRefused },
    }),
    stage("job-succeeds", "Pod", [notDeleted, running, ofJob, is(failing, false)], {
      delay: { durationMilliseconds: 500 },
      next: { statusTemplate: podEnded("Succeeded", 0) },
    }),
    stage("job-fails", "Pod", [notDeleted, running, ofJob, is(failing, true)], {
      delay: { durationMilliseconds: 500 },
      next: { statusTemplate: podEnded("Failed", 1) },
    }),
    stage("pod-leaves", "Pod", [{ key: ".metadata.deletionTimestamp", operator: "Exists" }], {
      delay: { durationMilliseconds: 1000, durationFrom: { expressionFrom: timeToLeave } },
      next: { delete: true },
    }),
  ].join("---\n");
}

function stage(name: string, kind: string, matchExpressions: unknown[], rest: object): string {
  const spec = { resourceRef: { apiGroup: "v1", kind }, selector: { matchExpressions }, ...rest };
  const object = { apiVersion: "kwok.x-k8s.io/v1alpha1", kind: "Stage", metadata: { name }, spec };
  return `${JSON.stringify(object)}\n`;
}

const nodeNotReady = {
  key: '.status.conditions[]? | select(.type == "Ready") | .status',
  operator: "NotIn",
  values: ["True"],
};

const nodeReady = `
phase: Running
addresses:
- { type: InternalIP, address: {{ NodeIP | Quote }} }
- { type: Hostname, address: {{ NodeName | Quote }} }
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
`;

const podConditions = (ready: boolean) => `
conditions:
{{ range list "Initialized" "ContainersReady" "Ready" }}
- type: {{ . }}
  status: {{ if eq . "Initialized" }}"True"{{ else }}"${ready ? "True" : "False"}"{{ end }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
`;

const containers = (running: boolean, state: string) => `
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: ${running}
  started: ${running}
  restartCount: 0
  state: ${state}
{{ end }}
`;

const podRunning = `
phase: Running
startTime: {{ Now | Quote }}
podIP: {{ PodIPWith .spec.nodeName false .metadata.uid .metadata.name .metadata.namespace | Quote }}
${podConditions(true)}
${containers(true, "{ running: { startedAt: {{ Now | Quote }} } }")}
`;

const podImageRefused = `
phase: Pending
${podConditions(false)}
${containers(false, '{ waiting: { reason: ErrImagePull, message: "the rehearsal\'s plan has no such image" } }')}
`;

const podEnded = (phase: "Succeeded" | "Failed", exitCode: number) => {
  const reason = exitCode === 0 ? "Completed" : "Error";
  const times = "startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}";
  const state = `{ terminated: { exitCode: ${exitCode}, reason: ${reason}, ${times} } }`;
  return `
phase: ${phase}
${podConditions(false)}
${containers(false, state)}
`;
};
