"""The site of a whole country: 8,000 establishments, 205,000 direct rows of figures, 2,000 trainings, all invented. Each row has its
picture, which is the most that such a country can ask: 267,000 files.

Usage: site.py BINARY [FOLDER]   Prints files, bytes, wall time, processor time and peak memory of the first `site build`, of a rebuild
where nothing moved, of one after a small release, and of one that writes every page again. The releases are made before, and not
counted. When DEBOUCHES_S3_URL is the address of an S3 server (tests/s3/start.sh), a twentieth of the country goes to a bucket too.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

BINARY = Path(sys.argv[1]).resolve()
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
ESTABLISHMENTS, TRAININGS, ROWS = 8_000, 2_000, 205_000
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
    # In every département: digests are kept by département.
    digits = int(f"{number % 95 + 1:03}{number // 95:04}")
    return f"{digits:07}{LETTERS[digits % 23]}"


def rows(draw: random.Random, share: int = 1) -> list[str]:
    places = [uai(number) for number in range(ESTABLISHMENTS // share)]
    codes = [f"238{1 + number % 9}{number % 100:02}{20_000 + number:05}" for number in range(TRAININGS)]
    pairs = set()
    while len(pairs) < ROWS // share:
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


def run(folder: Path, *words: str, what: str, env: dict[str, str] | None = None) -> float:
    start = time.monotonic()
    process = subprocess.Popen(
        [BINARY, "-C", folder, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    )
    error = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{words}: status {status}\n{error[-3000:]}")
    took = time.monotonic() - start
    print(f"{what}: {took:.1f} s, processor {used.ru_utime:.1f} + {used.ru_stime:.1f} s, peak {used.ru_maxrss / 1024:.0f} MiB", flush=True)
    return took


def sources(folder: Path, lines: list[str]) -> None:
    fixtures = Path(__file__).resolve().parents[2] / "fixtures" / "sources"
    (folder / "pipeline.toml").write_text(CONFIG.format(fixtures=fixtures))
    (folder / "mef.csv").write_bytes((fixtures / "bcn" / "n_mef.csv").read_bytes())
    (folder / "pro.csv").write_text("\n".join([HEADING, *lines]) + "\n")


def files(site: Path) -> list[Path]:
    return [path for path in site.rglob("*") if path.is_file()]


def country(folder: Path) -> None:
    lines = rows(random.Random("site"))
    sources(folder, lines)
    run(folder, "run", "--to", "package", "-q", what="releases")
    build = ("site", "build", "-q")
    run(folder, *build, what="first build")
    made = files(folder / "site")
    print(f"  {len(made)} files, {sum(path.stat().st_size for path in made) / 1e6:.0f} MB")
    run(folder, *build, what="nothing moved")
    began = time.time()
    (folder / "pro.csv").write_text("\n".join([HEADING, *lines[:-40]]) + "\n")
    run(folder, "run", "--to", "package", "-q", what="a small release")
    run(folder, *build, what="after it")
    print(f"  {sum(path.stat().st_mtime >= began for path in files(folder / 'site'))} files written")
    # A note of a build of other releases that died: no digest is trusted.
    (folder / "site" / "empreintes" / "en-cours.json").write_text('["another"]\n')
    run(folder, *build, "--force", what="every page again")


def bucket(folder: Path, url: str) -> None:
    name = f"site-{os.getpid()}"
    urllib.request.urlopen(urllib.request.Request(f"{url}/{name}", method="PUT"))
    sources(folder, rows(random.Random("site"), 20))
    text = (folder / "pipeline.toml").read_text().replace('folder = "site"', f'bucket = "s3://{name}/site"')
    (folder / "pipeline.toml").write_text(text)
    env = {
        "AWS_ENDPOINT": url, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"
    }
    run(folder, "run", "--to", "package", "-q", what="releases of a twentieth", env=env)
    took = run(folder, "site", "build", "--yes", "-q", what="to a bucket", env=env)
    run(folder, "site", "build", "--to", "copy", "-q", what="to a folder")
    count = len(files(folder / "copy"))
    print(f"  {count} files, {count / took:.0f} files per second")
    run(folder, "site", "build", "--yes", "-q", what="nothing moved", env=env)


def main() -> None:
    where = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=where) as name:
        country(Path(name))
    if url := os.environ.get("DEBOUCHES_S3_URL"):
        with tempfile.TemporaryDirectory(dir=where) as name:
            bucket(Path(name), url)


main()
