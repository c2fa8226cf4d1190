#!/usr/bin/env bash
# Installs the Debian packages that a purpose needs and that are missing: scripts/debian.sh runtime|test …
set -euo pipefail

declare -A packages=(
  # OpenCV's wheel links these
  [runtime]="libgl1 libglib2.0-0"
  # a partner's Kafka client, and what reads JSON in its shell; a decoder of pager messages; a real Prometheus with promtool, and an Alertmanager; a real MQTT broker; a real browser; a real RTSP server
  # with H.264
  [test]="kcat jq multimon-ng prometheus prometheus-alertmanager mosquitto chromium fonts-dejavu-core python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good
          gstreamer1.0-plugins-ugly gstreamer1.0-plugins-bad gstreamer1.0-libav"
)

installed() { # Debian 13 and Ubuntu 24.04 renamed some libraries to …t64
  { dpkg-query -W -f='${Status}\n' "$1" "$1t64" 2>/dev/null || true; } | grep 'ok installed' >/dev/null
}

missing=()
for purpose in "$@"; do
  for package in ${packages[$purpose]:?"unknown purpose $purpose, expected: ${!packages[*]}"}; do
    installed "$package" || missing+=("$package")
  done
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "toezicht: this needs what Debian calls: ${missing[*]}; install the like with your system's package manager" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "toezicht: Debian packages are missing; run: sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "toezicht: installing Debian packages: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
# Prometheus comes with a service; the tests start their own, so none may be started here.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get update -q >&2 # standard output belongs to the program that comes after
apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
