"""Attacks the published InserSup tables with constraints of its own, and tells what their producer's file does not give away already."""

import argparse
import collections
import csv
import json
import pathlib
import sys

from attack import INFINITY, THRESHOLD, WIDTH, System, intervals

PLACE = ("etablissement", "id_paysage", "type_diplome", "dom", "discipli", "sectdis", "diplome")
POPULATION = ("obtention_diplome", "genre", "nationalite", "regime_inscription")
HORIZONS = (6, 12, 18, 24, 30)
OUTER = {"nb_sortants_en_emploi_non_sal": "nb_sortants", "nb_sortants_en_emploi_sal_fr": "nb_sortants"}


def counts():
    """Column, and the quantity it shows: leavers and those who continue are the same number at every horizon."""
    for h in HORIZONS:
        yield f"nb_sortants_{h}", ("nb_sortants", 0)
        yield f"nb_poursuivants_{h}", ("nb_poursuivants", 0)
        yield f"nb_sortants_en_emploi_sal_fr_{h}", ("nb_sortants_en_emploi_sal_fr", h)
        yield f"nb_sortants_en_emploi_non_sal_{h}", ("nb_sortants_en_emploi_non_sal", h)
        yield f"nb_sortants_en_emploi_stable_{h}", ("nb_sortants_en_emploi_stable", h)


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file, delimiter=";")


def published(folder):
    for name in ("insersup", "insersup_ensemble", "insersup_agregats"):
        for path in sorted(pathlib.Path(folder).glob(f"*/*/{name}.csv")):
            yield from read(path)


def box_of(row):
    place = tuple(row.get(column, "") for column in PLACE)
    population = tuple(row.get(column) or "ensemble" for column in POPULATION)
    return place, tuple(row["promo"].split(",")), population


def build(rows):
    """What a reader knows: figures, and what the columns mean."""
    system, boxes, hidden = System(), {}, set()
    for row in rows:
        box = box_of(row)
        own = boxes.setdefault(box, set())
        for column, quantity in counts():
            if column not in row:
                continue
            own.add(quantity)
            system.var((box, quantity))
            text = row[column].strip()
            if text.isdigit():
                system.known[(box, quantity)] = int(text)
            elif text in ("", "nd") and row.get(f"{column}_statut", "secret") == "secret":
                hidden.add((box, quantity))
    quantities = sorted({quantity for own in boxes.values() for quantity in own})
    known = set(boxes)
    # A pair of promotions is its two years, published or not; those without the diploma are the others.
    every = set(boxes)
    for place, promo, population in boxes:
        every.update((place, (year,), population) for year in promo)
    for box in every:
        v = lambda quantity: system.var((box, quantity))
        place, promo, population = box
        for name, h in quantities:
            outer = OUTER.get(name)
            if outer:
                system.add([(v((outer, 0)), 1), (v((name, h)), -1)], 0, INFINITY)
            elif name == "nb_sortants_en_emploi_stable":
                base = ("nb_sortants_en_emploi_sal_fr", h) if h > 6 else ("nb_sortants", 0)
                system.add([(v(base), 1), (v((name, h)), -1)], 0, INFINITY)
        if len(promo) == 2:
            for quantity in quantities:
                parts = [(system.var(((place, (year,), population), quantity)), -1) for year in promo]
                system.add([(v(quantity), 1), *parts], 0, 0)
    for box in known:
        place, promo, population = box
        for index, parts in ((1, ("femme", "homme")), (2, ("français", "étranger"))):
            if population[index] != "ensemble":
                continue
            others = [(place, promo, population[:index] + (part,) + population[index + 1 :]) for part in parts]
            if all(other in known for other in others):
                for quantity in quantities:
                    terms = [(system.var((box, quantity)), 1)] + [(system.var((other, quantity)), -1) for other in others]
                    system.add(terms, 0, 0)
        graduates = (place, promo, ("diplômé",) + population[1:])
        if population[0] == "ensemble" and graduates in known:
            for quantity in quantities:
                system.add([(system.var((box, quantity)), 1), (system.var((graduates, quantity)), -1)], 0, INFINITY)
    return system, hidden - set(system.known)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", help="folder of releases: DATASET/VERSION/insersup.csv")
    parser.add_argument("--source", required=True, help="the producer's file")
    parser.add_argument("--planted", type=int, default=0, help="leaks planted one by one, each of which must be found")
    args = parser.parse_args()
    source, _ = build(read(args.source))
    leavers = {box: value for (box, quantity), value in source.known.items() if quantity == ("nb_sortants", 0)}
    system, hidden = build(published(args.folder))
    protected = {key for key in hidden if leavers.get(key[0], 0) < THRESHOLD and key[0] in leavers}
    found = intervals(system, protected)
    wrong = [key for key, (low, high) in found.items() if key in source.known and not low <= source.known[key] <= high]
    narrow = {key for key, (low, high) in found.items() if high - low < WIDTH}
    # What the producer hides, and gives away by itself, is told in `disclosure.json`.
    own = {key for key in narrow if key not in source.known}
    given = intervals(source, own)
    excused = {key for key in own if key in given and given[key][1] - given[key][0] < WIDTH}
    leaks = sorted(narrow - excused)
    shown = sum(key[0] in leavers for key in system.known)
    result = {
        "shown": shown, "protected": len(protected), "judged": len(found), "wrong": len(wrong), "narrow": len(narrow),
        "given away by the producer": len(excused), "leaks": len(leaks),
    }
    print(json.dumps(result))
    for box, quantity in leaks[:10]:
        print(f"  {box} {quantity}: {found[(box, quantity)]}, the producer's file says {source.known.get((box, quantity))}")
    if wrong or not protected or len(found) < len(protected):
        print("the attack is blind: its constraints are not those of the files", file=sys.stderr)
        return 2
    if args.planted:
        caught = 0
        # Both parts of a total but one: the last one follows.
        totals = [terms for terms, low, high in system.rows if (low, high) == (0, 0) and len(terms) == 3]
        keys = list(system.names)
        rows = [[keys[index] for index, _ in terms] for terms in totals]
        rows = [row for row in rows if sum(key in protected for key in row) >= 1 and all(key in source.known for key in row)]
        for row in rows[: args.planted]:
            target = next(key for key in row if key in protected)
            before = dict(system.known)
            system.known.update({key: source.known[key] for key in row if key != target})
            low, high = intervals(system, {target})[target]
            system.known = before
            caught += low == high
        print(json.dumps({"planted": min(len(rows), args.planted), "found": caught}))
        if not rows or caught < min(len(rows), args.planted):
            return 2
    return 1 if leaks else 0


if __name__ == "__main__":
    sys.exit(main())
