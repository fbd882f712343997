{{/* How many replicas, and how a new revision replaces the old one. Argument: a component's values. */}}
{{- define "mini-xdr.rollout" -}}
{{- if not .autoscaling }}
replicas: {{ .replicas }}
{{- end }}
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxSurge: 1
    maxUnavailable: 0
# The load balancer's health interval × threshold, and 10 s: no old pod leaves before the new one gets traffic.
minReadySeconds: 30
{{- end }}

{{/* Where pods run, as whom, and how they leave. Argument: (dict "root" $ "component" NAME "user" UID). */}}
{{- define "mini-xdr.pod" -}}
serviceAccountName: {{ .root.Release.Name }}-{{ .component }}
automountServiceAccountToken: false
enableServiceLinks: false
# After the poolers, before what watches: where a lost zone leaves too little room, the others give way.
priorityClassName: serving
# Outlasts the preStop sleep (25 s) and the requests that are then still running.
terminationGracePeriodSeconds: 60
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  seccompProfile: { type: RuntimeDefault }
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "mini-xdr.selectorLabels" . | nindent 12 }}
        # Only replicas of the same revision repel each other. Without it the surge pod needs a host
        # without any old pod, and where every host has one the rollout waits indefinitely.
        matchLabelKeys: [pod-template-hash]
topologySpreadConstraints:
  - topologyKey: topology.kubernetes.io/zone
    maxSkew: 1
    whenUnsatisfiable: DoNotSchedule
    labelSelector:
      matchLabels:
        {{- include "mini-xdr.selectorLabels" . | nindent 8 }}
    # A revision is spread by itself; else old pods that are about to go push new ones into one zone.
    matchLabelKeys: [pod-template-hash]
    # A dead zone's nodes are tainted, so it no longer counts as an empty zone that must be filled first.
    nodeTaintsPolicy: Honor
    nodeAffinityPolicy: Honor
tolerations:
  # 30 s instead of 300 s. NoExecute only: a toleration of every effect would count the dead zone again.
  - { key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 30 }
  - { key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 30 }
{{- end }}

{{/* What every container may not do. Argument: none. */}}
{{- define "mini-xdr.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Keeps serving until the load balancer has stopped sending. Argument: none. */}}
{{- define "mini-xdr.drain" -}}
lifecycle:
  # Longer than the target group's deregistration delay (15 s) and the controller's reaction to it.
  preStop: { sleep: { seconds: 25 } }
{{- end }}
