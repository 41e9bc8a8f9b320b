"""The comparisons of every table of a release before statsmodels: comparisons.py RELEASE_FOLDER…

For each measure `x` with `x_jugement`: the share of the other places, the gap, the test of two proportions, the correction of
Benjamini and Hochberg for each vintage, and the verdict are made again from the published cells; nothing stands on a hidden one.
Written apart from the pipeline.
"""

import json
import pathlib
import re
import sys

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

PLACES = {"comparaisons_regionales": ["code_region"], "comparaisons_superieur": ["etablissement", "id_paysage"]}


def refuse(message: str) -> None:
    sys.exit(f"refused: {message}")


judged = unknown = 0
for folder in map(pathlib.Path, sys.argv[1:]):
    for resource in json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        measures = [name.removesuffix("_jugement") for name in fields if name.endswith("_jugement")]
        if not measures:
            continue
        name = resource["name"]
        table = pd.read_parquet(folder / resource["parquet"]["path"])
        if table.empty:
            print(f"{name}: no row")
            continue
        keys = [key for key in resource["schema"]["primaryKey"] if key not in PLACES[name]]
        group = table[keys].astype("string").fillna("").agg("\x1f".join, axis=1)
        tested = 0
        for measure in measures:
            persons = re.search(r"pondérée par `(\w+)`", fields[f"{measure}_autres"]["description"]).group(1)
            share = table[measure].astype(float).where(table[f"{measure}_statut"] == "mesure")
            count = table[persons].astype(float).where(table[f"{persons}_statut"] == "mesure")
            both = share.notna() & count.notna()
            weighted = (share * count).where(both, 0.0)
            alone = count.where(both, 0.0)
            others_count = alone.groupby(group).transform("sum") - alone
            others = (weighted.groupby(group).transform("sum") - weighted) / others_count.where(others_count > 0)
            has = share.notna() & others.notna()
            made = {suffix: table[f"{measure}_{suffix}"] for suffix in ("autres", "autres_effectif", "ecart", "p", "jugement")}
            for suffix, column in made.items():
                if column[~has].notna().any():
                    refuse(f"{name}: {measure}_{suffix} stands on something hidden")
            if not has.any():
                continue
            for suffix, expected, precision in (
                ("autres", others, 0.0501),
                ("autres_effectif", others_count, 0.01),
                ("ecart", share - others, 0.0501),
            ):
                gap = (made[suffix][has].astype(float) - expected[has]).abs().max()
                if not gap <= precision:
                    refuse(f"{name}: {measure}_{suffix} is {gap} away")
            verdicts, p_values = pd.Series(pd.NA, index=table.index, dtype="object"), pd.Series(np.nan, index=table.index)
            for row in table.index[has]:
                n, m = count[row], others_count[row]
                if pd.isna(n):
                    verdicts[row] = "effectif_inconnu"
                    continue
                a, b = share[row] * n / 100, others[row] * m / 100
                pooled = (a + b) / (n + m)
                if min(n, m) * min(pooled, 1 - pooled) < 5 - 1e-9:
                    verdicts[row] = "effectif_faible"
                    continue
                p_values[row] = proportions_ztest([a, b], [n, m])[1]
            vintage = table[[key for key in ("millesime", "promo") if key in table][0]]
            for _, rows in p_values.dropna().groupby(vintage[p_values.notna()]):
                corrected = multipletests(rows.to_numpy(), alpha=0.05, method="fdr_bh")[1]
                off = np.abs(made["p"][rows.index].astype(float).to_numpy() - corrected).max()
                if not off <= 0.0000501:
                    refuse(f"{name}: {measure}_p is {off} from statsmodels")
                for row, p in zip(rows.index, corrected):
                    gap = share[row] - others[row]
                    verdicts[row] = "hasard_possible" if p > 0.05 or gap == 0 else "au_dessus" if gap > 0 else "en_dessous"
                tested += len(rows)
            wrong = (made["jugement"].astype("object").fillna("") != verdicts.fillna("")) & has
            # A p-value on the very edge may fall on either side of it.
            wrong &= ~((made["p"].astype(float) - 0.05).abs() < 1e-9)
            if wrong.any():
                row = wrong.idxmax()
                refuse(f"{name}: {measure}_jugement is {made['jugement'][row]}, not {verdicts[row]}: {table.loc[row, keys].to_dict()}")
            unknown += int((verdicts == "effectif_inconnu").sum())
        judged += tested
        print(f"{name}: {tested} gaps are those of statsmodels, none stands on a hidden value")
print(f"{judged} gaps judged, {unknown} told as unknown")
