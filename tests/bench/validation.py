"""Validation alone, beside frictionless, on one file and comparable rules.

Usage: validation.py DEBOUCHES CFA.csv[.gz] [--runs 3] [--work FOLDER]     (run with .venv/judges/bin/python)

DEBOUCHES is a release build; the file is an export of fr-en-inserjeunes-cfa. frictionless gets the same demands as a
Table Schema: types, bounds, required cells, the list of régions, the form of the UAI, a unique primary key, and, as
row constraints, the sum of the three shares, the value added and the two equal columns. It does not check the letter of
the UAI, the vintages, whole columns or the encoding, and it writes no report; debouches does all of it, and writes the
checked table besides. Both are timed as whole processes.
"""

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

REGIONS = [
    "AUVERGNE-RHONE-ALPES", "BOURGOGNE-FRANCHE-COMTE", "BRETAGNE", "CENTRE-VAL DE LOIRE", "CORSE", "GRAND EST", "GUADELOUPE",
    "GUYANE", "HAUTS-DE-FRANCE", "ILE-DE-FRANCE", "LA REUNION", "MARTINIQUE", "MAYOTTE", "NORMANDIE", "NOUVELLE-AQUITAINE",
    "OCCITANIE", "PAYS DE LA LOIRE", "PROVENCE-ALPES-COTE D'AZUR",
]
CONFIG = """
[[source]]
id = "cfa"
kind = "file"
url = "{file}"
table = "ij_cfa_etablissement"
"""


def schema(names: list[str]) -> dict:
    fields = []
    for name in names:
        field = {"name": name, "type": "string", "constraints": {}}
        if name in ("Année", "UAI", "Région"):
            field["constraints"]["required"] = True
        if name == "UAI":
            field["constraints"]["pattern"] = "[0-9]{7}[A-Z]"
        if name == "Région":
            field["constraints"]["enum"] = REGIONS
        if name.startswith(("DEVENIR", "Taux", "Part")):
            field["type"] = "number"
            field["constraints"] |= {"minimum": 0, "maximum": 100}
        if name.startswith("VA "):
            field["type"] = "number"
            field["constraints"] |= {"minimum": -12, "maximum": 12}
        fields.append(field)
    return {"fields": fields, "primaryKey": ["Année", "UAI"], "missingValues": ["", "nd"]}


JUDGE = """
import sys
from frictionless import Check, Checklist, Dialect, Resource, Schema, errors, formats

resource = Resource(path=sys.argv[1], schema=Schema.from_descriptor(sys.argv[2]), encoding="utf-8-sig",
                    dialect=Dialect(controls=[formats.CsvControl(delimiter=";")]))


class Rows(Check):
    Errors = [errors.RowConstraintError]

    def validate_row(self, row):
        def tell(note):
            return errors.RowConstraintError.from_row(row, note=note)
        shares = [row[name] for name in ("DEVENIR Part poursuite études", "DEVENIR Part en emploi 6 mois", "DEVENIR Part autre situation 6 mois")]
        if None not in shares and sum(shares) != 100:
            yield tell("the three shares")
        rate, wanted, added = row["Taux emploi 6 mois"], row["Taux emploi 6 mois attendu"], row["VA emploi 6 mois"]
        if None not in (rate, wanted, added) and abs(max(-12, min(12, rate - wanted)) - added) > 1:
            yield tell("value added")
        one, other = row["Taux poursuite études"], row["DEVENIR Part poursuite études"]
        if None not in (one, other) and one != other:
            yield tell("the two equal columns")


report = resource.validate(Checklist(checks=[Rows()]))
print(report.stats["errors"], "errors", report.tasks[0].errors[:3])
sys.exit(0 if report.valid else 1)
"""


def timed(command: list[str], folder: Path) -> tuple[float, float, float, int]:
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    told = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code:
        sys.exit(f"{command[0]} exited with {code}\n{told}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("debouches", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path)
    args = parser.parse_args()
    work = (args.work or Path(tempfile.mkdtemp())).resolve()
    work.mkdir(exist_ok=True)
    file = work / "cfa.csv"
    raw = args.file.read_bytes()
    file.write_bytes(gzip.decompress(raw) if args.file.suffix == ".gz" else raw)
    names = file.read_text("utf-8-sig").splitlines()[0].split(";")
    rows = sum(1 for _ in file.open("rb")) - 1
    (work / "schema.json").write_text(json.dumps(schema(names)))
    (work / "judge.py").write_text(JUDGE)
    (work / "pipeline.toml").write_text(CONFIG.format(file=file))
    shutil.rmtree(work / "state", ignore_errors=True)
    subprocess.run([args.debouches, "-C", work, "fetch", "-q"], check=True)
    print(f"{file.stat().st_size / 1e6:.1f} MB, {rows} rows; medians of {args.runs} runs")
    for name, command in [
        ("debouches", [str(args.debouches.resolve()), "-C", str(work), "validate", "--force", "-q"]),
        # frictionless takes absolute paths for unsafe ones.
        ("frictionless", [sys.executable, "judge.py", "cfa.csv", "schema.json"]),
    ]:
        runs = [timed(command, work) for _ in range(args.runs)]
        wall, cpu, peak, _ = (median(run[place] for run in runs) for place in range(4))
        print(f"{name:<13} wall {wall:8.3f} s   cpu {cpu:8.3f} s   peak {peak:7.0f} MiB   {rows / wall:12,.0f} rows/s", flush=True)


if __name__ == "__main__":
    main()
