"""What the published files themselves say, counted by DuckDB: shares sum to 100, and no cell stands on fewer people than the threshold.

Usage: figures.py RELEASE_FOLDER…   Exits with 1 when a row or a cell is wrong; prints what was counted.

The bases come from `dictionnaire.csv` (column `base_du_secret`), the threshold from the readme: nothing is known here beforehand.
Each cell is looked at in the CSV, as a reader does.
"""

import re
import sys
from pathlib import Path

import duckdb

# The three parts of the final year, in the words of InserJeunes.
SHARES = ("part_en_poursuite_d_etudes", "part_en_emploi_6_mois_apres_la_sortie", "part_des_autres_situations")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def thresholds(folder: Path) -> dict[str, int]:
    """The threshold of each table, from its section of the readme."""
    found, table = {}, None
    for line in (folder / "README.md").read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## .* : `(\w+)`$", line):
            table = heading[1]
        elif table and (told := re.match(r"- Secret statistique : seuil de (\d+) personnes", line)):
            found[table] = int(told[1])
    return found


def bases(con: duckdb.DuckDBPyConnection, folder: Path, table: str) -> dict[str, list[str]]:
    """For each measure, what must reach the threshold: counts, or rates applied to counts."""
    rows = con.execute(
        "SELECT colonne, base_du_secret FROM read_csv(?, delim=';', header=true, all_varchar=true) "
        'WHERE "table" = ? AND role = \'mesure\' AND base_du_secret IS NOT NULL',
        [str(folder / "dictionnaire.csv"), table],
    ).fetchall()
    return {measure: base.split(", ") for measure, base in rows}


def counted(base: str, columns: set[str]) -> str:
    """The base in SQL."""
    if share := re.fullmatch(r"(\w+) × (\w+) / 100", base):
        rate, of = share[1], share[2]
        assert {rate, of} <= columns, base
        return f"round({quoted(rate)}::DOUBLE * {quoted(of)}::DOUBLE / 100)"
    assert base in columns, base
    return f"{quoted(base)}::DOUBLE"


def judge(folder: Path) -> tuple[list[str], list[str]]:
    con, told, problems = duckdb.connect(), [], []
    threshold_of = thresholds(folder)
    tables = [path.name.removesuffix(".schema.json") for path in sorted(folder.glob("*.schema.json"))]
    assert tables, f"{folder}: no table"
    for table in tables:
        path = str(folder / f"{table}.csv").replace("'", "''")
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM "
            f"read_csv('{path}', delim=';', quote='\"', header=true, all_varchar=true, nullstr='')"
        )
        columns = {row[0] for row in con.execute("DESCRIBE t").fetchall()}
        count = lambda where: con.execute(f"SELECT count(*) FROM t WHERE {where}").fetchone()[0]
        if set(SHARES) <= columns:
            filled = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in SHARES)
            total = " + ".join(f"{quoted(name)}::DOUBLE" for name in SHARES)
            three, wrong = count(filled), count(f"{filled} AND {total} <> 100")
            told.append(f"{table}: {three - wrong} of {three} rows with three shares sum to 100")
            if wrong:
                problems.append(f"{table}: {wrong} rows with three shares do not sum to 100")
        measures = bases(con, folder, table)
        threshold = threshold_of.get(table)
        if measures and threshold is None:
            problems.append(f"{table}: measures stand on counts of people, and the readme tells no threshold")
        if not measures or threshold is None:
            states = sum(1 for name in columns if f"{name}_statut" in columns)
            told.append(f"{table}: {states} measures, none with a count of people in the file")
            continue
        shown = at_threshold = 0
        for measure, needed in measures.items():
            if measure not in columns:
                continue
            published = f"{quoted(measure)} IS NOT NULL"
            sizes = [counted(base, columns) for base in needed]
            small = " OR ".join(f"({size} IS NULL OR {size} < {threshold})" for size in sizes)
            shown += count(published)
            at_threshold += count(f"{published} AND least({', '.join(sizes)}, 1e9) = {threshold}")
            if wrong := count(f"{published} AND ({small})"):
                problems.append(f"{table}: {wrong} cells of {measure} stand on fewer than {threshold} people, or on nobody knows how many")
        told.append(f"{table}: {shown} cells shown by {len(measures)} measures, {at_threshold} of them on exactly {threshold} people")
    return told, problems


def main() -> int:
    failed = False
    for folder in map(Path, sys.argv[1:]):
        told, problems = judge(folder)
        for line in told:
            print(f"{folder.resolve().parent.name}: {line}")
        for line in problems:
            print(f"WRONG {folder}: {line}", file=sys.stderr)
        failed |= bool(problems)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
