"""CSV and Parquet of each release, read by DuckDB: the same rows, and no figure under its threshold.

Usage: compare.py RELEASE_FOLDER…   Exits with 1 at the first difference.
"""

import json
import sys
from pathlib import Path

import duckdb


def compare(folder: Path, table: str) -> list[str]:
    csv, parquet = folder / f"{table}.csv", folder / f"{table}.parquet"
    con = duckdb.connect()
    columns = [(name, kind) for name, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()]
    # Lists are joined with | in the CSV.
    flat = ", ".join(f"array_to_string(\"{n}\", '|') AS \"{n}\"" if k.endswith("[]") else f'"{n}"' for n, k in columns)
    types = {n: "VARCHAR" if k.endswith("[]") else k for n, k in columns}
    con.execute(f"CREATE VIEW p AS SELECT row_number() OVER () AS line, {flat} FROM '{parquet}'")
    con.execute(
        f"CREATE VIEW c AS SELECT row_number() OVER () AS line, * FROM "
        f"read_csv('{csv}', delim=';', quote='\"', header=true, columns={types}, nullstr='', parallel=false)"
    )
    problems = []
    for a, b in (("p", "c"), ("c", "p")):
        count = con.execute(f"SELECT count(*) FROM (SELECT * FROM {a} EXCEPT ALL SELECT * FROM {b})").fetchone()[0]
        if count:
            problems.append(f"{table}: {count} rows of {a} are not in {b}")
    measures = [n for n, _ in columns if f"{n}_statut" in types]
    for measure in measures:
        wrong = con.execute(
            f'SELECT count(*) FROM p WHERE ("{measure}" IS NULL) = ("{measure}_statut" = \'mesure\')'
        ).fetchone()[0]
        if wrong:
            problems.append(f"{table}: {wrong} cells of {measure} contradict their status")
        if measure in ("nb_annee_term", "nb_sortant") or measure.startswith("nb_sortants_") and measure.count("_") == 2:
            small = con.execute(f'SELECT count(*) FROM p WHERE "{measure}" < 20').fetchone()[0]
            if small:
                problems.append(f"{table}: {small} published cells of {measure} are under 20")
    rows = con.execute("SELECT count(*) FROM p").fetchone()[0]
    print(f"{folder}: {table}: {rows} rows, {len(columns)} columns, {len(measures)} measures: CSV = Parquet" if not problems else "")
    return problems


def main() -> None:
    problems, seen = [], 0
    for folder in map(Path, sys.argv[1:]):
        package = json.loads((folder / "datapackage.json").read_text())
        for resource in package["resources"]:
            seen += 1
            problems += compare(folder, resource["name"])
    if problems or not seen:
        sys.exit("\n".join(problems) or "no release to compare")


main()
