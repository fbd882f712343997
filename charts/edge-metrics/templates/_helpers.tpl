{{/* Labels that select its pod. */}}
{{- define "edge-metrics.selectorLabels" -}}
app.kubernetes.io/name: edge-metrics
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "edge-metrics.labels" -}}
{{ include "edge-metrics.selectorLabels" . }}
app.kubernetes.io/part-of: mini-xdr
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* An image reference, pinned by its digest once it is resolved. */}}
{{- define "edge-metrics.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}
