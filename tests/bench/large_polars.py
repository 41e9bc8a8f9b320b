"""The Polars side of `cargo xtask bench`: the steps of large_duckdb.py, in the same order.

Usage: large_polars.py FILE FOLDER
"""

import hashlib
import os

import polars as pl

from large_columns import KEY, LETTERS, MEASURE, NEVER, OUT, SOURCE, TAGS, TERRITORIES

raw = pl.read_csv(SOURCE, separator=";", infer_schema=False)
columns = raw.columns
measures = [c for c in columns if MEASURE.match(c)]

# Casts; a cell that is neither a number nor a marker is an error, as in validate.
kinds = {c: pl.Float64 if c.startswith("tx_") else pl.Int32 for c in measures}
bad = [
    (pl.col(c).is_not_null() & (pl.col(c) != "nd") & pl.col(c).cast(pl.Float64, strict=False).is_null()).any().alias(c)
    for c in measures
]
assert not any(raw.select(bad).row(0))
parts = []
for c in columns:
    if c not in kinds:
        parts.append(pl.col(c))
        continue
    empty = "non_produit" if NEVER.match(c) else "non_echu"
    parts.append(pl.col(c).cast(kinds[c], strict=False))
    status = pl.when(pl.col(c).is_null()).then(pl.lit(empty)).when(pl.col(c) == "nd").then(pl.lit("secret"))
    parts.append(status.otherwise(pl.lit("mesure")).alias(f"{c}_statut"))
typed = raw.select(parts)
del raw

# Checks: bounds, check letter, primary key.
bounds = [((pl.col(c) < 0) | ((pl.col(c) > 100) if c.startswith("tx_") else False)).any().alias(c) for c in measures]
assert not any(typed.select(bounds).row(0))
codes = typed.filter(~pl.col("etablissement").is_in(["UNIV", "all"]))["etablissement"]
numbers = codes.str.slice(0, 7).cast(pl.Int64) % 23
letters = numbers.replace_strict(list(range(23)), list(LETTERS), return_dtype=pl.String)
assert (letters == codes.str.slice(7, 1)).all()
assert not typed.select(pl.struct(KEY).is_duplicated().any()).item()

# Secrecy and tags, then sort and write.
out = []
for c in columns:
    if c not in kinds:
        out.append(pl.col(c))
        continue
    horizon = c.rsplit("_", 1)[1]
    leavers = pl.col(f"nb_sortants_{horizon}")
    small = leavers.is_null() | (leavers < 20)
    if "_stable_" in c:
        salaried = (pl.col(f"tx_sortants_en_emploi_sal_fr_{horizon}") * leavers / 100).round().fill_null(0)
        small = small | (salaried < 20)
    out.append(pl.when(~small).then(pl.col(c)).alias(c))
    status = pl.col(f"{c}_statut")
    out.append(pl.when(small & (status == "mesure")).then(pl.lit("secret")).otherwise(status).alias(f"{c}_statut"))
territories = pl.read_csv(TERRITORIES, separator=";", infer_schema=False).select(TAGS)
method = pl.when(pl.col("reg_id").is_null()).then(pl.lit("inconnu")).otherwise(pl.lit("published"))
table = (
    typed.lazy()
    .select(out)
    .with_columns(pl.col("etablissement").str.slice(0, 3).alias("prefix"))
    .join(territories.lazy().with_columns(prefix=pl.col("uai_prefixe")), on="prefix", how="left", maintain_order="left")
    .drop("prefix")
    .with_columns(method.alias("tag_methode"), pl.lit("2026").alias("cog_millesime"))
    .sort(KEY, nulls_last=True)
    .collect()
)
del typed
table.write_csv(OUT / "insersup.csv", separator=";")
table.write_parquet(OUT / "insersup.parquet", compression="zstd", row_group_size=131072)
for name in ("insersup.csv", "insersup.parquet"):
    with open(OUT / name, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"  {name} {os.path.getsize(OUT / name) / 1e6:.0f} MB {digest[:12]}")
