{{/* Labels that select a component's pods. Argument: a dict of root and component. */}}
{{- define "backup.podsOf" -}}
app.kubernetes.io/name: database-backup
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "backup.exporterLabels" -}}
{{ include "backup.podsOf" (dict "root" . "component" "exporter") }}
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

{{/* What a backup counts by. */}}
{{- define "backup.evidenceEnvironment" -}}
- { name: MANIFEST_KEY, value: {{ .Values.vault.manifestKeyArn | quote }} }
- { name: VERIFICATION_KEY, value: {{ .Values.vault.verificationKeyArn | quote }} }
{{- end }}

{{/* The vault of the stack whose place this one takes, and what its backups count by. */}}
{{- define "backup.lostEnvironment" -}}
{{- with .Values.vault.lost }}
- { name: LOST_STACK_NAME, value: {{ .stackName | quote }} }
- { name: LOST_BUCKET, value: {{ .bucket | quote }} }
- { name: LOST_MANIFEST_KEY, value: {{ .manifestKeyArn | quote }} }
- { name: LOST_VERIFICATION_KEY, value: {{ .verificationKeyArn | quote }} }
{{- end }}
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

{{/* By what a scratch server knows its two roles. */}}
{{- define "backup.scratchEnvironment" -}}
- name: SCRATCH_OWNER_PASSWORD
  valueFrom: { secretKeyRef: { name: database-scratch, key: owner } }
- name: SCRATCH_RESTORER_PASSWORD
  valueFrom: { secretKeyRef: { name: database-scratch, key: restorer } }
{{- end }}

{{/* A job's container. Argument: a dict of root and job. Nothing is given to it that it does not need. */}}
{{- define "backup.container" -}}
- name: {{ first .job.args }}
  image: {{ include "backup.image" .root | quote }}
  args: {{ toJson .job.args }}
  env:
    - { name: WORK_FOLDER, value: /work }
    {{- if .job.vault }}
    {{- include "backup.vaultEnvironment" .root | nindent 4 }}
    {{- end }}
    {{- if .job.evidence }}
    {{- include "backup.evidenceEnvironment" .root | nindent 4 }}
    {{- end }}
    {{- if and .job.lost .root.Values.vault.lost }}
    {{- include "backup.lostEnvironment" .root | nindent 4 }}
    {{- end }}
    {{- if eq .job.name "drill" }}
    - { name: RPO_LIMIT_SECONDS, value: {{ .root.Values.objectives.rpoSeconds | int | quote }} }
    - { name: RTO_LIMIT_SECONDS, value: {{ .root.Values.objectives.rtoSeconds | int | quote }} }
    {{- end }}
    {{- with .job.scratch }}
    - { name: SCRATCH_HOST, value: {{ printf "%s-%s.%s.svc.cluster.local" $.root.Release.Name . $.root.Release.Namespace | quote }} }
    - { name: SCRATCH_PORT, value: "5432" }
    {{- end }}
    {{- if or .job.scratch .job.serves }}
    {{- include "backup.scratchEnvironment" .root | nindent 4 }}
    {{- end }}
    {{- with .job.database }}
    {{- include "backup.databaseEnvironment" (dict "root" $.root "secret" .) | nindent 4 }}
    {{- end }}
    {{- if and (eq .job.name "dump") .root.Values.database.reader.host }}
    - { name: READER_HOST, value: {{ .root.Values.database.reader.host | quote }} }
    {{- end }}
  # Measured with 1 GB, PostgreSQL's programs included: 125 MiB for a dump, 174 MiB for a restore and its server
  # together. The limit leaves room for the page cache that a cgroup counts too.
  resources:
    requests: { memory: 256Mi, cpu: 250m }
    limits: { memory: 512Mi, cpu: "2" }
  securityContext:
    {{- include "backup.containerSecurity" .root | nindent 4 }}
  volumeMounts:
    - { name: work, mountPath: /work }
    {{- if .job.database }}
    - { name: certificates, mountPath: /certificates, readOnly: true }
    {{- end }}
    {{- range .job.state }}
    - { name: state-{{ . }}, mountPath: /state/{{ . }}, readOnly: true }
    {{- end }}
{{- end }}

{{/* DNS without a peer: EKS Auto Mode has no DNS pods to select. */}}
{{- define "backup.nameResolution" -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end }}

{{/* What whoever has rights in AWS reaches. */}}
{{- define "backup.reachesVault" -}}
# S3, KMS and CloudWatch: their addresses are public and change.
- ports:
    - { port: 443, protocol: TCP }
# EKS Pod Identity hands out the credentials from the node.
- to:
    - ipBlock: { cidr: 169.254.170.23/32 }
  ports:
    - { port: 80, protocol: TCP }
{{- end }}
