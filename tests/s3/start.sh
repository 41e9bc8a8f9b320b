#!/usr/bin/env bash
# Serve S3 on loopback for the tests of bucket hosting (moto, from PyPI), until killed.
#
#   S3_VENV=/path/to/venv tests/s3/start.sh
#
# Prints nothing; ready when S3_VENV/url holds the address. Buckets are made by who uses them (PUT /<bucket>).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${S3_VENV:?set S3_VENV to the directory of the virtual environment}
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/installed.txt"
fi
rm -f "$venv/url"
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$venv/s3.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 300); do
  if "$venv/bin/python" -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null; then
    echo "http://127.0.0.1:$port" >"$venv/url.part" && mv "$venv/url.part" "$venv/url"
    wait $server
    exit
  fi
  sleep 0.2
done
echo "the S3 server did not start" >&2
exit 1
