#!/usr/bin/env bash
# Builds an OCI image without a registry of images and without a compiler in it: a Debian base by mmdebstrap, the locked wheels by uv,
# put together by buildah. Debian's packages: buildah mmdebstrap. Needs root, and `make setup-core`; for the console also `make page`.
#   deploy/build-image.sh core|console|partners|vision [ARCHIVE.tar]
#   core      stages without pixels: observe locate corroborate decide trends share hits audit, completeness, canary (locks/core.txt)
#   console   core and the operators' page          partners  core, notify and reports by HTTP
#   vision    everything; torch's wheels bring CUDA, which a GPU uses where the host's container toolkit shows one, else the CPU
# The image is localhost/toezicht-KIND:VERSION; with ARCHIVE it is written there too (docker load, ctr image import). Its last line is
# its size. The OCI format has no HEALTHCHECK: compose.yaml and the chart ask /readyz and /livez themselves.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?"core, console, partners or vision"}
archive=${2:-}
suite=${SUITE:-bookworm}
python=3.11 # what Debian bookworm has
uv=.venv/bin/uv
case $kind in
  core | console | partners) lock=$kind more= ;;
  vision) lock=all more=libgl1,libglib2.0-0 ;;
  *) echo "build-image: $kind, expected core, console, partners or vision" >&2; exit 2 ;;
esac
[ "$(id -u)" -eq 0 ] || { echo "build-image: needs root, for Debian's base" >&2; exit 2; }
for tool in buildah mmdebstrap "$uv"; do
  command -v "$tool" >/dev/null || { echo "build-image: $tool is missing (Debian: apt-get install buildah mmdebstrap; uv: make setup-core)" >&2; exit 2; }
done
[ "$kind" = core ] || [ "$kind" = partners ] || [ -f console/static/index.html ] || { echo "build-image: the console's page is not built: make page" >&2; exit 2; }
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
work=$(mktemp -d)
container=
trap '[ -z "$container" ] || buildah rm "$container" >/dev/null; rm -rf "$work"' EXIT

# The base: Python without pip, and nothing that builds. Caches, documentation and translations stay outside.
mmdebstrap --quiet --variant=minbase --include="python3-minimal,python$python,ca-certificates,tzdata${more:+,$more}" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='rm -rf "$1"/var/cache/* "$1"/var/lib/apt/lists/* "$1"/var/log/*' \
  "$suite" "$work/base.tar"

# What is locked, for the image's Python and not this machine's: wheels alone, so that nothing is ever built; each with its hash.
lib=$work/root/opt/toezicht/lib
mkdir -p "$lib" "$work/root/opt/toezicht/bin" "$work/root/var/lib/toezicht"
"$uv" pip install --quiet --target "$lib" --python-version $python --python-platform x86_64-manylinux_2_36 --only-binary :all: \
  --link-mode=copy --require-hashes -r "locks/$lock.txt"
"$uv" pip install --quiet --python .venv/bin/python --require-hashes -r locks/build.txt
.venv/bin/python -m hatchling build -t wheel -d "$work/wheel" >/dev/null 2>&1
"$uv" pip install --quiet --target "$lib" --python-version $python --only-binary :all: --link-mode=copy --no-deps "$work"/wheel/*.whl
rm -rf "$lib/bin"
printf '#!/bin/sh\nexec python3 -m streams.cli "$@"\n' > "$work/root/opt/toezicht/bin/toezicht"
ln -s /usr/bin/python3 "$work/root/opt/toezicht/bin/python" # the name that health checks ask for
chmod 755 "$work/root/opt/toezicht/bin/toezicht"

container=$(buildah from scratch)
buildah add --quiet "$container" "$work/base.tar" / >/dev/null
buildah copy --quiet "$container" "$work/root" / >/dev/null
# Compiled once here, since nothing is written at a read-only file system's start; a user of its own; no program that becomes root.
buildah run --isolation chroot "$container" -- sh -eu -c '
  python3 -m compileall -q -j 0 /opt/toezicht/lib >/dev/null || true
  printf "toezicht:x:10001:10001::/var/lib/toezicht:/usr/sbin/nologin\n" >> /etc/passwd
  printf "toezicht:x:10001:\n" >> /etc/group
  chown 10001:10001 /var/lib/toezicht
  find / -xdev -perm /6000 -type f -exec chmod a-s {} +'
buildah config --user 10001:10001 --workingdir /var/lib/toezicht --volume /var/lib/toezicht --port 9400 --entrypoint '["toezicht"]' --cmd -- \
  --env PATH=/opt/toezicht/bin:/usr/bin:/bin --env PYTHONPATH=/opt/toezicht/lib --env PYTHONDONTWRITEBYTECODE=1 \
  --env TOEZICHT_DATA=/var/lib/toezicht --env TOEZICHT_CACHE=/var/lib/toezicht/cache \
  --env TOEZICHT_METRICS_HOST=0.0.0.0 --env TOEZICHT_METRICS_PORT=9400 \
  --label org.opencontainers.image.title=toezicht --label org.opencontainers.image.version="$version" \
  --label org.opencontainers.image.licenses=AGPL-3.0-or-later "$container"
image=localhost/toezicht-$kind:$version
buildah commit --quiet "$container" "$image" >/dev/null
[ -z "$archive" ] || buildah push --quiet "$image" "docker-archive:$archive:toezicht-$kind:$version"
echo "$image $(buildah inspect --type image --format '{{.FromImageID}}' "$image" | cut -c1-12) $(buildah images --format '{{.Size}}' "$image")"
