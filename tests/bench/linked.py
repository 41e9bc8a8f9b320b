"""Linked establishments at the size of a whole country: six cumuls of 22,000 school rows and 12,000 apprentice rows, and a
catalogue of 64,000 lines. Codes are those of the real BCN beside the project; establishments and figures are invented.

Usage: linked.py BINARY [DATA]   Prints rows, wall time, CPU and peak memory of `enrich` on the table.
"""

import csv
import gzip
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BINARY = Path(sys.argv[1]).resolve()
DATA = Path(sys.argv[2] if len(sys.argv) > 2 else "../shared/data").resolve()
CUMULS = [f"cumul {year - 1}-{year}" for year in range(2019, 2025)]
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
HEADING = (
    "annee;uai;libelle;region;{code};type_diplome;libelle_formation;duree_formation;diplome_renove_ou_nouveau;part_en_poursuite_d_etudes;"
    "part_en_emploi_6_mois_apres_la_sortie;part_des_autres_situations;taux_poursuite_etudes;taux_emploi_6_mois;taux_emploi_12_mois;"
    "taux_emploi_18_mois;taux_emploi_24_mois"
)


def uai(number: int) -> str:
    digits = 750_0000 // 10 + number
    return f"{digits:07}{LETTERS[digits % 23]}"


def figures(draw: random.Random, cumul: str) -> str:
    continuing, employed = draw.randint(10, 50), draw.randint(5, 40)
    rate = round(100 * employed / (100 - continuing))
    later = f"{rate + 1}.0;{rate + 2}.0" if cumul <= "cumul 2021-2022" else ";"
    return f"{continuing};{employed};{100 - continuing - employed};{continuing}.0;{rate}.0;{rate + 1}.0;{later}"


def formations(path: Path, code: str, codes: list[str], establishments: list[str], rows: int) -> None:
    draw, lines = random.Random(path.name), [HEADING.format(code=code)]
    for cumul in CUMULS:
        pairs = {(draw.choice(establishments), draw.choice(codes)) for _ in range(rows)}
        lines += [f"{cumul};{place};E;ILE-DE-FRANCE;{own};BAC PRO;f;3;non;{figures(draw, cumul)}" for place, own in sorted(pairs)]
    path.write_text("\n".join(lines) + "\n")


def bcn(name: str) -> list[dict]:
    body = gzip.open(DATA / "bcn" / name).read()
    text = body.decode("utf-8-sig", errors="replace")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


def main() -> None:
    modules = [m["MEF_STAT_11"] for m in bcn("n_mef.csv.gz") if m["ANNEE_DISPOSITIF"] == m["DUREE_DISPOSITIF"] and m["MEF_STAT_11"][:2] in ("23", "32")]
    diplomas = [d["FORMATION_DIPLOME"] for d in bcn("n_formation_diplome.csv.gz") if d["FORMATION_DIPLOME"][:1] in "345"]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        schools, centres = [uai(n) for n in range(3_000)], [uai(10_000 + n) for n in range(6_000)]
        formations(folder / "pro.csv", "code_formation_mefstat11", sorted(set(modules)), schools, 22_000)
        formations(folder / "cfa.csv", "code_formation_apprentissage", diplomas[:600], centres[:2_000], 12_000)
        draw = random.Random("catalogue")
        lines = ["Clé ministere educatif;Lieu: UAI;Formateur: UAI;Responsable: UAI;Formation: code CFD"]
        for n in range(64_000):
            cells = [f"{n}#L01", draw.choice(centres), draw.choice(centres[:2_000]), draw.choice(centres[:500]), draw.choice(diplomas[:600])]
            lines.append(";".join(f'="{cell}"' for cell in cells))
        (folder / "catalogue.csv").write_text("\n".join(lines) + "\n")
        config = ""
        for table, url in [
            ("ij_lycee_formation", "pro.csv"),
            ("ij_cfa_formation", "cfa.csv"),
            ("catalogue_apprentissage", "catalogue.csv"),
            ("bcn_mef", DATA / "bcn/n_mef.csv.gz"),
            ("bcn_formation_diplome", DATA / "bcn/v_formation_diplome.csv.gz"),
            ("bcn_n_formation_diplome", DATA / "bcn/n_formation_diplome.csv.gz"),
            ("bcn_lien_formation_groupe", DATA / "bcn/n_lien_formation_groupe.csv"),
            ("bcn_groupe_specialite", DATA / "bcn/n_groupe_specialite.csv"),
            ("certif_info", DATA / "metiers/certif_info.csv.gz"),
        ]:
            config += f'[[source]]\nid = "{table.replace("_", "-")}"\nkind = "file"\nurl = "{url}"\ntable = "{table}"\n'
        config += '[[dataset]]\nid = "liees"\ntables = ["donnees_liees_etablissements"]\nlicence = "lov2"\nfrequency = "annual"\n'
        (folder / "pipeline.toml").write_text(config)
        subprocess.run([BINARY, "-C", folder, "run", "--to", "validate", "-q"], check=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        told = subprocess.run([BINARY, "-C", folder, "enrich", "donnees_liees_etablissements"], check=True, capture_output=True, text=True)
        wall = time.monotonic() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(next(line for line in told.stderr.splitlines() if "donnees_liees_etablissements:" in line))
        print(f"wall {wall:.1f} s, CPU {cpu:.1f} s, peak memory {after.ru_maxrss // 1024} MB at most (validate included)")


main()
