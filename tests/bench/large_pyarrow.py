"""The pyarrow side of `cargo xtask bench`: the steps of large_duckdb.py, in the same order.

Usage: large_pyarrow.py FILE FOLDER
"""

import hashlib
import os

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from large_columns import KEY, LETTERS, MEASURE, NEVER, OUT, SOURCE, TAGS, TERRITORIES


def read(path, columns=None):
    """A table of strings; an empty cell is null."""
    with open(path, encoding="utf-8-sig") as file:
        names = file.readline().strip().split(";")
    convert = csv.ConvertOptions(
        column_types={name: pa.string() for name in names}, include_columns=columns, null_values=[""], strings_can_be_null=True
    )
    return csv.read_csv(path, parse_options=csv.ParseOptions(delimiter=";"), convert_options=convert)


raw = read(SOURCE)
columns = raw.column_names
measures = [c for c in columns if MEASURE.match(c)]

# Casts; a cell that is neither a number nor a marker makes the cast fail, as in validate.
typed = {}
for c in columns:
    cells = raw[c]
    if c not in measures:
        typed[c] = cells
        continue
    empty = "non_produit" if NEVER.match(c) else "non_echu"
    is_marker = pc.fill_null(pc.equal(cells, "nd"), False)
    numbers = pc.if_else(is_marker, None, cells)
    typed[c] = pc.cast(numbers, pa.float64() if c.startswith("tx_") else pa.int32())
    typed[f"{c}_statut"] = pc.if_else(pc.is_null(cells), empty, pc.if_else(is_marker, "secret", "mesure"))
del raw

# Checks: bounds, check letter, primary key.
for c in measures:
    limits = pc.min_max(typed[c]).as_py()
    assert limits["min"] is None or limits["min"] >= 0
    assert limits["max"] is None or not c.startswith("tx_") or limits["max"] <= 100
codes = typed["etablissement"]
codes = pc.filter(codes, pc.invert(pc.is_in(codes, pa.array(["UNIV", "all"]))))
numbers = pc.cast(pc.utf8_slice_codeunits(codes, 0, 7), pa.int64())
remainders = pc.subtract(numbers, pc.multiply(pc.divide(numbers, 23), 23))
letters = pc.take(pa.array(list(LETTERS)), remainders)
assert pc.all(pc.equal(letters, pc.utf8_slice_codeunits(codes, 7, 8))).as_py() in (True, None)
keys = pa.table({c: typed[c] for c in KEY})
assert keys.group_by(KEY).aggregate([]).num_rows == keys.num_rows
del keys

# Secrecy and tags, then sort and write.
out = {}
for c in columns:
    if c not in measures:
        out[c] = typed[c]
        continue
    horizon = c.rsplit("_", 1)[1]
    leavers = typed[f"nb_sortants_{horizon}"]
    small = pc.fill_null(pc.less(leavers, 20), True)
    if "_stable_" in c:
        salaried = pc.divide(pc.multiply(typed[f"tx_sortants_en_emploi_sal_fr_{horizon}"], pc.cast(leavers, pa.float64())), 100.0)
        salaried = pc.fill_null(pc.round(salaried, round_mode="half_towards_infinity"), 0.0)
        small = pc.or_(small, pc.less(salaried, 20.0))
    status = typed[f"{c}_statut"]
    out[c] = pc.if_else(small, None, typed[c])
    out[f"{c}_statut"] = pc.if_else(pc.and_(small, pc.equal(status, "mesure")), "secret", status)
territories = read(TERRITORIES, TAGS)
rank = pc.index_in(pc.utf8_slice_codeunits(typed["etablissement"], 0, 3), territories["uai_prefixe"].combine_chunks())
for tag in TAGS:
    out[tag] = pc.take(territories[tag], rank)
out["tag_methode"] = pc.if_else(pc.is_null(typed["reg_id"]), "inconnu", "published")
del typed
table = pa.table(out)
del out
table = table.append_column("cog_millesime", pa.array(["2026"] * table.num_rows))
table = table.sort_by([(c, "ascending") for c in KEY])
csv.write_csv(table, OUT / "insersup.csv", csv.WriteOptions(delimiter=";", quoting_style="needed"))
parquet.write_table(table, OUT / "insersup.parquet", compression="zstd", row_group_size=131072)
for name in ("insersup.csv", "insersup.parquet"):
    with open(OUT / name, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"  {name} {os.path.getsize(OUT / name) / 1e6:.0f} MB {digest[:12]}")
