"""The further forms of a release before outside readers: forms.py RELEASE_FOLDER

openpyxl reads the workbook, DuckDB the JSON Lines and the CSV by région: the same rows as the CSV, cell for cell.
"""

import json
import pathlib
import sys

import duckdb
import openpyxl


def refuse(what):
    sys.exit(f"refused: {what}")


def table(connection, pattern):
    return connection.execute(
        f"select * from read_csv('{pattern}', delim=';', header=true, all_varchar=true, quote='\"', escape='\"')"
    ).fetchall()


root = pathlib.Path(sys.argv[1])
descriptor = json.loads((root / "datapackage.json").read_text(encoding="utf-8"))
connection = duckdb.connect()
for resource in descriptor["resources"]:
    forms = [form["path"] for form in resource.get("forms", [])]
    if not forms:
        continue
    kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    names = list(kinds)
    rows = table(connection, root / resource["path"])
    if any(form.endswith(".csv") for form in forms):
        parts = sorted(table(connection, root / f"{resource['name']}.region-*.csv"), key=str)
        if parts != sorted(rows, key=str):
            refuse(f"DuckDB: the régions of {resource['name']} are not its rows")
    for form in (form for form in forms if form.endswith(".jsonl")):
        count = connection.execute(f"select count(*) from read_json('{root / form}', format='newline_delimited')").fetchone()[0]
        objects = [json.loads(line) for line in (root / form).read_text(encoding="utf-8").splitlines()]
        if count != len(rows) or any(list(one) != names for one in objects):
            refuse(f"DuckDB: {form} has {count} rows, the CSV {len(rows)}")
        for one, row in zip(objects, rows):
            for (name, value), cell in zip(one.items(), row):
                told = "|".join(value) if isinstance(value, list) else value
                same = told == cell if isinstance(told, (str, type(None))) else float(told) == float(cell)
                if not same:
                    refuse(f"{form}: {name} is {value!r}, the CSV says {cell!r}")
    for form in (form for form in forms if form.endswith(".xlsx")):
        book = openpyxl.load_workbook(root / form, read_only=False)
        data, columns = book["Données"], book["Colonnes"]
        cells = list(data.iter_rows(values_only=True))
        if list(cells[0]) != names or [row[0] for row in columns.iter_rows(min_row=2, values_only=True)] != names:
            refuse(f"openpyxl: {form} has other columns")
        if len(cells) - 1 != len(rows):
            refuse(f"openpyxl: {form} has {len(cells) - 1} rows, the CSV {len(rows)}")
        for own, row in zip(cells[1:], rows):
            for name, value, cell in zip(names, own, row):
                if isinstance(value, bool):
                    same = str(value).lower() == cell
                elif isinstance(value, (int, float)):
                    same = kinds[name] in ("integer", "number") and float(value) == float(cell)
                else:
                    same = value == cell
                if not same:
                    refuse(f"openpyxl: {form}: {name} is {value!r}, the CSV says {cell!r}")
        if book.properties.created.isoformat() != "2000-01-01T00:00:00":
            refuse(f"{form}: it tells a day, {book.properties.created}")
    print(f"openpyxl and DuckDB: {len(forms)} files of {resource['name']} hold the {len(rows)} rows of its CSV")
