#!/usr/bin/env bash
# Builds what tests/integration/test_api_server.py and test_chart_upgrade.py give the chart to: scripts/kube-apiserver.sh FOLDER
# The API server, its controllers, the scheduler and kubectl. Needs Go 1.24 or newer, some 4 GB of disk and 12 minutes of a processor;
# etcd beside it is Debian's etcd-server. A module of its own stands for Kubernetes' workspace: what that replaces by its folders of
# staging is replaced by the modules that are published of them.
set -euo pipefail

version=1.33.0 # tests/support/chart.py says it too
to=$(realpath "${1:?expected the folder where kube-apiserver is to be}")
programs=(kube-apiserver kube-controller-manager kube-scheduler kubectl)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'module apiserver\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes v%s\n' "$version" > go.mod
module=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
grep -oE 'k8s\.io/[a-z0-9-]+ => \./staging' "$module" | sed "s/ => .*//" | sort -u |
  while read -r each; do printf 'replace %s => %s v0.%s\n' "$each" "$each" "${version#1.}"; done >> go.mod
{
  printf '//go:build tools\n\npackage tools\n\n'
  printf 'import _ "k8s.io/kubernetes/cmd/%s"\n' "${programs[@]}"
} > tools.go
go mod tidy -e
named=k8s.io/component-base/version
go build -mod=mod -ldflags "-s -w -X $named.gitVersion=v$version -X $named.gitMajor=1 -X $named.gitMinor=33" \
  -o "$to/" "${programs[@]/#/k8s.io/kubernetes/cmd/}"
"$to/kube-apiserver" --version
