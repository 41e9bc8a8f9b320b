"""What DuckDB counts in the CSV of each release: shares that do not add up to 100, figures whose base is under the threshold.

Usage: counts.py RELEASE_FOLDER…   Exits with 1 when there is one. Written apart from the pipeline, from the producers' rules:
nothing on fewer than twenty persons in the final year, nor, for what concerns leavers, on fewer than twenty leavers.
"""

import sys
from pathlib import Path

import duckdb

THRESHOLD = 20
SHARES = [
    ("part_en_poursuite_d_etudes", "part_en_emploi_6_mois_apres_la_sortie", "part_des_autres_situations"),
    *[("part_en_poursuite_d_etudes", f"part_en_emploi_{h}_mois_apres_la_sortie", f"part_des_autres_situations_{h}_mois") for h in (6, 12, 18, 24)],
    *[("part_en_poursuite_d_etudes", f"part_en_emploi_{h}_mois_apres_la_sortie", f"part_des_autres_situations_{h}_mois") for h in (12, 18, 24)],
]
# Prefixes of figures, and the counts that they are about; {h} is the horizon that ends the name.
ON_TERM = ("nb_annee_term", "nb_poursuite_etudes", "part_")
ON_LEAVERS = ("nb_sortant", "nb_en_emploi_", "nb_poursuite_etudes", "taux_emploi_", "part_en_emploi_", "part_des_autres_situations")
ON_INSERSUP = ("nb_sortants_", "nb_poursuivants_", "tx_sortants_", "nb_sortants_en_emploi_", "salaire_q")


def bases(name: str, names: set[str]) -> list[str]:
    """The counts that must reach the threshold, when the file has counts at all."""
    if "nb_sortants_6" in names and name.startswith(ON_INSERSUP):
        return [f"nb_sortants_{name.rsplit('_', 1)[1]}"]
    found = []
    if "nb_annee_term" in names and name.startswith(ON_TERM):
        found.append("nb_annee_term")
    if "nb_sortant" in names and name.startswith(ON_LEAVERS):
        found.append("nb_sortant")
    return found


def main() -> None:
    con, wrong, checked, three = duckdb.connect(), 0, 0, 0
    for path in (path for folder in sys.argv[1:] for path in sorted(Path(folder).glob("*.csv")) if path.name != "dictionnaire.csv"):
        con.execute(f"CREATE OR REPLACE VIEW t AS SELECT * FROM read_csv('{path}', delim=';', header=true, all_varchar=true)")
        names = [row[0] for row in con.execute("DESCRIBE t").fetchall()]
        own = set(names)
        for parts in SHARES:
            if own.issuperset(parts):
                total = " + ".join(f'TRY_CAST("{part}" AS INTEGER)' for part in parts)
                rows, off = con.execute(f"SELECT count({total}), count(*) FILTER ({total} <> 100) FROM t").fetchone()
                three += rows
                if off:
                    print(f"{path}: {off} of {rows} rows where {' + '.join(parts)} is not 100")
                wrong += off
        for name in names:
            needed = bases(name, own)
            if not needed or f"{name}_statut" not in own:
                continue
            small = " OR ".join(f'coalesce(TRY_CAST("{base}" AS INTEGER), 0) < {THRESHOLD}' for base in needed)
            cells, low = con.execute(
                f'SELECT count("{name}"), count(*) FILTER ("{name}" IS NOT NULL AND ({small})) FROM t'
            ).fetchone()
            checked += cells
            if low:
                print(f"{path}: {low} of {cells} values of {name} on fewer than {THRESHOLD} persons ({', '.join(needed)})")
            wrong += low
    print(f"{three} rows of three shares add up to 100, {checked} figures have their base; {wrong} exceptions")
    if not three and not checked:
        sys.exit("nothing to count")
    sys.exit(1 if wrong else 0)


main()
