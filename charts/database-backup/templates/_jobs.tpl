{{/*
All jobs, as YAML. Of each: the service account that it shares with no job of other rights; its container's
arguments; `evidence`, whose keys it needs; `database`, the Secret of the role that it is there; `scratch`, the job
whose server it uses; `disk`, whether it needs room; seconds until it is given up.
*/}}
{{- define "backup.jobs" -}}
- name: dump
  account: dump
  args: [dump]
  vault: true
  evidence: true
  database: database-backup
  schedule: {{ .Values.schedule.dump | quote }}
  deadline: 3300
- name: verify
  account: verify
  args: [verify]
  vault: true
  evidence: true
  scratch: scratch-verify
  disk: true
  schedule: {{ .Values.schedule.verify | quote }}
  deadline: 21600
- name: prune
  account: prune
  args: [prune]
  vault: true
  evidence: true
  schedule: {{ .Values.schedule.prune | quote }}
  deadline: 3600
- name: drill
  account: verify
  args: [drill]
  vault: true
  evidence: true
  scratch: scratch-drill
  disk: true
  schedule: {{ .Values.schedule.drill | quote }}
  deadline: 21600
{{- range list "verify" "drill" }}
# A server of its own for each run, which goes with it. It waits for the run for half an hour at most.
- name: scratch-{{ . }}
  account: scratch
  args: [scratch, --port, "5432"]
  serves: {{ . }}
  disk: true
  schedule: {{ get $.Values.schedule . | quote }}
  deadline: 23400
{{- end }}
{{- if .Values.state.configMaps }}
- name: state
  account: state
  args: [state{{ range .Values.state.configMaps }}, /state/{{ . }}{{ end }}]
  vault: true
  state: {{ toJson .Values.state.configMaps }}
  schedule: {{ .Values.schedule.state | quote }}
  deadline: 3600
{{- end }}
# Not scheduled: npm run restore starts these two, with their own arguments. What runs a dump is not the master, and
# what is the master runs no dump.
- name: restore
  account: restore
  args: [restore]
  vault: true
  evidence: true
  lost: true
  database: database-restore
  disk: true
  deadline: 14400
- name: swap
  account: swap
  args: [swap]
  database: database-master
  deadline: 600
{{- end }}
