#!/bin/sh
# Attacks what the pipeline publishes of generated files. Exits with 1 on any leak, with 2 when the attack is blind.
set -eu
. "$(dirname "$0")/prepare.sh"
for seed in ${SEEDS:-1 2 3}; do
    here="$work/$seed"
    mkdir -p "$here"
    cp -R "$root/fixtures" "$here/fixtures"
    tail -n +2 "$root/fixtures/sources/bcn/n_formation_diplome.csv" | LC_ALL=C cut -d';' -f1 | LC_ALL=C grep -E '^[0-9]{8}$' | head -12 > "$here/trainings"
    "$python" "$root/tests/attack/generate.py" --seed "$seed" --establishments "${ESTABLISHMENTS:-24}" --trainings "$here/trainings" --out "$here/drawn"
    cp "$here"/drawn/*.jsonl "$here/fixtures/sources/inserjeunes-api/"
    # The sources of the sample, and three datasets of one level each: what one hides another must not show.
    awk '/^\[\[dataset\]\]/ { skip = 1 } /^\[portal|^\[profile/ { skip = 0 } !skip' "$root/pipeline.toml" > "$here/pipeline.toml"
    for level in etablissement region france; do
        printf '\n[[dataset]]\nid = "%s"\ntables = ["ij_api_%s"]\nlicence = "lov2"\nfrequency = "annual"\n' "$level" "$level" >> "$here/pipeline.toml"
    done
    "$program" -C "$here" run --to package > "$here/log" 2>&1 || { tail -20 "$here/log"; exit 2; }
    echo "seed $seed"
    "$python" "$root/tests/attack/attack.py" "$here/state/package" --truth "$here/drawn/truth.csv" --planted "${PLANTED:-12}"
done
