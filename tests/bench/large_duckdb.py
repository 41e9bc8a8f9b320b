"""The DuckDB side of large.py: reading, checks, tags, secrecy, sort and writing of an InserSup file."""

import hashlib
import os

import duckdb

from large_columns import KEY, LETTERS, MEASURE, NEVER, OUT, SOURCE, TERRITORIES

con = duckdb.connect()
con.execute(f"SET threads = {os.cpu_count()}")
con.execute(f"SET temp_directory = '{OUT}/spill'")
con.execute(
    f"CREATE TABLE raw AS SELECT * FROM read_csv('{SOURCE}', delim=';', quote='\"', header=true, all_varchar=true, nullstr='')"
)
columns = [row[0] for row in con.execute("DESCRIBE raw").fetchall()]
measures = [c for c in columns if MEASURE.match(c)]

# Casts; a cell that is neither a number nor a marker is an error, as in validate.
bad = " OR ".join(f"(\"{c}\" IS NOT NULL AND \"{c}\" <> 'nd' AND TRY_CAST(\"{c}\" AS DOUBLE) IS NULL)" for c in measures)
assert con.execute(f"SELECT count(*) FROM raw WHERE {bad}").fetchone()[0] == 0
kinds = {c: "DOUBLE" if c.startswith("tx_") else "INTEGER" for c in measures}
parts = []
for c in columns:
    if c not in kinds:
        parts.append(f'"{c}"')
        continue
    empty = "non_produit" if NEVER.match(c) else "non_echu"
    parts.append(f"TRY_CAST(\"{c}\" AS {kinds[c]}) AS \"{c}\"")
    parts.append(f"CASE WHEN \"{c}\" IS NULL THEN '{empty}' WHEN \"{c}\" = 'nd' THEN 'secret' ELSE 'mesure' END AS \"{c}_statut\"")
con.execute(f"CREATE TABLE typed AS SELECT {', '.join(parts)} FROM raw")
con.execute("DROP TABLE raw")

# Checks: bounds, check letter, primary key.
bounds = " OR ".join(f'"{c}" < 0' + (f' OR "{c}" > 100' if c.startswith("tx_") else "") for c in measures)
assert con.execute(f"SELECT count(*) FROM typed WHERE {bounds}").fetchone()[0] == 0
wrong = con.execute(
    f"SELECT count(*) FROM typed WHERE etablissement NOT IN ('UNIV', 'all') AND "
    f"substr('{LETTERS}', CAST(substr(etablissement, 1, 7) AS INTEGER) % 23 + 1, 1) <> substr(etablissement, 8, 1)"
).fetchone()[0]
assert wrong == 0
keys = ", ".join(KEY)
assert con.execute(f"SELECT count(*) FROM (SELECT 1 FROM typed GROUP BY {keys} HAVING count(*) > 1)").fetchone()[0] == 0

# Secrecy and tags, then sort and write.
out = []
for c in columns:
    if c not in kinds:
        out.append(f't."{c}"')
        continue
    horizon = c.rsplit("_", 1)[1]
    small = f"(t.nb_sortants_{horizon} IS NULL OR t.nb_sortants_{horizon} < 20)"
    if "_stable_" in c:
        small = f"({small} OR coalesce(round(t.tx_sortants_en_emploi_sal_fr_{horizon} * t.nb_sortants_{horizon} / 100), 0) < 20)"
    out.append(f'CASE WHEN {small} THEN NULL ELSE t."{c}" END AS "{c}"')
    out.append(f"CASE WHEN {small} AND t.\"{c}_statut\" = 'mesure' THEN 'secret' ELSE t.\"{c}_statut\" END AS \"{c}_statut\"")
tags = [
    "region_cog", "region_nom", "region_academique_code", "region_academique_nom", "academie_code", "academie_nom",
    "departement_cog", "departement_nom", "uai_prefixe", "territoire_type",
]
con.execute(f"CREATE TABLE territories AS SELECT * FROM read_csv('{TERRITORIES}', delim=';', header=true, all_varchar=true)")
con.execute(
    f"CREATE TABLE sorted AS SELECT {', '.join(out)}, {', '.join('p.' + t for t in tags)}, "
    f"CASE WHEN t.reg_id IS NULL THEN 'inconnu' ELSE 'published' END AS tag_methode, '2026' AS cog_millesime "
    f"FROM typed t LEFT JOIN territories p ON p.uai_prefixe = substr(t.etablissement, 1, 3) ORDER BY {', '.join('t.' + k for k in KEY)}"
)
con.execute("DROP TABLE typed")
con.execute(f"COPY sorted TO '{OUT}/insersup.csv' (HEADER, DELIMITER ';')")
con.execute(f"COPY sorted TO '{OUT}/insersup.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 131072)")
for name in ("insersup.csv", "insersup.parquet"):
    with open(OUT / name, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"  {name} {os.path.getsize(OUT / name) / 1e6:.0f} MB {digest[:12]}")
