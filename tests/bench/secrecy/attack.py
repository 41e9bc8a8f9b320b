"""An attacker of nobody's making: two linear programs per hidden count under 20, solved by HiGHS through SciPy.

    python tests/bench/secrecy/attack.py CUBE/crossed.csv PUBLISHED.csv [WIDTH] [MOST]

Reads the true table and a published one where hidden counts are blank. Assumes the worst: readers know which hidden counts
are under 20. Prints how many of them can only take values less than WIDTH apart. Shares no code with `debouches`.
"""

import csv
import sys
from collections import defaultdict

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix


def read(path: str) -> dict[tuple[str, ...], str]:
    with open(path) as file:
        return {tuple(list(row.values())[:3]): row["nb_annee_term"] for row in csv.DictReader(file, delimiter=";")}


def main(truth_path: str, published_path: str, width: float, most: int) -> None:
    truth = {key: int(value) for key, value in read(truth_path).items()}
    published = read(published_path)
    hidden = [key for key in truth if published[key] == ""]
    place = {key: number for number, key in enumerate(hidden)}
    ties: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = []
    by_region, by_france, by_row = defaultdict(list), defaultdict(list), defaultdict(list)
    for key in truth:
        own, region, code = key
        if own != "TOTAL":
            by_region["TOTAL", region, code].append(key)
        elif region != "FR":
            by_france["TOTAL", "FR", code].append(key)
        if code != "TOTAL":
            by_row[own, region, "TOTAL"].append(key)
    for group in (by_region, by_france, by_row):
        ties += group.items()
    data, rows, columns, right = [], [], [], []
    for total, parts in ties:
        terms = [(total, -1), *((part, 1) for part in parts)]
        if any(key in place for key, _ in terms):
            right.append(-sum(by * truth[key] for key, by in terms if key not in place))
            for key, by in terms:
                if key in place:
                    data.append(by), rows.append(len(right) - 1), columns.append(place[key])
    matrix = csr_matrix((data, (rows, columns)), shape=(len(right), len(hidden)))
    bounds = [(1, 19) if truth[key] < 20 else (20, 10_000_000) for key in hidden]
    sensitive = [number for key, number in place.items() if truth[key] < 20]
    step = max(1, len(sensitive) // most) if most else 1
    looked = sensitive[::step]
    exact = narrow = 0
    for number in looked:
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(hidden))
            cost[number] = sign
            solved = linprog(cost, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
            ends.append(sign * solved.fun)
        spread = ends[1] - ends[0]
        exact += spread < 0.5
        narrow += 0.5 <= spread < width - 1e-6
    print(f"attack: {len(looked)} of {len(sensitive)} counts looked at, {exact} exact, {narrow} closer than {width:g}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 5.0, int(sys.argv[4]) if len(sys.argv) > 4 else 0)
