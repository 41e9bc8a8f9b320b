# For the attackers of this folder, which read it: `root`, `program`, `work` (removed at the end) and `python`.
root=$(cd "$(dirname "$0")/../.." && pwd)
program=${DEBOUCHES:-$root/target/debug/debouches}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q -r "$root/tests/attack/requirements.txt"
python="$work/venv/bin/python"
