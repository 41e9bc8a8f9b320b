"""The recipes of a readme, executed as they are written on every table of a release: recipes.py RELEASE_FOLDER…

pandas, polars, DuckDB, and R when it is installed, must give the rows of the CSV: texts as they are (no zero lost), numbers as
numbers. LibreOffice, when it is installed, opens the workbook and writes it again: no zero, accent or decimal may be lost. It also
imports the CSV in UTF-8 with its own guesses of types, with and without a byte order mark, and says what either loses.
"""

import contextlib
import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import duckdb
import openpyxl

NUMBERS = {"entier", "décimal"}
OFFICE = shutil.which("soffice")
R = shutil.which("Rscript")


def refuse(what):
    sys.exit(f"refused: {what}")


def rows_of(path, encoding="utf-8"):
    with open(path, newline="", encoding=encoding) as file:
        return list(csv.reader(file, delimiter=";"))


def blocks(readme):
    """The code of each recipe, by the word before it or its language."""
    return {
        language if language in ("r", "sql") else name: code
        for name, language, code in re.findall(r"(\w+) :\n\n```(\w+)\n(.*?)```", readme, re.S)
    }


def same(value, cell, is_number):
    """Whether a value read is the cell of the CSV."""
    if cell == "":
        return value is None or value == "" or value != value
    if is_number:
        return isinstance(value, (int, float)) and float(value) == float(cell)
    return value == cell


def compare(who, table, names, got, expected, kinds):
    if len(got) != len(expected):
        refuse(f"{who}, {table}: {len(got)} rows instead of {len(expected)}")
    for line, (own, row) in enumerate(zip(got, expected), 2):
        for name, value, cell in zip(names, own, row):
            if not same(value, cell, kinds[name] in NUMBERS):
                refuse(f"{who}, {table}, line {line}, {name}: {value!r} instead of {cell!r}")


def plain(value):
    """A value of pandas as one of Python; nothing for what is missing."""
    if value is None or str(value) in ("<NA>", "nan"):
        return None
    return value.item() if hasattr(value, "item") else value


def by_r(code, folder, names, kinds):
    # Written again by R, every text between quotes: what it holds, as text.
    out = pathlib.Path(tempfile.mkdtemp()) / "r.csv"
    numbers = ", ".join(f'"{name}"' for name in names if kinds[name] in NUMBERS)
    check = f'stopifnot(all(sapply(table[c({numbers})], is.numeric)))\n' if numbers else ""
    script = f'{code}\n{check}options(digits = 15)\nwrite.table(table, "{out}", sep = ";", row.names = FALSE, na = "", qmethod = "double", fileEncoding = "UTF-8")\n'
    ran = subprocess.run([R, "-e", script], cwd=folder, capture_output=True, text=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    if ran.returncode:
        refuse(f"R: {ran.stderr[-400:]}")
    return [[cell if kinds[name] not in NUMBERS or cell == "" else float(cell) for name, cell in zip(names, row)] for row in rows_of(out)[1:]]


def by_office(path, folder):
    ran = subprocess.run(
        [OFFICE, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,false,false,false,false,1", "--outdir", folder, path],
        capture_output=True, text=True,
    )
    made = sorted(pathlib.Path(folder).glob(f"{path.stem}*.csv"))
    if ran.returncode or not made:
        refuse(f"LibreOffice: {path.name}: {ran.stderr[-400:]}")
    return rows_of(made[0], "utf-8-sig")


def double_click(path, mark):
    """Cells that LibreOffice changes when it imports a CSV with its own guesses."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / f"copie{'-bom' if mark else ''}.csv"
        copy.write_bytes((b"\xef\xbb\xbf" if mark else b"") + path.read_bytes())
        subprocess.run([OFFICE, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--infilter=Text - txt - csv (StarCalc):59,34,76,1", "--convert-to", "xlsx", "--outdir", folder, copy], capture_output=True)
        book = openpyxl.load_workbook(copy.with_suffix(".xlsx"), read_only=True)
        got = [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]
    expected = rows_of(path)
    if len(got) != len(expected) or len(got[0]) < len(expected[0]):
        return "not split into columns"
    zeros = accents = 0
    for own, row in zip(got, expected):
        for value, cell in zip(own, row):
            zeros += cell[:1] == "0" and cell[1:2].isdigit() and value != cell
            accents += any(ord(c) > 127 for c in cell) and value != cell
    return f"{zeros} zeros lost, {accents} accents broken"


def main():
    seen = 0
    for folder in map(pathlib.Path, sys.argv[1:]):
        recipes = blocks((folder / "README.md").read_text(encoding="utf-8"))
        dictionary = rows_of(folder / "dictionnaire.csv")
        tables = list(dict.fromkeys(row[0] for row in dictionary[1:]))
        for table in tables:
            kinds = {row[1]: row[3] for row in dictionary[1:] if row[0] == table}
            names, *expected = rows_of(folder / f"{table}.csv")

            def of(name):
                return recipes[name].replace(tables[0], table)

            for name in ("pandas", "polars"):
                scope = {}
                with contextlib.chdir(folder):
                    exec(of(name), scope)
                frame = scope["table"]
                got = frame.rows() if name == "polars" else [[plain(value) for value in row] for row in frame.astype(object).values.tolist()]
                compare(name, table, list(frame.columns), got, expected, kinds)
            with contextlib.chdir(folder):
                found = duckdb.connect().execute(of("sql")).fetchall()
            got = [["|".join(value) if isinstance(value, list) else value for value in row] for row in found]
            compare("DuckDB", table, names, got, expected, kinds)
            who = "pandas, polars, DuckDB"
            if R:
                compare("R", table, names, by_r(of("r"), folder, names, kinds), expected, kinds)
                who += ", R"
            workbook = folder / f"{table}.xlsx"
            if OFFICE and workbook.exists():
                with tempfile.TemporaryDirectory() as scratch:
                    got = by_office(workbook.resolve(), scratch)
                compare("LibreOffice", table, names, [[float(c) if kinds[n] in NUMBERS and c else c for n, c in zip(names, row)] for row in got[1:]], expected, kinds)
                who += ", LibreOffice"
            print(f"{table}: {who} give the {len(expected)} rows, 0 zero lost, 0 accent broken, 0 decimal as text")
            seen += 1
        if OFFICE and (folder / f"{tables[0]}.csv").stat().st_size < 2_000_000:
            first = (folder / f"{tables[0]}.csv").resolve()
            print(f"{first.name} imported by LibreOffice without types: without mark {double_click(first, False)}; with mark {double_click(first, True)}")
    if not seen:
        refuse("no table to read")
    for tool, name in ((R, "R"), (OFFICE, "LibreOffice")):
        if not tool:
            print(f"not run: {name} is not installed")


main()
