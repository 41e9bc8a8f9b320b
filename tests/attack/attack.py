"""Reads published files, writes constraints from the meaning of their columns, and narrows every hidden count with HiGHS."""

import argparse
import collections
import csv
import json
import math
import pathlib
import random
import sys

import highspy
import numpy as np

MEASURES = ("nb_annee_term", "nb_poursuite_etudes", "nb_sortant") + tuple(f"nb_en_emploi_{h}_mois" for h in (6, 12, 18, 24))
TABLES = ("ij_api_etablissement", "ij_api_region", "ij_api_france")
WIDTH = 5
THRESHOLD = 20
INFINITY = highspy.kHighsInf


def rows_of(folder):
    """Every row of every release: table, years, region, establishment, training, values (None when hidden)."""
    for path in sorted(pathlib.Path(folder).glob("*/*/*.csv")):
        if path.stem not in TABLES:
            continue
        with open(path, newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file, delimiter=";"):
                region = "" if path.stem == "ij_api_france" else row.get("region_cog") or row.get("code_region") or ""
                place = row["uai"] if path.stem == "ij_api_etablissement" else ""
                years = tuple(part for part in row["millesime"].split("_"))
                values = [int(row[m]) if row[m] else None for m in MEASURES]
                yield path, years, region, place, row["cfd"] or row["mefstat11"], values


class System:
    def __init__(self):
        self.known, self.names, self.rows = {}, {}, []

    def var(self, key):
        return self.names.setdefault(key, len(self.names))

    def add(self, terms, low, high):
        self.rows.append((terms, low, high))


def build(folder, revealed=None):
    system = System()
    boxes = collections.defaultdict(dict)
    for _, years, region, place, code, values in rows_of(folder):
        box = (years, region, place, code)
        for measure, value in enumerate(values):
            key = (*box, measure)
            if revealed and key in revealed:
                value = revealed[key]
            system.var(key)
            boxes[box][measure] = True
            if value is not None:
                system.known[key] = value
    all_boxes = set(boxes)
    # A cumul is its two years, published or not.
    for years, *rest in list(all_boxes):
        if len(years) == 2:
            for year in years:
                all_boxes.add(((year,), *rest))
    for box in all_boxes:
        v = lambda measure: system.var((*box, measure))
        system.add([(v(0), 1), (v(1), -1), (v(2), -1)], 0, 0)
        for measure in range(3, len(MEASURES)):
            system.add([(v(2), 1), (v(measure), -1)], 0, INFINITY)
        years, region, place, code = box
        if len(years) == 2:
            for measure in range(len(MEASURES)):
                parts = [(system.var(((year,), region, place, code, measure)), -1) for year in years]
                system.add([(v(measure), 1), *parts], 0, 0)

    def sums(parent_of):
        children = collections.defaultdict(list)
        for box in all_boxes:
            parent = parent_of(box)
            if parent in all_boxes:
                children[parent].append(box)
        for parent, parts in children.items():
            for measure in range(len(MEASURES)):
                terms = [(system.var((*parent, measure)), 1)] + [(system.var((*part, measure)), -1) for part in parts]
                system.add(terms, 0, 0)

    sums(lambda b: (b[0], b[1], b[2], "") if b[3] else None)
    sums(lambda b: (b[0], b[1], "", b[3]) if b[2] else None)
    sums(lambda b: (b[0], "", "", b[3]) if b[1] and not b[2] else None)
    return system


def components(system):
    parent = list(range(len(system.names)))

    def root(one):
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    keys = list(system.names)
    fixed = {system.names[key] for key in system.known}
    for terms, _, _ in system.rows:
        free = [index for index, _ in terms if index not in fixed]
        for one in free[1:]:
            parent[root(free[0])] = root(one)
    groups = collections.defaultdict(list)
    for index in range(len(keys)):
        if index not in fixed:
            groups[root(index)].append(index)
    return keys, groups, root, fixed


def intervals(system, wanted):
    """Least and greatest value of each wanted hidden count."""
    keys, groups, root, fixed = components(system)
    value = {system.names[key]: own for key, own in system.known.items()}
    rows_of_group = collections.defaultdict(list)
    for row in system.rows:
        free = [index for index, _ in row[0] if index not in fixed]
        if free:
            rows_of_group[root(free[0])].append(row)
    out = {}
    for group, members in groups.items():
        asked = [index for index in members if keys[index] in wanted]
        if not asked:
            continue
        local = {index: place for place, index in enumerate(members)}
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        count = len(members)
        solver.addVars(count, np.zeros(count), np.full(count, INFINITY))
        for terms, low, high in rows_of_group[group]:
            constant = sum(by * value[index] for index, by in terms if index in fixed)
            free = [(local[index], by) for index, by in terms if index not in fixed]
            solver.addRow(
                low - constant,
                high if high == INFINITY else high - constant,
                len(free),
                np.array([place for place, _ in free], dtype=np.int32),
                np.array([by for _, by in free], dtype=np.double),
            )
        for index in asked:
            ends = []
            for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
                solver.changeObjectiveSense(sense)
                solver.changeColCost(local[index], 1.0)
                solver.run()
                status = solver.getModelStatus()
                solver.changeColCost(local[index], 0.0)
                if status == highspy.HighsModelStatus.kInfeasible:
                    ends = None
                    break
                bounded = status == highspy.HighsModelStatus.kOptimal
                ends.append(solver.getSolution().col_value[local[index]] if bounded else (0 if not ends else INFINITY))
            if ends:
                out[keys[index]] = (math.ceil(ends[0] - 1e-6), ends[1] if ends[1] == INFINITY else math.floor(ends[1] + 1e-6))
    return out


def truth_of(path):
    out = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter=";"):
            years = tuple(row["millesime"].split("_"))
            region = row["lieu"] if row["table"] == "ij_api_region" else None
            place = row["lieu"] if row["table"] == "ij_api_etablissement" else ""
            out[(years, region, place, row["code"])] = [int(row[m]) for m in MEASURES]
    return out


def true_value(truth, key):
    years, region, place, code, measure = key
    own = truth.get((years, None, place, code)) if place else truth.get((years, region or None, "", code))
    if own is None and not place and not region:
        own = truth.get((years, None, "", code))
    return own


def is_protected(own, measure):
    """The rule of the producer: the final year and the leavers must reach twenty."""
    bases = [0] if measure == 0 else [0, 2] if measure == 1 else [2]
    return any(own[base] < THRESHOLD for base in bases)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", help="folder of releases: DATASET/VERSION/*.csv")
    parser.add_argument("--truth", required=True, help="the true counts, to score what was found")
    parser.add_argument("--planted", type=int, default=0, help="leaks planted one by one, each of which must be found")
    args = parser.parse_args()
    truth = truth_of(args.truth)
    system = build(args.folder)
    published = {(years, region, place, code, m) for _, years, region, place, code, _ in rows_of(args.folder) for m in range(len(MEASURES))}
    hidden = [key for key in published if key not in system.known]
    scored = {key: own for key in hidden if (own := true_value(truth, key)) is not None}
    protected = {key for key, own in scored.items() if is_protected(own, key[-1])}
    found = intervals(system, protected)
    wrong = [key for key, (low, high) in found.items() if not low <= scored[key][key[-1]] <= high]
    narrow = {key: found[key] for key in found if found[key][1] - found[key][0] < WIDTH}
    result = {
        "hidden": len(hidden), "protected": len(protected), "judged": len(found), "wrong": len(wrong),
        "exact": sum(low == high for low, high in narrow.values()), "narrow": len(narrow),
    }
    print(json.dumps(result))
    for key, (low, high) in sorted(narrow.items())[:10]:
        print(f"  {' × '.join(map(str, key[:-1]))} · {MEASURES[key[-1]]}: {low}..{high}, true {scored[key][key[-1]]}")
    if wrong or not protected or len(found) < len(protected):
        print("the attack is blind: its constraints are not those of the files", file=sys.stderr)
        return 2
    if narrow:
        return 1
    if args.planted:
        # The final year is those who continue and those who leave: two of the three, revealed, give the third.
        targets = sorted(key for key in protected if key[-1] < 3)
        random.Random(7).shuffle(targets)
        targets = targets[: args.planted]
        caught = 0
        for *box, measure in targets:
            others = {(*box, other): scored[(*box, measure)][other] for other in range(3) if other != measure}
            low, high = intervals(build(args.folder, others), {(*box, measure)})[(*box, measure)]
            caught += low == high
        print(json.dumps({"planted": len(targets), "found": caught}))
        if not targets or caught < len(targets):
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
