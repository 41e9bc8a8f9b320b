#!/bin/sh
# Attacks what the pipeline publishes of a generated InserSup file of two deliveries. Exits with 1 on any leak that is not the producer's
# own, with 2 when the attack is blind.
set -eu
. "$(dirname "$0")/prepare.sh"
rows=${ROWS:-540}
for seed in ${SEEDS:-1 2 3}; do
    here="$work/$seed"
    mkdir -p "$here"
    cp -R "$root/fixtures" "$root/pipeline.toml" "$here"
    file="$here/fixtures/sources/insersup/fr-esr-insersup.csv"
    (cd "$root" && cargo run -q -p xtask -- insersup --rows "$rows" --seed "$seed" --out "$file" > /dev/null)
    # The same figures in a second delivery, without the last twentieth.
    awk -v most=$((rows * 19 / 20)) 'NR > 1 && NR <= most { sub(/^2026_S1/, "2026_S2"); print }' "$file" > "$here/second"
    cat "$here/second" >> "$file"
    "$program" -C "$here" run --to package insertion-superieur > "$here/log" 2>&1 || { tail -20 "$here/log"; exit 2; }
    echo "seed $seed"
    "$python" "$root/tests/attack/insersup.py" "$here/state/package" --source "$file" --planted "${PLANTED:-12}"
done
