"""The regional file of a producer with national years made from it: hidden counts drawn in agreement with what is shown, then attacked."""

import argparse
import collections
import csv
import gzip
import json
import pathlib
import random
import sys

from attack import INFINITY, THRESHOLD, WIDTH, System, intervals
from generate import MEASURES

PAIRS = (("2019", "2020"), ("2020", "2021"), ("2021", "2022"))
YEARS = ("2019", "2020", "2021", "2022")
TRIES = 200
RATES = {"part_en_poursuite_d_etudes": (1, 0), **{f"taux_emploi_{h}_mois": (3 + i, 2) for i, h in enumerate((6, 12, 18, 24))}}


def drawn(row, random_):
    """Seven counts that agree with what a row of the producer shows; None for horizons that are not observed."""
    told = [int(row[m]) if row[m] else None for m in MEASURES]
    final = told[0] if told[0] is not None else random_.randint(1, 19)
    rate = row["taux_poursuite_etudes"]
    if told[1] is None:
        told[1] = round(final * int(rate) / 100) if rate else random_.randint(max(0, final - 19), final)
    leavers = told[2] if told[2] is not None else final - told[1]
    last = row["millesime"].endswith("2022")
    out = [final, final - leavers, leavers]
    for index in range(3, 7):
        if told[index] is None and last and index > 4:
            out.append(None)
        else:
            out.append(told[index] if told[index] is not None else sum(random_.random() < 0.55 for _ in range(leavers)))
    return out


def split(pairs, random_):
    """Counts of each year, given those of overlapping pairs; None when there are none."""
    out = [[None] * 7 for _ in YEARS]
    for measure in (1, 2, 3, 4, 5, 6):
        sums = [pair[measure] for pair in pairs]
        if None in sums:
            continue
        most = [out[year][2] if measure > 2 else sums[min(year, 2)] for year in range(4)]
        # The second year tells the three others.
        choices = []
        for second in range(sums[0] + 1):
            own = [sums[0] - second, second, sums[1] - second, sums[2] - sums[1] + second]
            if all(0 <= value <= limit for value, limit in zip(own, most)):
                choices.append(own)
        if not choices:
            return None
        for year, value in enumerate(random_.choice(choices)):
            out[year][measure] = value
    for year in out:
        year[0] = year[1] + year[2]
    return out


def generate(args):
    random_ = random.Random(args.seed)
    groups = collections.defaultdict(dict)
    with gzip.open(args.source, "rt", encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        heading, rows = reader.fieldnames, list(reader)
    for row in rows:
        code = row["cfd"] or row["mefstat11"]
        groups[(row["voie"], code)].setdefault(row["code_region"], {})[tuple(row["millesime"].split("_"))] = row
    truth, years, dropped = [], collections.defaultdict(lambda: [[0] * 7 for _ in YEARS]), 0
    for (voie, code), regions in groups.items():
        own = {}
        for region, by_pair in regions.items():
            # What is hidden is drawn until overlapping pairs agree.
            for _ in range(TRIES):
                counts = [drawn(by_pair[pair], random_) if pair in by_pair else [0] * 7 for pair in PAIRS]
                split_ = split(counts, random_)
                if split_:
                    break
            own[region] = (split_, [(pair, values) for pair, values in zip(PAIRS, counts) if pair in by_pair])
        if any(split_ is None for split_, _ in own.values()):
            dropped += 1
            continue
        for region, (_, counts) in own.items():
            for pair, values in counts:
                truth.append(("region", "_".join(pair), region, voie, code, *["" if v is None else v for v in values]))
        for split_, _ in own.values():
            for year, values in enumerate(split_):
                for measure, value in enumerate(values):
                    sums = years[(voie, code)][year]
                    sums[measure] = None if value is None or sums[measure] is None else sums[measure] + value
    answers = []
    for index, year in enumerate(YEARS):
        for voie, route, name in (("apprentissage", "apprentissage", "id_formation_apprentissage"), ("scolaire", "voie_pro_sco_educ_nat", "id_mefstat11")):
            data = []
            for (own_voie, code), by_year in sorted(years.items()):
                values = by_year[index]
                if own_voie != voie or not values[0]:
                    continue
                truth.append(("france", year, "", voie, code, *["" if v is None else v for v in values]))
                data += [
                    {"id_mesure": measure, "valeur_mesure": value, "filiere": route, "dimensions": [{name: code}]}
                    for measure, value in zip(MEASURES, values) if value is not None
                ]
            body = json.dumps(json.dumps({"metadata": {}, "data": data}))
            answers.append(json.dumps({"route": "france", "code": route, "millesime": year, "status": 200, "body": body}))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "france.jsonl").write_text("\n".join(answers) + "\n", encoding="utf-8")
    with open(args.out / "truth.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["table", "millesime", "region", "voie", "code", *MEASURES])
        writer.writerows(truth)
    print(json.dumps({"rows": len(rows), "trainings": len(groups), "without years that agree": dropped}))


def published(folder):
    for name in ("ij_regional", "ij_api_france"):
        for path in sorted(pathlib.Path(folder).glob(f"*/*/{name}.csv")):
            with open(path, newline="", encoding="utf-8-sig") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    region = "" if name == "ij_api_france" else row.get("code_region") or row["region_cog"]
                    code = row.get("cfd") or row.get("mefstat11") or row["formation_code"]
                    yield row, (tuple(row["millesime"].split("_")), region, row["voie"], code)


def build(folder):
    system, boxes, hidden = System(), set(), set()
    for row, box in published(folder):
        boxes.add(box)
        for measure, name in enumerate(MEASURES):
            text = row.get(name, "")
            if text:
                system.known[(box, measure)] = int(float(text))
                system.var((box, measure))
            elif row.get(f"{name}_statut", "") == "secret":
                hidden.add((box, measure))
        for name, (of, over) in RATES.items():
            if row.get(name):
                rate = float(row[name])
                terms = [(system.var((box, of)), 100), (system.var((box, over)), -(rate - 0.5))]
                system.add(terms, -1e-6, INFINITY)
                terms = [(system.var((box, of)), 100), (system.var((box, over)), -(rate + 0.5))]
                system.add(terms, -INFINITY, 1e-6)
    every = set(boxes)
    for years, *rest in boxes:
        every.update(((year,), *rest) for year in years)
    places = collections.defaultdict(set)
    for years, region, voie, code in every:
        if region and len(years) == 1:
            places[(years, voie, code)].add(region)
    for box in every:
        years, region, voie, code = box
        v = lambda measure, own=box: system.var((own, measure))
        system.add([(v(0), 1), (v(1), -1), (v(2), -1)], 0, 0)
        for measure in range(3, len(MEASURES)):
            system.add([(v(2), 1), (v(measure), -1)], 0, INFINITY)
        for measure in range(len(MEASURES)):
            if len(years) == 2:
                parts = [(v(measure, ((year,), region, voie, code)), -1) for year in years]
                system.add([(v(measure), 1), *parts], 0, 0)
            elif not region and places[(years, voie, code)]:
                parts = [(v(measure, (years, place, voie, code)), -1) for place in sorted(places[(years, voie, code)])]
                system.add([(v(measure), 1), *parts], 0, 0)
    return system, hidden


def attack(args):
    truth = {}
    with open(args.out / "truth.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            box = (tuple(row["millesime"].split("_")), row["region"], row["voie"], row["code"])
            truth[box] = [int(row[m]) if row[m] else None for m in MEASURES]
    system, hidden = build(args.folder)
    bases = lambda measure: [0] if measure == 0 else [0, 2] if measure == 1 else [2]
    scored = {key for key in hidden if key[0] in truth and truth[key[0]][key[1]] is not None}
    protected = {key for key in scored if any(truth[key[0]][base] < THRESHOLD for base in bases(key[1]))}
    if args.sample and len(protected) > args.sample:
        protected = set(random.Random(args.seed).sample(sorted(protected), args.sample))
    found = intervals(system, protected)
    wrong = [key for key, (low, high) in found.items() if not low <= truth[key[0]][key[1]] <= high]
    narrow = {key: ends for key, ends in found.items() if ends[1] - ends[0] < WIDTH}
    exact = sum(low == high for low, high in narrow.values())
    print(json.dumps({"hidden": len(hidden), "scored": len(scored), "attacked": len(protected), "judged": len(found), "wrong": len(wrong), "exact": exact, "narrow": len(narrow)}))
    for key, ends in sorted(narrow.items())[:10]:
        print(f"  {key}: {ends}, true {truth[key[0]][key[1]]}")
    if wrong or not protected or len(found) < len(protected):
        print("the attack is blind: its constraints are not those of the files", file=sys.stderr)
        return 2
    return 1 if narrow else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--source", help="the regional file, compressed: writes national years beside a truth")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of what is made")
    parser.add_argument("--folder", help="folder of releases, to be attacked")
    parser.add_argument("--sample", type=int, default=0, help="attack that many hidden counts only")
    args = parser.parse_args()
    if args.source:
        return generate(args) or 0
    return attack(args)


if __name__ == "__main__":
    sys.exit(main())
