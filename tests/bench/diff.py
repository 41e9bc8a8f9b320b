"""Time and memory of `debouches diff` on a large release and a copy with some rates revised and some rows gone.

Usage: diff.py RELEASE_FOLDER [--binary target/release/debouches]   (in a venv with tests/judges/requirements.txt)

The release is for instance the one that large.py leaves in target/bench. What was changed is counted, and compared with what
the comparison says.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
GONE = 1000
REVISED = 0.01


def revise(folder: Path, to: Path) -> tuple[str, int]:
    """Copies a release with one point less on one rate in a hundred, and fewer rows; gives the column and the revisions."""
    package = json.loads((folder / "datapackage.json").read_text())
    resource = package["resources"][0]
    path = resource["parquet"]["path"]
    table = pq.read_table(folder / path)
    measures = [name for name in table.column_names if f"{name}_statut" in table.column_names]
    name = next(name for name in measures if pa.types.is_floating(table.schema.field(name).type))
    random = np.random.default_rng(1)
    kept = np.ones(table.num_rows, bool)
    kept[random.choice(table.num_rows, GONE, replace=False)] = False
    values = table[name].to_numpy(zero_copy_only=False).astype(float)
    hit = (random.random(table.num_rows) < REVISED) & (np.nan_to_num(values) >= 1)
    revised = pa.array(np.where(hit, values - 1, values), mask=np.isnan(values))
    table = table.set_column(table.column_names.index(name), table.schema.field(name), revised).filter(pa.array(kept))
    pq.write_table(table, to / path, compression="zstd", row_group_size=32768)
    shutil.copy(folder / "datapackage.json", to)
    return name, int((hit & kept).sum())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--binary", type=Path, default=ROOT / "target" / "release" / "debouches")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, open(Path(name) / "diff.json", "w+") as out:
        to = Path(name) / "revised"
        to.mkdir()
        # In a process of its own: the peak of a child counts what its parent held when it began.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            column, revisions = pool.apply(revise, (args.folder, to))
        start = time.perf_counter()
        child = subprocess.Popen([args.binary, "diff", args.folder, to, "--json"], stdout=out)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        out.seek(0)
        found = json.load(out)["tables"][0]
        told = next(own for own in found["columns"] if own["column"] == column)["cells"]
        if (told, found["rows"]["removed"], found["rows"]["added"]) != (revisions, GONE, 0):
            sys.exit(f"{revisions} revisions and {GONE} rows gone; told {told} and {found['rows']}")
        cpu = usage.ru_utime + usage.ru_stime
        print(f"{found['rows']['before']} rows: {revisions} cells of {column} revised, {GONE} rows gone, all told")
        print(f"wall {wall:.1f} s   cpu {cpu:.1f} s   peak {usage.ru_maxrss / 1024:.0f} MiB   exit {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
