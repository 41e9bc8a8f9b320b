//! Every real file that is beside the project is read with its exact number of records, or refused for a reason that is right.
//! Former generations are in `generations`. The absence of the folder is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::harness::{PipelineTest, real_data};

/// A file, the table it fills, its records (as the README of the folder counts them), and how many of them are refused.
type File = (&'static str, &'static str, i64, i64);

const FILES: &[File] = &[
    (
        "bcn/famille_metiers_orion.csv",
        "orion_famille_metiers",
        90,
        0,
    ),
    (
        "bcn/n_categorie_specialite.csv",
        "bcn_categorie_specialite",
        5,
        0,
    ),
    (
        "bcn/n_dispositif_formation.csv",
        "bcn_dispositif_formation",
        181,
        0,
    ),
    (
        "bcn/n_domaine_specialite.csv",
        "bcn_domaine_specialite",
        22,
        0,
    ),
    (
        "bcn/n_famille_metier_spec_pro.csv",
        "bcn_famille_metier",
        20,
        0,
    ),
    (
        "bcn/n_formation_diplome.csv.gz",
        "bcn_n_formation_diplome",
        4_023,
        0,
    ),
    ("bcn/n_groupe_formation.csv", "bcn_groupe_formation", 29, 0),
    (
        "bcn/n_groupe_specialite.csv",
        "bcn_groupe_specialite",
        115,
        0,
    ),
    (
        "bcn/n_lien_formation_groupe.csv",
        "bcn_lien_formation_groupe",
        148,
        0,
    ),
    (
        "bcn/n_lien_mef_famille_metier.csv",
        "bcn_lien_mef_famille_metier",
        275,
        0,
    ),
    ("bcn/n_mef.csv.gz", "bcn_mef", 10_067, 0),
    (
        "bcn/n_niveau_formation_diplome.csv",
        "bcn_niveau_formation_diplome",
        212,
        0,
    ),
    (
        "bcn/n_type_diplome_sise.csv",
        "bcn_type_diplome_sise",
        232,
        0,
    ),
    (
        "bcn/n_type_groupe_formation.csv",
        "bcn_type_groupe_formation",
        3,
        0,
    ),
    ("bcn/options_bts_orion.csv", "orion_options_bts", 17, 0),
    (
        "bcn/v_formation_diplome.csv.gz",
        "bcn_formation_diplome",
        11_261,
        0,
    ),
    (
        "etablissements/acce_etablissements_extrait.csv",
        "acce_etablissement",
        1,
        0,
    ),
    (
        "etablissements/fr-esr-principaux-etablissements-enseignement-superieur.csv.gz",
        "paysage_etablissement",
        245,
        0,
    ),
    ("etablissements/lycees_ips.csv.gz", "lycee_ips", 21_777, 0),
    (
        "inserjeunes/fr-en-inserjeunes-cfa.csv.gz",
        "ij_cfa_etablissement",
        11_314,
        0,
    ),
    (
        "inserjeunes/ij_region_2019_2022_diffusable.csv.gz",
        "ij_regional",
        29_410,
        0,
    ),
    (
        "insersup/fr-esr-insersup_2026_S1_extrait.csv",
        "insersup",
        10,
        0,
    ),
    (
        "insertion_master/fr-esr-insertion_professionnelle-master.csv.gz",
        "insertion_master",
        15_721,
        0,
    ),
    (
        "metiers/Kit_apprentissage_20231218.csv.gz",
        "kit_apprentissage",
        5_707,
        0,
    ),
    ("metiers/certif_info.csv.gz", "certif_info", 10_067, 0),
    ("metiers/fap225_rome.csv", "fap_rome", 765, 0),
    (
        "metiers/rome_appellations_orion.csv.gz",
        "rome_appellation",
        11_522,
        0,
    ),
    (
        "metiers/rome_domaine_professionnel.csv",
        "rome_domaine",
        110,
        0,
    ),
    (
        "metiers/unix_referentiel_code_rome_v460_utf8.csv",
        "rome",
        1_584,
        0,
    ),
    (
        "offre/affelnet_attractivite_capacite_2022.csv.gz",
        "affelnet_offre",
        19_641,
        0,
    ),
    (
        "offre/parcoursup_bts_attractivite_capacite_2023.csv.gz",
        "parcoursup_offre_bts",
        12_971,
        12,
    ),
    (
        "territoires/chomage_departemental_insee.csv",
        "chomage_departement",
        500,
        0,
    ),
    (
        "territoires/chomage_regional_insee.csv",
        "chomage_region",
        68,
        0,
    ),
    (
        "territoires/cog_2026_arrondissements.csv",
        "cog_arrondissement",
        333,
        0,
    ),
    (
        "territoires/cog_2026_collectivites-outremer.csv",
        "cog_collectivite_outremer",
        94,
        0,
    ),
    (
        "territoires/cog_2026_communes.csv.gz",
        "cog_commune",
        37_496,
        0,
    ),
    (
        "territoires/cog_2026_departements.csv",
        "cog_departement",
        101,
        0,
    ),
    (
        "territoires/cog_2026_mouvements-communes.csv.gz",
        "cog_mouvement_commune",
        13_734,
        0,
    ),
    ("territoires/cog_2026_regions.csv", "cog_region", 18, 0),
    (
        "territoires/departements_academies_regions.csv",
        "departement_academie_region",
        122,
        0,
    ),
];

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn every_real_file_is_read_with_its_exact_number_of_records_with_real_files() {
    let folder = real_data();
    // A table has one source: files that fill the same table are read by several pipelines.
    let mut rounds: Vec<Vec<&File>> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for file in FILES {
        let round = seen.entry(file.1).or_default();
        if rounds.len() <= *round {
            rounds.push(Vec::new());
        }
        rounds[*round].push(file);
        *round += 1;
    }
    let mut wrong = Vec::new();
    for round in rounds {
        let mut config = String::new();
        for (file, table, ..) in &round {
            let (id, url) = (table.replace('_', "-"), folder.join(file));
            let url = url.display();
            write!(
                config,
                "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = \"{url}\"\ntable = \"{table}\"\n"
            )
            .unwrap();
        }
        let test = PipelineTest::with_config(&config);
        let ran = test.run(&["run", "--to", "validate", "--json"]).json();
        for (file, table, received, refused) in round {
            let steps = ran["steps"].as_array().unwrap();
            let step = steps
                .iter()
                .find(|step| step["stage"] == "validate" && step["subject"] == *table);
            let report = step.map_or(&serde_json::Value::Null, |step| &step["report"]);
            let rows = &report["rows"];
            let accepted = report["verdict"] == "accepted";
            if !accepted
                || rows["received"].as_i64() != Some(*received)
                || rows["refused"].as_i64() != Some(*refused)
            {
                wrong.push(format!(
                    "{file}: {}",
                    step.map_or_else(|| "no step".to_owned(), ToString::to_string)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
