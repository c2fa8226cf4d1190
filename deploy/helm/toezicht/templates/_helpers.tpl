{{- /* What every resource is called and known by. */ -}}
{{- define "toezicht.labels" -}}
app.kubernetes.io/part-of: toezicht
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "toezicht.selector" -}}
app.kubernetes.io/part-of: toezicht
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- /* What runs of the processes: one that is null or not enabled is left out. */ -}}
{{- define "toezicht.running" -}}
{{- $found := dict }}
{{- range $name, $process := .Values.processes }}
{{- if and $process (ne (toString $process.enabled) "false") }}
{{- $_ := set $found $name $process }}
{{- end }}
{{- end }}
{{- toJson $found }}
{{- end }}

{{- define "toezicht.image" -}}
{{ .root.Values.image.registry }}toezicht-{{ .kind }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- /* What a process is told: the cluster and its user first, then the settings of all, then its own. */ -}}
{{- define "toezicht.env" -}}
- {name: KAFKA_BOOTSTRAP_SERVERS, value: {{ .root.Values.kafka.bootstrapServers | quote }}}
- {name: KAFKA_SECURITY_PROTOCOL, value: {{ .root.Values.kafka.securityProtocol }}}
- {name: KAFKA_SSL_CAFILE, value: /kafka/ca/{{ .root.Values.kafka.authority.key }}}
- {name: KAFKA_REPLICATION_FACTOR, value: {{ .root.Values.kafka.replicationFactor | quote }}}
{{- if eq .root.Values.kafka.securityProtocol "SSL" }}
- {name: KAFKA_SSL_CERTFILE, value: /kafka/user/user.crt}
- {name: KAFKA_SSL_KEYFILE, value: /kafka/user/user.key}
{{- else }}
- {name: KAFKA_SASL_MECHANISM, value: {{ .root.Values.kafka.saslMechanism }}}
- {name: KAFKA_SASL_USERNAME, value: {{ .user }}}
- name: KAFKA_SASL_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ .user }}, key: password}}
{{- end }}
{{- if .root.Values.config.models }}
- {name: TOEZICHT_MODELS, value: /models}
{{- end }}
{{- $name := .name }}
{{- range $variable, $value := merge (dict) (.env | default dict) .root.Values.settings }}
- {name: {{ $variable }}, value: {{ required (printf "%s of %s is empty, expected a value" $variable $name) $value | quote }}}
{{- end }}
{{- range $name, $from := .secretEnv }}
- name: {{ $name }}
  valueFrom: {secretKeyRef: {name: {{ $from.secret }}, key: {{ $from.key }}}}
{{- end }}
{{- end }}

{{- define "toezicht.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: state, mountPath: /var/lib/toezicht}
- {name: config, mountPath: /config, readOnly: true}
- {name: authority, mountPath: /kafka/ca, readOnly: true}
{{- if eq .root.Values.kafka.securityProtocol "SSL" }}
- {name: user, mountPath: /kafka/user, readOnly: true}
{{- end }}
{{- if .files }}
- {name: files, mountPath: /secrets, readOnly: true}
{{- end }}
{{- if .root.Values.config.models }}
- {name: models, mountPath: /models, readOnly: true}
{{- end }}
{{- end }}

{{- define "toezicht.volumes" -}}
- {name: tmp, emptyDir: {sizeLimit: 256Mi}}
- {name: config, configMap: {name: {{ .root.Values.config.configMap }}}}
- name: authority
  secret: {secretName: {{ .root.Values.kafka.authority.secret }}, items: [{key: {{ .root.Values.kafka.authority.key }}, path: {{ .root.Values.kafka.authority.key }}}]}
{{- if eq .root.Values.kafka.securityProtocol "SSL" }}
- name: user
  secret: {secretName: {{ .user }}, defaultMode: 0440, items: [{key: user.crt, path: user.crt}, {key: user.key, path: user.key}]}
{{- end }}
{{- with .files }}
- {name: files, secret: {secretName: {{ . }}, defaultMode: 0440}}
{{- end }}
{{- if .root.Values.config.models }}
- {name: models, persistentVolumeClaim: {claimName: {{ .root.Values.config.models }}, readOnly: true}}
{{- end }}
{{- end }}

{{- define "toezicht.pod" -}}
serviceAccountName: {{ .root.Release.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "toezicht.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
