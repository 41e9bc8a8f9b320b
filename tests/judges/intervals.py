"""The intervals of every table of a release before statsmodels: intervals.py RELEASE_FOLDER…

Each `x_ic_bas`, `x_ic_haut` is the interval of Wilson at 95 % of `x` on the number of persons that the dictionary names, to a tenth
of a point; there is none beside a hidden value, and none on a hidden number of persons.
"""

import json
import pathlib
import re
import sys

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

seen = 0
for folder in map(pathlib.Path, sys.argv[1:]):
    for resource in json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        lows = [name for name in fields if name.endswith("_ic_bas")]
        if not lows:
            continue
        table = pd.read_parquet(folder / resource["parquet"]["path"])
        checked = 0
        for low in lows:
            rate, high = low.removesuffix("_ic_bas"), low.replace("_ic_bas", "_ic_haut")
            persons = re.search(r"l'effectif `(\w+)`", fields[low]["description"]).group(1)
            shown = (table[f"{rate}_statut"] == "mesure") & (table[f"{persons}_statut"] == "mesure") & (table[persons] > 0)
            if table.loc[~shown, [low, high]].notna().any().any():
                sys.exit(f"refused: {resource['name']}: {low} stands on something hidden")
            if not shown.any():
                continue
            count, rates = table.loc[shown, persons].astype(float), table.loc[shown, rate].astype(float)
            below, above = proportion_confint(rates * count / 100, count, alpha=0.05, method="wilson")
            for name, expected in ((low, below), (high, above)):
                gap = (table.loc[shown, name] - 100 * expected).abs().max()
                if not gap <= 0.0501:
                    sys.exit(f"refused: {resource['name']}: {name} is {gap} points from statsmodels")
            checked += int(shown.sum())
        seen += checked
        print(f"{resource['name']}: {checked} intervals are those of statsmodels, none stands on a hidden value")
print(f"{seen} intervals")
