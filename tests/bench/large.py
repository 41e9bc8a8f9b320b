"""A million InserSup rows through validate, enrich and package, beside a DuckDB script that does the same.

Usage: large.py [--rows 1036781] [--runs 1] [--work FOLDER]

Both read the same CSV, cast it, turn markers into null and status, check bounds, the check letter and the primary key,
tag the région, hide what is under twenty, sort by the key, and write CSV and zstd Parquet with their SHA-256.
Debouches also keeps two intermediate tables on the disk, flushed, which DuckDB does not.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
[[source]]
id = "insersup"
kind = "file"
url = "{file}"
table = "insersup"
[[dataset]]
id = "insertion-superieur"
tables = ["insersup"]
licence = "lov2"
frequency = "semiannual"
"""


def timed(name: str, command: list[str]) -> None:
    start = time.perf_counter()
    pid = os.spawnvp(os.P_NOWAIT, command[0], command)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{name:<12} wall {wall:7.1f} s   cpu {cpu:7.1f} s   peak {usage.ru_maxrss / 1024:8.0f} MiB   exit {code}", flush=True)
    if code:
        sys.exit(f"{name} failed")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_036_781)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "bench")
    args = parser.parse_args()
    work = args.work
    work.mkdir(parents=True, exist_ok=True)
    file = work / f"insersup-{args.rows}.csv"
    cargo = ["cargo", "build", "--release", "--quiet", "-p", "debouches-cli", "-p", "xtask"]
    subprocess.run(cargo, cwd=ROOT, check=True)
    if not file.exists():
        xtask = [str(ROOT / "target/release/xtask"), "insersup", "--rows", str(args.rows), "--out", str(file)]
        subprocess.run(xtask, cwd=ROOT, check=True)
    print(f"{file.name}: {file.stat().st_size / 1e6:.0f} MB", flush=True)
    (work / "pipeline.toml").write_text(CONFIG.format(file=file))
    debouches = [str(ROOT / "target/release/debouches"), "-C", str(work), "-q"]
    for _ in range(args.runs):
        subprocess.run(["rm", "-rf", str(work / "state"), str(work / "pipeline.lock"), str(work / "duckdb")], check=True)
        subprocess.run([*debouches, "fetch"], check=True)
        timed("debouches", [*debouches, "run", "--from", "validate", "--to", "package"])
        (work / "duckdb").mkdir()
        timed("duckdb", [sys.executable, str(Path(__file__).with_name("large_duckdb.py")), str(file), str(work / "duckdb")])


main()
