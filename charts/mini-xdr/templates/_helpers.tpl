{{/* Labels that select a component's pods. Argument: (dict "root" $ "component" NAME). */}}
{{- define "mini-xdr.selectorLabels" -}}
app.kubernetes.io/name: mini-xdr
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Labels of every object. Same argument. */}}
{{- define "mini-xdr.labels" -}}
{{ include "mini-xdr.selectorLabels" . }}
app.kubernetes.io/part-of: mini-xdr
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* An image reference, pinned by its digest once the build has written one. Argument: an image. */}}
{{- define "mini-xdr.image" -}}
{{ .repository }}:{{ .tag }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Egress to DNS. Argument: none. */}}
{{- define "mini-xdr.dnsEgress" -}}
# No peer: EKS Auto Mode serves DNS from the node, so there are no kube-dns pods to select.
- ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- end }}
