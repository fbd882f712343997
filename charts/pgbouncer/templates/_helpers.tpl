{{/* Labels that select the pods. */}}
{{- define "pgbouncer.selectorLabels" -}}
app.kubernetes.io/name: pgbouncer
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "pgbouncer.labels" -}}
{{ include "pgbouncer.selectorLabels" . }}
app.kubernetes.io/part-of: mini-xdr
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* An image reference, pinned by its digest once it is resolved. Argument: an image. */}}
{{- define "pgbouncer.image" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What every container may not do. */}}
{{- define "pgbouncer.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/*
Refuses recovery settings that together may add more than 10 s to a failover. With TCP_USER_TIMEOUT set, Linux drops
a silent connection at the first keepalive after it: measured 4.4 s with unacknowledged data, 3.9 s without (3 s + 1 s).
*/}}
{{- define "pgbouncer.checkRecovery" -}}
{{- with .Values.recovery }}
{{- $dns := mul 1000 (max .dnsMaxTtlSeconds .dnsNxdomainTtlSeconds) }}
{{- $deadSocket := max .tcpUserTimeoutMilliseconds (mul 1000 (add .tcpKeepIdleSeconds .tcpKeepIntervalSeconds)) }}
{{- $login := mul 1000 (add .serverConnectTimeoutSeconds .serverLoginRetrySeconds) }}
{{- $worst := add $dns $deadSocket $login }}
{{- if gt (int $worst) 10000 }}
{{- fail (printf "recovery may add %d ms to a failover (dead socket %d, connect and login retry %d, DNS %d): lower its time-outs to 10000 ms in all" $worst $deadSocket $login $dns) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Refuses a writer that is none of the databases: its sidecar would shed nothing. */}}
{{- define "pgbouncer.checkWriter" -}}
{{- if not (hasKey .Values.databases .Values.writer) }}
{{- fail (printf "writer is %q, which is not in databases (%s): name the database whose host is the writer's name" .Values.writer (keys .Values.databases | sortAlpha | join ", ")) }}
{{- end }}
{{- end }}
