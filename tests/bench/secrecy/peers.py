"""τ-ARGUS (pytauargus, from PyPI) on the crossed cube, to be set beside `debouches secrecy price`.

    cargo xtask cube --out CUBE --certifications 20
    python tests/bench/secrecy/peers.py CUBE OUT.csv

One record per pupil, minimal frequency 20, Modular (HiTaS). Writes the counts that it leaves shown, hidden ones blank, so
that `attack.py` and `debouches secrecy audit --truth` judge its output and ours alike.
"""

import csv
import sys
import tempfile
import time
from pathlib import Path

import pytauargus


def main(cube: Path, out: Path) -> None:
    rows = list(csv.DictReader((cube / "crossed.csv").open(), delimiter=";"))
    leaves = [r for r in rows if r["etablissement"] != "TOTAL" and r["certification"] != "TOTAL"]
    establishment, certification = [], []
    for row in leaves:
        count = int(row["nb_annee_term"])
        establishment += [row["etablissement"]] * count
        certification += [row["certification"]] * count
    regions: dict[str, list[str]] = {}
    for region, own in sorted({(r["region"], r["etablissement"]) for r in leaves}):
        regions.setdefault(region, []).append(own)
    hierarchy = Path(tempfile.mkdtemp()) / "etab.hrc"
    hierarchy.write_text("".join(f"{region}\n" + "".join(f"@{e}\n" for e in members) for region, members in regions.items()))
    data = {"etab": establishment, "certif": certification, "n": [1] * len(establishment)}
    start = time.time()
    result = pytauargus.protect(
        data, ["etab", "certif"], "n", safety_rules="FREQ(20,20)", suppress="MOD(1,5,1,0,0)",
        hrc={"etab": str(hierarchy)}, hierleadstring="@",
    )
    elapsed = time.time() - start
    statuses: dict[tuple[str, str], str] = {}
    for line in Path(result.files["tab1"]).read_text().splitlines():
        own, code, _value, *_, status, _low, _high = [part.strip('"') for part in line.split(";")]
        statuses[own, code] = status
    hidden = {"U": 0, "M": 0}
    with out.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(rows[0].keys())
        for row in rows:
            own = row["etablissement"] if row["etablissement"] != "TOTAL" else row["region"]
            status = statuses["Total" if own == "FR" else own, row["certification"].replace("TOTAL", "Total")]
            if status in hidden:
                hidden[status] += 1
            writer.writerow([*list(row.values())[:-1], "" if status in hidden else row["nb_annee_term"]])
    print(f"pytauargus MOD: {elapsed:.1f} s, {hidden['U']} sensitive, {hidden['M']} hidden beside")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
