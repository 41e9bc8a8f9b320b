//! An ordinary year: a vintage more, an edition more, cells filled at last. Nobody waives anything, and the numbers and the changelog
//! of versions say what happened.

use std::path::PathBuf;

use crate::harness::{PipelineTest, fixture, real_data};

/// The sample, with a file of its own that the test rewrites.
struct Sample {
    test: PipelineTest,
    file: PathBuf,
}

impl Sample {
    fn published(source: &str) -> Self {
        Self::published_after(source, str::to_owned)
    }

    /// Published once, the file changed before.
    fn published_after(source: &str, change: impl Fn(&str) -> String) -> Self {
        let test = PipelineTest::sample();
        let original = fixture("sources").join(source);
        let file = test.path(original.file_name().unwrap().to_str().unwrap());
        let text = std::fs::read_to_string(&original).unwrap();
        std::fs::write(&file, change(&text)).unwrap();
        let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
        let config = config.replace(&original.display().to_string(), &file.display().to_string());
        std::fs::write(test.path("pipeline.toml"), config).unwrap();
        test.run(&["run"]).expect_exit(0);
        Self { test, file }
    }

    fn rewrite(&self, change: impl Fn(&str) -> String) {
        let text = std::fs::read_to_string(&self.file).unwrap();
        std::fs::write(&self.file, change(&text)).unwrap();
    }

    fn changelog(&self, dataset: &str, version: &str) -> String {
        let path = format!("state/package/{dataset}/{version}/CHANGELOG.md");
        let text = std::fs::read_to_string(self.test.path(&path)).unwrap();
        // The newest version is told first.
        let mut parts = text.splitn(3, "\n## ");
        parts.nth(1).unwrap().to_owned()
    }
}

#[test]
fn a_new_vintage_needs_no_waiver_and_no_state_column_counts_as_a_lost_vintage() {
    let sample = Sample::published("ij-cfa/fr-en-inserjeunes-cfa.csv");
    // The newest cumul comes out again under the next name.
    sample.rewrite(|text| {
        let newest = "cumul 2023-2024;";
        let more: String = text
            .split_inclusive('\n')
            // A name between quotes may go on in the next line.
            .filter(|line| line.starts_with(newest) && !line.contains('"'))
            .map(|line| line.replacen(newest, "cumul 2024-2025;", 1))
            .collect();
        assert!(!more.is_empty());
        format!("{text}{more}")
    });
    let ran = sample.test.run(&["run", "--json"]).expect_exit(0);
    let document = ran.json();
    let version = |dataset: &str| {
        let lines = document["datasets"].as_array().unwrap();
        let line = lines.iter().find(|line| line["dataset"] == dataset);
        line.unwrap()["version"].as_str().unwrap().to_owned()
    };
    assert_eq!(version("insertion-etablissements"), "1.1.0");
    // The last vintage of each establishment moved: no vintage is lost there and no row is modified by it. Two scopes have no diploma
    // any more: rows are gone, never a minor version.
    assert_eq!(version("couverture-insertion"), "2.0.0");
    let changelog = sample.changelog("couverture-insertion", "2.0.0");
    assert!(
        changelog
            .contains("`couverture_etablissements` : autre édition, colonne `dernier_millesime`")
            && changelog.contains("`perimetres` : 0 ligne ajoutée, 2 retirées")
            && !changelog.contains("millésime de moins")
            && !changelog.contains("101 lignes déjà publiées sont modifiées"),
        "{changelog}"
    );
    let changelog = sample.changelog("insertion-etablissements", "1.1.0");
    assert!(
        changelog.contains("1 millésime de plus : `cumul 2024-2025`")
            && !changelog.contains("révisée")
            && !changelog.contains("lignes déjà publiées"),
        "{changelog}"
    );
}

#[test]
fn another_edition_of_a_nomenclature_is_named_and_modifies_no_row() {
    let sample = Sample::published("metiers/certif_info.csv");
    let path = sample.test.path("pipeline.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let (head, tail) = config.split_once("id = \"certif-info\"").unwrap();
    let (block, rest) = tail.split_once("\n[[source]]").unwrap();
    let edition: Vec<&str> = block
        .lines()
        .filter(|line| line.starts_with("version = "))
        .collect();
    assert_eq!(edition.len(), 1, "{block}");
    let block = block.replace(edition[0], "version = \"édition suivante\"");
    let changed = format!("{head}id = \"certif-info\"{block}\n[[source]]{rest}");
    std::fs::write(&path, changed).unwrap();
    // One line of the nomenclature is read in another order of words, so that the table itself moved.
    sample.rewrite(|text| {
        let mut lines: Vec<&str> = text.lines().collect();
        let last = lines.len() - 1;
        lines.swap(last, last - 1);
        lines.join("\n") + "\n"
    });
    sample.test.run(&["run"]).expect_exit(0);
    let changelog = sample.changelog("insertion-formations", "1.0.1");
    assert!(
        changelog.contains("autre édition, colonne `rome_version`")
            && changelog.contains("édition suivante")
            && !changelog.contains("sont modifiées"),
        "{changelog}"
    );
}

#[test]
fn cells_filled_at_last_are_not_told_as_revised() {
    let source = "inserjeunes/cfa-formation-fine.csv";
    // The first training followed to its twenty-fourth month is not, yet, in the first delivery.
    let sample = Sample::published_after(source, |text| {
        let mut emptied = false;
        let lines = text.split('\n').enumerate().map(|(place, line)| {
            let mut cells: Vec<&str> = line.trim_end_matches('\r').split(';').collect();
            let is_followed =
                place > 0 && cells.len() == 17 && cells[13..].iter().all(|cell| !cell.is_empty());
            if !emptied && is_followed {
                cells[16] = "";
                emptied = true;
            }
            cells.join(";")
        });
        let lines: Vec<String> = lines.collect();
        assert!(emptied, "no cell to empty");
        lines.join("\n")
    });
    std::fs::copy(fixture("sources").join(source), &sample.file).unwrap();
    sample.test.run(&["run"]).expect_exit(0);
    let changelog = sample.changelog("insertion-formations", "1.0.1");
    assert!(
        changelog.contains("1 cellule désormais renseignée") && !changelog.contains("révisée"),
        "{changelog}"
    );
}

#[test]
fn a_true_revision_of_the_producer_goes_out_as_a_correction() {
    // One establishment: its three shares are revised by a point, and still make a hundred.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cfa.csv");
    let heading = std::fs::read_to_string(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv"))
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let deliver = |continuing: u32, employed: u32, other: u32, rate: u32| {
        let added = i64::from(rate) - 61;
        let row = format!(
            "cumul 2022-2023;0019974L;CFA d'essai 074;AUVERGNE-RHONE-ALPES;{continuing}.0;{employed}.0;{other}.0;;{continuing}.0;{rate}.0;61.0;{added}.0;79.0;;;1.0"
        );
        std::fs::write(&file, format!("{heading}\r\n{row}\r\n")).unwrap();
    };
    deliver(77, 14, 9, 61);
    let test = PipelineTest::one_table("ij_cfa_etablissement", &file);
    test.run(&["run"]).expect_exit(0);
    deliver(78, 14, 8, 64);
    test.run(&["run"]).expect_exit(0);
    let changelog =
        std::fs::read_to_string(test.path("state/package/tested/1.0.1/CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains("`part_en_poursuite_d_etudes` : 1 cellule révisée, +1 point"),
        "{changelog}"
    );
}

/// The export of the portal as it was in the year of a cumul, with or without the correction of fifty rows of an earlier one.
fn real_export(whole: &str, last: &str, is_revised: bool) -> String {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(whole.trim_start_matches('\u{feff}').as_bytes());
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer(Vec::new());
    let header = reader.headers().unwrap().clone();
    writer.write_record(&header).unwrap();
    let at = |name: &str| header.iter().position(|heading| heading == name).unwrap();
    let [employed, other, rate, added] = [
        "DEVENIR Part en emploi 6 mois",
        "DEVENIR Part autre situation 6 mois",
        "Taux emploi 6 mois",
        "VA emploi 6 mois",
    ]
    .map(at);
    let mut revised = 0;
    for record in reader.records() {
        let mut cells: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
        if cells[0].as_str() > last {
            continue;
        }
        let number = |index: usize| cells[index].parse::<f64>().ok();
        // A point from one share to the other, and the rate and its added value follow.
        if let (true, "cumul 2020-2021", 0..50, Some(share), Some(rest), Some(percent), Some(value)) = (
            is_revised,
            cells[0].as_str(),
            revised,
            number(employed),
            number(other),
            number(rate),
            number(added),
        ) && rest >= 1.0
            && percent < 99.0
            && value < 11.0
        {
            for (index, value) in [
                (employed, share + 1.0),
                (other, rest - 1.0),
                (rate, percent + 1.0),
                (added, value + 1.0),
            ] {
                cells[index] = format!("{value:.1}");
            }
            revised += 1;
        }
        writer.write_record(&cells).unwrap();
    }
    assert_eq!(revised, if is_revised { 50 } else { 0 });
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
#[ignore = "needs the real files: DEBOUCHES_DATA names their folder"]
fn a_revision_of_fifty_rows_then_a_vintage_pass_without_waiver_with_real_files() {
    let packed =
        std::fs::File::open(real_data().join("inserjeunes/fr-en-inserjeunes-cfa.csv.gz")).unwrap();
    let whole = std::io::read_to_string(flate2::read::MultiGzDecoder::new(packed)).unwrap();
    let test = PipelineTest::one_table("ij_cfa_etablissement", std::path::Path::new("cfa.csv"));
    for (last, is_revised, version) in [
        ("cumul 2021-2022", false, "1.0.0"),
        ("cumul 2021-2022", true, "1.0.1"),
        ("cumul 2022-2023", true, "1.1.0"),
    ] {
        std::fs::write(test.path("cfa.csv"), real_export(&whole, last, is_revised)).unwrap();
        test.run(&["run", "-q"]).expect_exit(0);
        let live = test.practice_portal();
        assert_eq!(live["datasets"][0]["extras"]["debouches:version"], version);
    }
    let changelog =
        std::fs::read_to_string(test.path("state/package/tested/1.1.0/CHANGELOG.md")).unwrap();
    let expected = "## 1.1.0

- `ij_cfa_etablissement` : 1 millésime de plus : `cumul 2022-2023`.
- `ij_cfa_etablissement` : 2527 lignes ajoutées, 0 retirée (8556 au lieu de 6029).

## 1.0.1

- `ij_cfa_etablissement` : 50 lignes déjà publiées sont modifiées, 5979 inchangées.
- `ij_cfa_etablissement`.`part_en_emploi_6_mois_apres_la_sortie` : 50 cellules révisées, +1 point en moyenne, au plus +1.
";
    assert!(changelog.contains(expected), "{changelog}");
}
