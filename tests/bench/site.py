"""The site of a whole country: 8,000 establishments, 55,000 direct rows of figures, 2,000 trainings, all invented. Each row has its
picture: 205,000 rows, of which 150,000 repeat others, would be 267,000 files if all of them were direct (`ROWS`).

Usage: site.py BINARY [FOLDER]   Prints files, bytes, wall time and peak memory of the first `site build`, of a rebuild where nothing
moved, and of one after a small release. The releases are made before, and not counted.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BINARY = Path(sys.argv[1]).resolve()
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
ESTABLISHMENTS, TRAININGS, ROWS = 8_000, 2_000, 55_000
HEADING = (
    "annee;uai;libelle;region;code_formation_mefstat11;type_diplome;libelle_formation;duree_formation;diplome_renove_ou_nouveau;"
    "part_en_poursuite_d_etudes;part_en_emploi_6_mois_apres_la_sortie;part_des_autres_situations;taux_poursuite_etudes;"
    "taux_emploi_6_mois;taux_emploi_12_mois;taux_emploi_18_mois;taux_emploi_24_mois"
)
CONFIG = """
contact = "bench@debouches.invalid"
[[source]]
id = "ij-lycee-formation"
kind = "file"
url = "pro.csv"
table = "ij_lycee_formation"
[[source]]
id = "mef"
kind = "file"
url = "mef.csv"
table = "bcn_mef"
[[source]]
id = "diplomes"
kind = "file"
url = "{fixtures}/bcn/n_formation_diplome.csv"
table = "bcn_formation_diplome"
[[source]]
id = "specialites"
kind = "file"
url = "{fixtures}/bcn/n_groupe_specialite.csv"
table = "bcn_groupe_specialite"
[[source]]
id = "certif"
kind = "file"
url = "{fixtures}/metiers/certif_info.csv"
table = "certif_info"
[[dataset]]
id = "insertion-formations"
tables = ["ij_lycee_formation"]
title = "Figures of a mock country"
summary = "Invented."
licence = "lov2"
frequency = "annual"
tags = ["mock"]
forms = []
[portal.site]
kind = "static"
folder = "site"
pages = true
"""


def uai(number: int) -> str:
    digits = 750_0000 // 10 + number
    return f"{digits:07}{LETTERS[digits % 23]}"


def rows(draw: random.Random) -> list[str]:
    places = [uai(number) for number in range(ESTABLISHMENTS)]
    codes = [f"238{1 + number % 9}{number % 100:02}{20_000 + number:05}" for number in range(TRAININGS)]
    pairs = set()
    while len(pairs) < ROWS:
        pairs.add((draw.choice(places), draw.choice(codes)))
    lines = []
    for place, code in sorted(pairs):
        continuing, employed = draw.randint(10, 50), draw.randint(5, 40)
        rate = round(100 * employed / (100 - continuing))
        lines.append(
            f"cumul 2022-2023;{place};Lycée {place[3:7]};ILE-DE-FRANCE;{code};BAC PRO;Formation {code[-4:]};3;non;"
            f"{continuing};{employed};{100 - continuing - employed};{continuing}.0;{rate}.0;{rate}.0;;"
        )
    return lines


def run(folder: Path, *words: str) -> float:
    start = time.monotonic()
    done = subprocess.run([BINARY, "-C", folder, *words], capture_output=True, text=True)
    if done.returncode not in (0,):
        sys.exit(f"{words}: exit {done.returncode}\n{done.stderr[-3000:]}")
    return time.monotonic() - start


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        folder = Path(name)
        fixtures = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
        (folder / "pipeline.toml").write_text(CONFIG.format(fixtures=fixtures))
        (folder / "mef.csv").write_bytes((fixtures / "bcn" / "n_mef.csv").read_bytes())
        lines = rows(random.Random("site"))
        (folder / "pro.csv").write_text("\n".join([HEADING, *lines]) + "\n")
        print(f"releases: {run(folder, 'run', '--to', 'package', '-q'):.1f} s")
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(f"first build: {run(folder, 'site', 'build', '-q'):.1f} s")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        files = [path for path in (folder / "site").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        print(f"{len(files)} files, {size / 1e6:.0f} MB; peak of all so far {peak / 1024:.0f} MiB (releases alone {before / 1024:.0f})")
        print(f"nothing moved: {run(folder, 'site', 'build', '-q'):.1f} s")
        (folder / "pro.csv").write_text("\n".join([HEADING, *lines[:-40]]) + "\n")
        run(folder, "run", "--to", "package", "-q")
        print(f"after a small release: {run(folder, 'site', 'build', '-q'):.1f} s")


main()
