{{/* Labels that select the exporter's pods. */}}
{{- define "backup.exporterLabels" -}}
app.kubernetes.io/name: database-backup
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: exporter
{{- end }}

{{/* Labels of every object but those of a pod's own component. */}}
{{- define "backup.labels" -}}
app.kubernetes.io/name: database-backup
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: mini-xdr
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* An image reference, pinned by its digest once it is resolved. */}}
{{- define "backup.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What every pod is allowed: the image's own user, nothing of the node's. */}}
{{- define "backup.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "backup.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Where the vault is, and whose figures these are. */}}
{{- define "backup.vaultEnvironment" -}}
- { name: STACK_NAME, value: {{ .Values.stackName | quote }} }
- { name: BACKUP_BUCKET, value: {{ .Values.vault.bucket | quote }} }
- { name: BACKUP_KMS_KEY, value: {{ .Values.vault.kmsKeyArn | quote }} }
- { name: AWS_REGION, value: {{ .Values.vault.region | quote }} }
{{- end }}

{{/* How the database is reached. Argument: a dict of root and the role's secret. */}}
{{- define "backup.databaseEnvironment" -}}
- { name: PGHOST, value: {{ .root.Values.database.host | quote }} }
- { name: PGPORT, value: {{ .root.Values.database.port | quote }} }
- { name: PGDATABASE, value: {{ .root.Values.database.name | quote }} }
- { name: PGSSLMODE, value: verify-full }
- { name: PGSSLROOTCERT, value: /certificates/ca.pem }
- { name: PGCONNECT_TIMEOUT, value: "10" }
- name: PGUSER
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: username } }
- name: PGPASSWORD
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: password } }
{{- end }}

{{/*
A container of a job. Arguments: root, command, secret (absent: no database), state (ConfigMaps; absent: none).
*/}}
{{- define "backup.container" -}}
- name: {{ first .command }}
  image: {{ include "backup.image" .root | quote }}
  args: {{ toJson .command }}
  env:
    {{- include "backup.vaultEnvironment" .root | nindent 4 }}
    - { name: WORK_FOLDER, value: /work }
    - { name: RPO_LIMIT_SECONDS, value: {{ .root.Values.objectives.rpoSeconds | int | quote }} }
    - { name: RTO_LIMIT_SECONDS, value: {{ .root.Values.objectives.rtoSeconds | int | quote }} }
    {{- with .secret }}
    {{- include "backup.databaseEnvironment" (dict "root" $.root "secret" .) | nindent 4 }}
    {{- end }}
    {{- if and (eq (first .command) "dump") .root.Values.database.reader.host }}
    - { name: READER_HOST, value: {{ .root.Values.database.reader.host | quote }} }
    {{- end }}
  # Measured with 1 GB, PostgreSQL's programs included: 125 MiB for a dump, 174 MiB for a verification. The limit
  # leaves room for the page cache that a cgroup counts too.
  resources:
    requests: { memory: 256Mi, cpu: 250m }
    limits: { memory: 512Mi, cpu: "2" }
  securityContext:
    {{- include "backup.containerSecurity" .root | nindent 4 }}
  volumeMounts:
    - { name: work, mountPath: /work }
    {{- if .secret }}
    - { name: certificates, mountPath: /certificates, readOnly: true }
    {{- end }}
    {{- range .state }}
    - { name: state-{{ . }}, mountPath: /state/{{ . }}, readOnly: true }
    {{- end }}
{{- end }}
