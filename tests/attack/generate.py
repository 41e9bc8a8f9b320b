"""Three levels of the InserJeunes API with a known truth: establishments, régions, France."""

import argparse
import csv
import json
import math
import pathlib
import random

YEARS = (2021, 2022)
HORIZONS = (6, 12, 18, 24)
# Prefix of the establishments, région of the API, région of the Code officiel géographique.
REGIONS = (("075", "10", "11"), ("069", "01", "84"), ("013", "18", "93"), ("059", "09", "32"))
MEASURES = ("nb_annee_term", "nb_poursuite_etudes", "nb_sortant") + tuple(f"nb_en_emploi_{h}_mois" for h in HORIZONS)


def uai(prefix, number):
    digits = f"{prefix}{number:04d}"
    return digits + "ABCDEFGHJKLMNPRSTUVWXYZ"[int(digits) % 23]


def drawn(random_, size):
    final = max(1, round(random_.lognormvariate(math.log(size), 0.8)))
    leavers = sum(random_.random() < 0.6 for _ in range(final))
    employed = [sum(random_.random() < 0.55 for _ in range(leavers)) for _ in HORIZONS]
    return [final, final - leavers, leavers, *employed]


def added(rows):
    return [sum(column) for column in zip(*rows)]


def lines(code, values):
    dimension = {"ensemble": "ensemble"} if code is None else {"id_formation_apprentissage": code}
    return [
        {"id_mesure": measure, "valeur_mesure": value, "dimensions": [dimension]}
        for measure, value in zip(MEASURES, values)
    ]


def body(route, code, vintage, rows, metadata=None):
    data = [line for training, values in rows for line in lines(training, values)]
    text = json.dumps({"metadata": metadata or {}, "data": data}, ensure_ascii=False)
    # The routes of establishments and of France give JSON within JSON.
    text = text if route == "region" else json.dumps(text, ensure_ascii=False)
    return json.dumps({"route": route, "code": code, "millesime": vintage, "status": 200, "body": text}, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--establishments", type=int, default=24)
    parser.add_argument("--trainings", required=True, help="file with one code of training a line")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    random_ = random.Random(args.seed)
    trainings = [line.strip() for line in open(args.trainings, encoding="utf-8") if line.strip()]
    atoms = {}
    for number in range(args.establishments):
        region = REGIONS[number % len(REGIONS)]
        place = (region[2], uai(region[0], 1000 + number))
        for training in random_.sample(trainings, k=min(len(trainings), 2 + number % 4)):
            for year in YEARS:
                atoms[(place, training, year)] = drawn(random_, 14)
    by = lambda keep: {
        key: added(own for atom, own in atoms.items() if keep(atom) == key) for key in {keep(atom) for atom in atoms}
    }
    both = "_".join(map(str, YEARS))
    establishments = by(lambda atom: (atom[0], atom[1]))
    all_of_one = by(lambda atom: (atom[0], None))
    regions = by(lambda atom: (atom[0][0], atom[1]))
    all_of_region = by(lambda atom: (atom[0][0], None))
    france = by(lambda atom: (str(atom[2]), atom[1]))
    all_of_france = by(lambda atom: (str(atom[2]), None))
    args.out.mkdir(parents=True, exist_ok=True)
    truth = []

    def write(name, answers):
        (args.out / name).write_text("\n".join(answers) + "\n", encoding="utf-8")

    out = []
    for place in sorted({key[0] for key in establishments}):
        rows = [(code, own) for (at, code), own in sorted(establishments.items()) if at == place]
        rows.append((None, all_of_one[(place, None)]))
        out.append(body("uai", place[1], both, rows, {"UAI": {"id_uai_etab": place[1], "libelle_etab": "Lycée d'essai"}}))
        truth += [("ij_api_etablissement", both, place[1], code or "", *own) for code, own in rows]
    write("etablissements.jsonl", out)
    out = []
    for _, api, cog in REGIONS:
        rows = [(code, own) for (at, code), own in sorted(regions.items()) if at == cog]
        if rows:
            rows.append((None, all_of_region[(cog, None)]))
            out.append(body("region", api, both, rows))
            truth += [("ij_api_region", both, cog, code or "", *own) for code, own in rows]
    write("regions.jsonl", out)
    out = []
    for year in YEARS:
        rows = [(code, own) for (at, code), own in sorted(france.items()) if at == str(year)]
        rows.append((None, all_of_france[(str(year), None)]))
        out.append(body("france", "apprentissage", str(year), rows))
        truth += [("ij_api_france", str(year), "", code or "", *own) for code, own in rows]
    write("france.jsonl", out)
    with open(args.out / "truth.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["table", "millesime", "lieu", "code", *MEASURES])
        writer.writerows(truth)


if __name__ == "__main__":
    main()
