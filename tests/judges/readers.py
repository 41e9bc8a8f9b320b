"""The Parquet of each release, read by pyarrow, DuckDB and polars: the same rows, nulls and sums.

Usage: readers.py RELEASE_FOLDER…   Exits with 1 at the first difference.
"""

import json
import math
import sys
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def by_pyarrow(path: Path) -> dict:
    table = pq.read_table(path)
    total = lambda c: float(pc.sum(c).as_py() or 0) if pa.types.is_integer(c.type) or pa.types.is_floating(c.type) else None
    return {n: (len(c), c.null_count, total(c)) for n, c in zip(table.column_names, table.columns)}


def by_duckdb(path: Path) -> dict:
    con = duckdb.connect()
    found = {}
    for name, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall():
        total = f'sum("{name}")' if kind in ("INTEGER", "DOUBLE") else "NULL"
        rows, filled, total = con.execute(f"SELECT count(*), count(\"{name}\"), {total} FROM '{path}'").fetchone()
        found[name] = (rows, rows - filled, float(total or 0) if kind in ("INTEGER", "DOUBLE") else None)
    return found


def by_polars(path: Path) -> dict:
    frame = pl.read_parquet(path)
    return {c.name: (len(c), c.null_count(), float(c.sum() or 0) if c.dtype.is_numeric() else None) for c in frame}


def same(a: tuple, b: tuple) -> bool:
    near = a[2] == b[2] or (None not in (a[2], b[2]) and math.isclose(a[2], b[2], rel_tol=1e-9))
    return a[:2] == b[:2] and near


def main() -> None:
    seen = 0
    for folder in map(Path, sys.argv[1:]):
        for resource in json.loads((folder / "datapackage.json").read_text())["resources"]:
            path = folder / resource["parquet"]["path"]
            first, *others = by_pyarrow(path), by_duckdb(path), by_polars(path)
            for other in others:
                wrong = [n for n in first | other if n not in first or n not in other or not same(first[n], other[n])]
                if wrong:
                    sys.exit(f"{path}: readers disagree on {', '.join(wrong)}")
            seen += 1
            print(f"{path}: pyarrow, DuckDB and polars agree on {len(first)} columns")
    if not seen:
        sys.exit("no release to read")


main()
