"""Five questions of readers, each answered by one query of at most ten lines on published files: questions.py PACKAGE_FOLDER

PACKAGE_FOLDER holds a folder for each dataset, with its versions. Exits with 1 when a question has no answer.
"""

import pathlib
import sys

import duckdb

QUESTIONS = {
    "Quels CAP d'une région ont le meilleur taux d'emploi, par millésime ?": """
SELECT region_nom, millesime, formation_libelle, voie, taux_emploi_6_mois, taux_emploi_6_mois_ic_bas, taux_emploi_6_mois_ic_haut
FROM '{insertion-regions}/ij_regional.parquet'
WHERE diplome_type = 'CAP' AND taux_emploi_6_mois_statut = 'mesure'
QUALIFY row_number() OVER (PARTITION BY region_cog, millesime ORDER BY taux_emploi_6_mois DESC) <= 3
ORDER BY region_nom, millesime, taux_emploi_6_mois DESC""",
    "Que montre un établissement ?": """
SELECT millesime, etablissement_libelle, voie, formation_libelle, taux_emploi_6_mois, taux_emploi_6_mois_statut, donnee_origine
FROM '{insertion-formations}/donnees_liees_etablissements.parquet'
JOIN (SELECT uai FROM '{insertion-formations}/ij_lycee_formation.parquet' ORDER BY uai LIMIT 1) USING (uai)
WHERE donnee_origine = 'directe'
ORDER BY millesime, formation_libelle""",
    "Que devient un BTS d'un millésime et d'un producteur à l'autre ?": """
SELECT formation_code, formation_libelle, voie, millesime, region_nom, taux_emploi_6_mois, taux_emploi_12_mois
FROM '{insertion-regions}/ij_regional.parquet'
WHERE diplome_type = 'BTS' AND taux_emploi_6_mois_statut = 'mesure'
ORDER BY formation_code, region_nom, millesime""",
    "Quels masters de chaque région, avec leur taux d'emploi salarié à 12 mois ?": """
SELECT region_nom, millesime, etablissement_libelle, formation_libelle, tx_sortants_en_emploi_sal_fr_12
FROM '{insertion-superieur}/insersup_ensemble.parquet'
WHERE diplome_type IN ('MASTER', 'MASTER_MEEF', 'LICENCE', 'BUT') AND region_cog IS NOT NULL
ORDER BY region_nom, millesime, tx_sortants_en_emploi_sal_fr_12 DESC NULLS LAST""",
    "À quels métiers mène un diplôme ?": """
SELECT formation_code, formation_libelle, diplome_type_libelle, unnest(rome_codes) AS rome_code, unnest(rome_libelles) AS metier
FROM '{referentiels-formations}/referentiel_diplomes.parquet'
WHERE formation_code_type = 'cfd' AND rome_codes IS NOT NULL
ORDER BY formation_code""",
}


def main():
    root = pathlib.Path(sys.argv[1])
    newest = {
        dataset.name: max(dataset.iterdir(), key=lambda version: [int(part) for part in version.name.split(".")])
        for dataset in root.iterdir()
        if dataset.is_dir()
    }
    connection = duckdb.connect()
    for question, query in QUESTIONS.items():
        lines = query.strip().splitlines()
        if len(lines) > 10:
            sys.exit(f"refused: {question}: {len(lines)} lines")
        for name, folder in newest.items():
            query = query.replace("{" + name + "}", str(folder))
        found = connection.execute(query)
        names = [column[0] for column in found.description]
        rows = found.fetchall()
        if not rows:
            sys.exit(f"refused: {question}: no answer")
        print(f"{question} {len(rows)} rows, in {len(lines)} lines")
        for row in rows[:3]:
            print("   ", dict(zip(names, row)))


main()
