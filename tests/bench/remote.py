"""Bytes that three typical queries read of a published Parquet file over HTTP, as a share of the file.

Usage: remote.py FILE.parquet…   (in a venv with tests/bench/remote.txt; the name of the file is that of its table)

Each query asks every column, then four of them, of one establishment, one diploma, one région: those of median size. A
server on loopback counts the bytes of the ranges that DuckDB asks for; nothing is kept from one query to the next.
"""

import http.server
import re
import sys
import threading
from pathlib import Path

import duckdb

# Establishment, diploma and région of each table, and the measures that a reader asks for.
COLUMNS = {
    "insersup": ("etablissement", "diplome", "region_cog", ["nb_sortants_12", "tx_sortants_en_emploi_sal_fr_12"]),
    "ij_regional": (None, "cfd", "region_cog", ["nb_sortant", "taux_emploi_12_mois"]),
    "ij_cfa_etablissement": ("uai", None, "region_cog", ["part_poursuite_etudes", "taux_emploi_12_mois"]),
}


class Ranges(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b""
    asked: list[int] = []

    def do_HEAD(self) -> None:
        self.send(200, b"", len(self.body))

    def do_GET(self) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not found:
            self.asked.append(len(self.body))
            return self.send(200, self.body, len(self.body))
        first, last = int(found[1]), min(int(found[2] or len(self.body)), len(self.body) - 1)
        part = self.body[first : last + 1]
        self.asked.append(len(part))
        self.send(206, part, len(part), f"bytes {first}-{last}/{len(self.body)}")

    def send(self, status: int, part: bytes, length: int, content_range: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(length))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(part)

    def log_message(self, *_: object) -> None:
        pass


def connect() -> duckdb.DuckDBPyConnection:
    packages = Path(duckdb.__file__).parents[1]
    extension = next(packages.rglob("httpfs.duckdb_extension"))
    con = duckdb.connect()
    con.execute(f"LOAD '{extension}'")
    return con


def median(path: Path, column: str) -> str:
    """The value whose number of rows is in the middle."""
    ranked = duckdb.sql(
        f"SELECT {column} FROM '{path}' WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*), 1"
    ).fetchall()
    return ranked[len(ranked) // 2][0]


def measure(path: Path) -> None:
    Ranges.body = path.read_bytes()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ranges)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/{path.name}"
    size = len(Ranges.body)
    rows, groups = duckdb.sql(f"SELECT num_rows, num_row_groups FROM parquet_file_metadata('{path}')").fetchone()
    print(f"{path.name}: {size / 1e6:.2f} MB, {rows} rows, {groups} row groups")
    establishment, diploma, region, measures = COLUMNS[path.stem]
    for what, column in [("establishment", establishment), ("diploma", diploma), ("région", region)]:
        if column is None:
            continue
        value = median(path, column)
        told = []
        for columns in ["*", ", ".join([column, *measures, f"{measures[0]}_statut"])]:
            Ranges.asked.clear()
            con = connect()
            found = con.execute(f"SELECT {columns} FROM '{url}' WHERE {column} = ?", [value]).fetchall()
            expected = duckdb.sql(f"SELECT count(*) FROM '{path}' WHERE {column} = '{value}'").fetchone()[0]
            if len(found) != expected:
                sys.exit(f"{what}: {len(found)} rows over HTTP, {expected} in the file")
            read = sum(Ranges.asked)
            told.append(f"{read / 1e6:6.2f} MB = {read / size:5.1%} in {len(Ranges.asked):3} requests")
        print(f"  {what:<13} {value:<10} {len(found):>6} rows   every column {told[0]}   four columns {told[1]}")
    server.shutdown()


for name in sys.argv[1:]:
    measure(Path(name))
