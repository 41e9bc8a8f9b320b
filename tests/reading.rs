//! Files as producers and their tools damage them: what is read all the same, what is set aside, what is refused, and how it
//! is told. Each case is an accident that real files had.

use std::path::Path;

use serde_json::Value;

use crate::harness::{PipelineTest, fixture, records};

/// A body, written to a folder of its own, as the CFA table.
fn deliver(name: &str, body: &[u8]) -> (PipelineTest, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, body).unwrap();
    (
        PipelineTest::one_table("ij_cfa_etablissement", &file),
        folder,
    )
}

/// The text of the sample file of CFA, without its mark.
fn cfa() -> String {
    let bytes = std::fs::read(fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")).unwrap();
    String::from_utf8(bytes)
        .unwrap()
        .trim_start_matches('\u{feff}')
        .to_owned()
}

fn report(test: &PipelineTest, folder: &str) -> Value {
    let file = test.state_file(&format!("{folder}/ij_cfa_etablissement"), "report.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn findings(test: &PipelineTest, folder: &str) -> String {
    let file = test.state_file(&format!("{folder}/ij_cfa_etablissement"), "findings.csv");
    std::fs::read_to_string(file).unwrap()
}

/// A delivery that is accepted; gives its report.
fn accepted(name: &str, body: &[u8]) -> Value {
    let (test, _folder) = deliver(name, body);
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    report(&test, "validate")
}

/// A delivery that validation refuses for that rule.
fn refused(body: &[u8], code: &str) {
    let (test, _folder) = deliver("in.csv", body);
    test.run(&["run", "--to", "validate"])
        .expect_exit(3)
        .expect_told(&format!("[{code}]"));
}

/// Rows of the file as it stands that are kept.
fn rows() -> i64 {
    kept(&accepted("in.csv", cfa().as_bytes()))
}

fn kept(report: &Value) -> i64 {
    report["rows"]["kept"].as_i64().unwrap()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn what_spreadsheets_and_transfers_add_is_passed_over_and_noted() {
    let text = cfa();
    let each_line = |end: &str| text.replace("\r\n", &format!("{end}\r\n"));
    let (header, rest) = text.split_once("\r\n").unwrap();
    let decomposed = header.replace('é', "e\u{301}").replace(' ', "\u{a0}");
    let cases: [(&str, Vec<u8>, &str, &str); 11] = [
        (
            "a separator at the end of every line",
            each_line(";").into(),
            "columns_not_read",
            "2",
        ),
        (
            "empty columns at the right",
            each_line(";;;").into(),
            "columns_not_read",
            "4",
        ),
        (
            "blank rows",
            format!("{text}{}\r\n{0}\r\n", ";".repeat(15)).into(),
            "blank_rows",
            "1",
        ),
        (
            "wide rows",
            format!("{header}\r\n{}", rest.replace("\r\n", ";;\r\n")).into(),
            "shape",
            "ods_libelles",
        ),
        (
            "an end mark",
            format!("{text}\u{1a}").into(),
            "padding_bytes",
            "1",
        ),
        (
            "a line that names the separator",
            format!("sep=;\r\n{text}").into(),
            "separator_line",
            "1",
        ),
        (
            "lines of title",
            format!("Insertion;;\r\nsource : DEPP\r\n{text}").into(),
            "header_line",
            "3",
        ),
        (
            "other blanks and accents in headings",
            format!(" {decomposed}\u{200b}\r\n{rest}").into(),
            "shape",
            "ods_libelles",
        ),
        (
            "capitals",
            format!("{}\r\n{rest}", header.to_uppercase()).into(),
            "shape",
            "ods_libelles",
        ),
        (
            "UTF-16 with its mark",
            utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
            "encoding",
            "utf-16le",
        ),
        (
            "UTF-16 without its mark",
            utf16(&text, u16::to_be_bytes),
            "encoding",
            "utf-16be",
        ),
    ];
    for (what, body, note, value) in cases {
        let report = accepted("in.csv", &body);
        assert_eq!(kept(&report), rows(), "{what}");
        if note != "blank_rows" {
            assert_eq!(report["notes"][note], value, "{what}: {}", report["notes"]);
        } else {
            assert!(report["notes"][note].is_string(), "{what}");
        }
    }
}

#[test]
fn a_bad_cell_costs_a_cell_and_half_a_file_is_refused() {
    let text = cfa();
    let name = "CFA d'essai";
    // One name in another encoding: the name goes, the row stays.
    let mut body = text.clone().into_bytes();
    let at = text.find(name).unwrap();
    body.splice(at..at + 3, *b"Lyc\xE9e");
    let (test, _folder) = deliver("in.csv", &body);
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    assert_eq!(kept(&report(&test, "validate")), rows());
    assert!(findings(&test, "validate").contains("undecodable-bytes"));
    // An HTML entity ends in the separator: it is one cell all the same.
    for damage in [
        "Lyc&eacute;e",
        "pr&#233;pa &amp; BTS",
        "Lyc\u{fffd}e",
        "LycÃ©e",
        "Lyc?e",
        "Lyc\u{7}e",
        "Lyc\u{202e}e",
    ] {
        refused(text.replace(name, damage).as_bytes(), "damaged-text");
        let once = text.replacen(name, damage, 1);
        let (test, _folder) = deliver("in.csv", once.as_bytes());
        test.run(&["run", "--to", "validate"]).expect_exit(0);
        assert_eq!(kept(&report(&test, "validate")), rows(), "{damage}");
        let findings = findings(&test, "validate");
        assert!(findings.contains("damaged-text"), "{damage}: {findings}");
        assert!(
            !findings.contains('\u{202e}') && !findings.contains('\u{7}'),
            "{damage}"
        );
    }
}

/// Tests the same table in other writings: all its rows are kept, and the way it was read is noted.
#[test]
fn other_writings_of_the_same_table_give_the_same_rows() {
    let text = cfa();
    let accented = text.replace("CFA d'essai", "Établissement préparé à l'été");
    let cp850: Vec<u8> = accented
        .chars()
        .map(|c| match c {
            'É' => 0x90,
            'é' => 0x82,
            'à' => 0x85,
            ascii => u8::try_from(ascii).unwrap(),
        })
        .collect();
    let bytes = accepted("in.csv", &cp850);
    assert_eq!(bytes["notes"]["encoding"], "cp850");
    assert_eq!(kept(&bytes), rows());

    let (header, rest) = text.split_once("\r\n").unwrap();
    let unaccented = header.replace('é', "e").replace(' ', "_").to_lowercase();
    let codes = |line: &str, change: fn(&str) -> String| {
        let mut cells: Vec<String> = line.split(';').map(str::to_owned).collect();
        cells[1] = change(&cells[1]);
        cells.join(";")
    };
    let every = |change: fn(&str) -> String| {
        let records = records(rest);
        let lines: Vec<String> = records.iter().map(|line| codes(line, change)).collect();
        format!("{header}\r\n{}\r\n", lines.join("\r\n"))
    };
    let (first, second) = rest.split_at(rest.match_indices("\r\n").nth(99).unwrap().0 + 2);
    let cases: [(&str, String); 13] = [
        (
            "headings without accents",
            format!("{unaccented}\r\n{rest}"),
        ),
        ("line ends of old machines", text.replace("\r\n", "\r")),
        (
            "a separator at the end of the header alone",
            format!("{header};;\r\n{rest}"),
        ),
        ("two marks", format!("\u{feff}\u{feff}{text}")),
        (
            "a mark in the middle",
            format!("{header}\r\n{first}\u{feff}{second}"),
        ),
        ("formulas of texts", every(|code| format!("=\"{code}\""))),
        ("apostrophes before codes", every(|code| format!("'{code}"))),
        ("lower case", every(str::to_lowercase)),
        (
            "near spellings of vintages",
            text.replace("cumul 20", "Cumul  20"),
        ),
        ("vintages with a bar", text.replace("-20", "/20")),
        (
            "other case of a list",
            text.replace(";NORMANDIE;", ";Normandie;"),
        ),
        (
            "accents of a list",
            text.replace("ILE-DE-FRANCE", "Île de France"),
        ),
        ("blank last lines", format!("{text}\r\n \r\n;;;\r\n")),
    ];
    let expected = published(text.as_bytes());
    for (what, body) in cases {
        assert_ne!(body, text, "{what}");
        assert_eq!(published(body.as_bytes()), expected, "{what}");
    }
}

/// The bytes of the checked table that a delivery gives.
fn published(body: &[u8]) -> String {
    let (test, _folder) = deliver("in.csv", body);
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let mut csv = (releases.into_iter())
        .filter(|(path, _)| path.ends_with("/ij_cfa_etablissement.csv"))
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap());
    csv.next().unwrap()
}

#[test]
fn an_undeclared_marker_costs_its_cell_and_a_nonsense_its_row() {
    let text = cfa();
    let (header, rest) = text.split_once("\r\n").unwrap();
    let with = |cell: usize, value: &str| {
        let mut lines: Vec<String> = rest.lines().map(str::to_owned).collect();
        let mut cells: Vec<&str> = lines[0].split(';').collect();
        cells[cell] = value;
        lines[0] = cells.join(";");
        format!("{header}\r\n{}\r\n", lines.join("\r\n")).into_bytes()
    };
    for marker in ["n.c.", "NS", "*", "NULL", "–", "#N/A", "<5"] {
        let (test, _folder) = deliver("in.csv", &with(9, marker));
        test.run(&["run", "--to", "validate"]).expect_exit(0);
        assert_eq!(kept(&report(&test, "validate")), rows(), "{marker}");
        let findings = findings(&test, "validate");
        assert!(findings.contains("unknown-marker"), "{marker}: {findings}");
    }
    for (cell, value, code) in [
        (9, "12,5 %", "not-a-number"),
        (9, "#DIV/0!", "not-a-number"),
        (9, "75*", "not-a-number"),
        (9, "1 234", "out-of-bounds"),
        (0, "cumul 2022-2032", "malformed-code"),
        (0, "2023", "malformed-code"),
        (3, "ATLANTIDE", "not-in-domain"),
    ] {
        let (test, _folder) = deliver("in.csv", &with(cell, value));
        test.run(&["run", "--to", "validate"]).expect_exit(0);
        assert_eq!(kept(&report(&test, "validate")), rows() - 1, "{value}");
        let findings = findings(&test, "validate");
        assert!(
            findings.contains(&format!("{code};error;\"in.csv\";2;")),
            "{value}: {findings}"
        );
    }
}

#[test]
fn a_quote_that_swallows_rows_is_told_and_nothing_is_lost_in_silence() {
    let text = cfa();
    let (header, rest) = text.split_once("\r\n").unwrap();
    // The next quote of the file closes it, twenty lines below: the record has another width than the header.
    let quoted = rest.lines().position(|line| line.contains('"')).unwrap();
    let mut lines: Vec<String> = rest.lines().map(str::to_owned).collect();
    lines[quoted - 5] = lines[quoted - 5].replacen("CFA", "\"CFA", 1);
    let body = format!("{header}\r\n{}\r\n", lines.join("\r\n"));
    refused(body.as_bytes(), "unclosed-quote");
    // A zero in a text costs its cell, not the file.
    let zero = text.replacen("CFA", "C\0A", 1);
    let (test, _folder) = deliver("in.csv", zero.as_bytes());
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    assert_eq!(kept(&report(&test, "validate")), rows());
    assert!(findings(&test, "validate").contains("damaged-text"));
}

#[test]
fn pages_of_errors_and_cut_archives_are_refused_by_what_they_are() {
    use std::io::Write as _;

    let text = cfa();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    for (body, message) in [
        (
            b"<!DOCTYPE html><title>Maintenance</title>".to_vec(),
            "not CSV or JSON",
        ),
        (
            b"\n <h1>503 Service Unavailable</h1>".to_vec(),
            "not CSV or JSON",
        ),
        (
            br#"{"message": "Not found", "status": 404}"#.to_vec(),
            "[unreadable-body]",
        ),
        (
            br#"{"total_count": 0, "results": []}"#.to_vec(),
            "[empty-file]",
        ),
        (b"Service Unavailable\n".to_vec(), "[unknown-header]"),
        (gzip[..gzip.len() / 2].to_vec(), "is damaged"),
        (
            text.as_bytes()[..text.len() / 2].to_vec(),
            "[truncated-last-line]",
        ),
        (
            text.split_once("\r\n").unwrap().0.as_bytes().to_vec(),
            "[empty-file]",
        ),
        (Vec::new(), "is empty"),
    ] {
        let (test, _folder) = deliver("in.csv", &body);
        test.run(&["run", "--to", "validate"])
            .expect_exit(3)
            .expect_told(message);
    }
}

#[test]
fn a_row_set_aside_is_kept_as_received_and_a_budget_can_be_decided() {
    let text = cfa();
    let (header, rest) = text.split_once("\r\n").unwrap();
    let mut lines: Vec<String> = rest.lines().map(str::to_owned).collect();
    let spoil = |line: &mut String| {
        let mut cells: Vec<&str> = line.split(';').collect();
        cells[3] = "ATLANTIDE";
        *line = cells.join(";");
    };
    lines.iter_mut().take(4).for_each(spoil);
    let body = format!("{header}\r\n{}\r\n=1+1\r\n", lines.join("\r\n"));
    let (test, _folder) = deliver("in.csv", body.as_bytes());
    // Five rows of some three hundred: more than the usual budget.
    test.run(&["run", "--to", "validate"]).expect_exit(3);
    let decided = "[quarantine.ij_cfa_etablissement]\nrows = 6\nreason = \"région inconnue, signalée au producteur\"";
    let test = test.with(decided);
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    let report = report(&test, "validate");
    // The file has one of its own.
    assert_eq!(report["rows"]["refused"], 6);
    assert_eq!(
        report["notes"]["quarantine_reason"],
        "région inconnue, signalée au producteur"
    );
    assert!(
        report["notes"]["keys_set_aside"]
            .as_str()
            .unwrap()
            .contains("uai=")
    );
    let file = test.state_file("validate/ij_cfa_etablissement", "refused_rows.csv");
    let refused = std::fs::read_to_string(file).unwrap();
    assert!(
        refused.contains(&format!("2;not-in-domain (region);{}", lines[0])),
        "{refused}"
    );
    assert!(refused.contains("ragged-row;'=1+1"), "{refused}");
}

#[test]
fn half_a_file_never_passes_whatever_is_decided() {
    let text = cfa();
    let (header, rest) = text.split_once("\r\n").unwrap();
    let spoiled: Vec<String> = rest
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let mut cells: Vec<&str> = line.split(';').collect();
            if index % 2 == 0 && cells.len() > 3 {
                cells[3] = "ATLANTIDE";
            }
            cells.join(";")
        })
        .collect();
    let body = format!("{header}\r\n{}\r\n", spoiled.join("\r\n"));
    let (test, _folder) = deliver("in.csv", body.as_bytes());
    let test = test
        .with("[quarantine.ij_cfa_etablissement]\nrows = 100000\nshare = 0.49\nreason = \"essai\"");
    test.run(&["run", "--to", "validate"]).expect_exit(3);
    let (test, _folder) = deliver("in.csv", text.as_bytes());
    let test = test.with("[quarantine.ij_cfa_etablissement]\nshare = 0.5\nreason = \" \"\n[quarantine.nulle_part]\nreason = \"essai\"");
    test.run(&["check"])
        .expect_exit(2)
        .expect_told("half a file never passes")
        .expect_told("a reason is expected")
        .expect_told("no table is called `nulle_part`");
}

#[test]
fn other_formats_are_read_like_text_or_refused_by_their_name() {
    let text = cfa();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(';').collect();
    let records: Vec<String> = lines
        .filter(|line| line.split(';').count() == header.len())
        .map(|line| {
            let cells = header.iter().zip(line.split(';'));
            let members: Vec<String> = cells
                .map(|(name, value)| format!("{name:?}: {value:?}"))
                .collect();
            format!("{{{}}}", members.join(", "))
        })
        .collect();
    let list = format!("[{}]", records.join(",\n"));
    let wrapped: Vec<String> = records
        .iter()
        .map(|record| format!("{{\"recordid\": \"x\", \"fields\": {record}}}"))
        .collect();
    for body in [
        list.clone(),
        records.join("\n"),
        format!("[{}]", wrapped.join(",")),
        format!(
            "{{\"total_count\": {}, \"results\": {list}}}",
            records.len()
        ),
    ] {
        let report = accepted("in.json", body.as_bytes());
        assert!(kept(&report) > 300, "{}", kept(&report));
        assert_eq!(report["notes"]["body"], "json");
    }
    refused(
        format!(
            "{{\"total_count\": {}, \"results\": {list}}}",
            records.len() * 5
        )
        .as_bytes(),
        "incomplete-page",
    );
    refused(
        br#"{"errorcode": 10002, "error": "The maximum rows"}"#,
        "unreadable-body",
    );
    let signatures: [&[u8]; 6] = [
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        b"7z\xBC\xAF\x27\x1C",
        b"Rar!\x1A\x07\x01",
        b"\xFD7zXZ\x00",
        b"\x28\xB5\x2F\xFD",
        b"BZh91AY&SY",
    ];
    for signature in signatures {
        let mut body = signature.to_vec();
        body.resize(600, 7);
        refused(&body, "unsupported-format");
    }
    let mut parquet = b"PAR1".to_vec();
    parquet.resize(4_096, 0);
    parquet.extend_from_slice(b"PAR1");
    refused(&parquet, "unreadable-body");
}

/// Our own Parquet, read as a delivery of its columns.
#[test]
fn a_parquet_export_is_read_like_text() {
    let (test, _folder) = deliver("in.csv", cfa().as_bytes());
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let (_, parquet) = releases
        .iter()
        .find(|(path, _)| path.ends_with(".parquet"))
        .unwrap();
    let (test, _folder) = deliver("export.parquet", parquet);
    let ran = test.run(&["run", "--to", "validate"]);
    let told = ran.stderr();
    // Its headings are ours and not those of a producer: it is read, and its header is judged.
    assert!(
        ran.output.status.code() == Some(0) || told.contains("[unknown-header]"),
        "{told}"
    );
}

#[test]
fn leftovers_of_archives_and_packing_do_no_harm() {
    use std::io::Write as _;

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(cfa().as_bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.resize(packed.len() + 5_000, 0);
    assert_eq!(kept(&accepted("in.csv.gz", &packed)), rows());
}

#[test]
fn equal_headings_of_a_catalogue_are_refused() {
    let (test, folder) = deliver("in.csv", cfa().as_bytes());
    let write = |text: &str| -> std::path::PathBuf {
        let path = folder.path().join("catalogue.csv");
        std::fs::write(&path, text).unwrap();
        path
    };
    let run = |path: &Path| test.run(&["coverage", path.to_str().unwrap(), "--key", "cfd"]);
    run(&write("CFD;UAI;CFD\n40025214;0010001W;40025441\n"))
        .expect_exit(3)
        .expect_told("two columns are headed `CFD`");
    let blank = run(&write("CFD;UAI\r\n40025214;0010001W\r\n;\r\n;\r\n"));
    assert!(!blank.stderr().contains("cells under"), "{}", blank.told());
}

#[test]
fn an_unknown_header_gives_a_shape_to_review() {
    let text = cfa();
    let changed = text.replacen("Taux emploi 6 mois;", "Taux d'emploi à 6 mois;", 1);
    let changed = changed.replacen("num_ligne", "Observations", 1);
    let (test, folder) = deliver("in.csv", changed.as_bytes());
    test.run(&["run", "--to", "validate"])
        .expect_exit(3)
        .expect_told("[unknown-header]");
    let file = folder.path().join("in.csv");
    let ran = test
        .run(&[
            "shape",
            "propose",
            file.to_str().unwrap(),
            "--table",
            "ij_cfa_etablissement",
        ])
        .expect_exit(0);
    let shape: toml::Table = toml::from_str(&ran.stdout()).unwrap();
    assert_eq!(shape["unverified"].as_bool(), Some(true));
    assert_eq!(
        shape["columns"]["Taux d'emploi à 6 mois"].as_str(),
        Some("taux_emploi_6_mois")
    );
    assert!(shape["ignored"]["Observations"].is_str());
    assert!(ran.stdout().contains("# guessed"), "{}", ran.stdout());
}

#[test]
fn readers_are_told_which_rows_are_set_aside_there_and_upstream() {
    let (test, _folder) = deliver("in.csv", cfa().as_bytes());
    test.run(&["run"]).expect_exit(0);
    let releases = test.releases();
    let text = |name: &str| {
        let (_, bytes) = releases
            .iter()
            .find(|(path, _)| path.ends_with(name))
            .unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let sentence = "1 ligne mise de côté dans `ij_cfa_etablissement`, sur 331 reçues";
    assert!(
        text("/README.md").contains(sentence),
        "{}",
        text("/README.md")
    );
    assert!(text("/README.md").contains("uai=0089941N"));
    assert!(text("/CHANGELOG.md").contains(sentence));
    let record: Value = serde_json::from_str(&text("/release.json")).unwrap();
    assert_eq!(record["facts"]["set_aside"][0]["rows"], 1);
    assert_eq!(
        record["facts"]["set_aside"][0]["rules"][0],
        "uai-check-letter"
    );
    let portal = test.practice_portal().to_string();
    assert!(portal.contains("ligne mise de côté"), "{portal}");

    // A row that a nomenclature lacks is told by the tables that are tagged from it.
    let regional = fixture("sources/ij-regional/ij_region_2020_2022.csv.gz");
    let test = PipelineTest::one_table("ij_regional", &regional);
    let diplomas = fixture("sources/bcn/n_formation_diplome.csv");
    let damaged = test.path("diplomes.csv");
    let mut bytes = std::fs::read(&diplomas).unwrap();
    let at = bytes
        .windows(9)
        .position(|nine| nine == b"\n01022701")
        .unwrap();
    bytes.splice(at + 1..at + 9, *b"36C250N");
    std::fs::write(&damaged, bytes).unwrap();
    let config = std::fs::read_to_string(test.path("pipeline.toml")).unwrap();
    let config = config.replace(
        &diplomas.display().to_string(),
        &damaged.display().to_string(),
    );
    std::fs::write(test.path("pipeline.toml"), config).unwrap();
    test.run(&["run", "--to", "package"]).expect_exit(0);
    let releases = test.releases();
    let (_, readme) = releases
        .iter()
        .find(|(path, _)| path.ends_with("/README.md"))
        .unwrap();
    let readme = String::from_utf8(readme.clone()).unwrap();
    assert!(
        readme.contains("1 ligne mise de côté dans `bcn_formation_diplome`"),
        "{readme}"
    );
    assert!(readme.contains("36C250N"), "{readme}");
}

/// A workbook whose sheets have these rows; a cell that begins with `=` is a formula that nobody computed.
fn workbook(sheets: &[(&str, Vec<Vec<String>>)]) -> Vec<u8> {
    use std::fmt::Write as _;
    use std::io::Write as _;

    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let (mut names, mut links, mut bodies) = (String::new(), String::new(), Vec::new());
    for (index, (name, rows)) in sheets.iter().enumerate() {
        let id = index + 1;
        write!(
            names,
            "<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>"
        )
        .unwrap();
        write!(links, "<Relationship Id=\"rId{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>").unwrap();
        let mut body = String::new();
        for (row, cells) in rows.iter().enumerate() {
            write!(body, "<row r=\"{}\">", row + 1).unwrap();
            for (column, cell) in cells.iter().enumerate() {
                let letter = char::from(b'A' + u8::try_from(column).unwrap());
                let at = format!("{letter}{}", row + 1);
                if let Some(formula) = cell.strip_prefix('=') {
                    write!(body, "<c r=\"{at}\"><f>{formula}</f></c>").unwrap();
                } else if cell.parse::<f64>().is_ok() {
                    write!(body, "<c r=\"{at}\"><v>{cell}</v></c>").unwrap();
                } else if !cell.is_empty() {
                    write!(
                        body,
                        "<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                        escaped(cell)
                    )
                    .unwrap();
                }
            }
            body.push_str("</row>");
        }
        bodies.push((
            format!("xl/worksheets/sheet{id}.xml"),
            format!("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{body}</sheetData></worksheet>"),
        ));
    }
    bodies.push(("xl/workbook.xml".to_owned(), format!("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{names}</sheets></workbook>")));
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    bodies.push((
        "xl/_rels/workbook.xml.rels".to_owned(),
        format!("<Relationships xmlns=\"{relations}\">{links}</Relationships>"),
    ));
    bodies.push(("_rels/.rels".to_owned(), format!("<Relationships xmlns=\"{relations}\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")));
    bodies.push(("[Content_Types].xml".to_owned(), "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>".to_owned()));
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, body) in bodies.iter().rev() {
        writer
            .start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(body.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_called_csv_is_read_like_text() {
    let text = cfa();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(text.as_bytes());
    let table: Vec<Vec<String>> = reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let title = vec![vec!["Insertion des apprentis".to_owned()], Vec::new()];
    let titled: Vec<Vec<String>> = title.into_iter().chain(table.clone()).collect();
    let notes = vec![vec!["Lisez-moi".to_owned()]];
    let expected = published(text.as_bytes());
    for sheets in [
        vec![("Données", table.clone())],
        vec![("Notes", notes), ("Données", titled)],
    ] {
        assert_eq!(published(&workbook(&sheets)), expected);
    }
    // A formula without its value is no empty cell.
    let mut formula = table;
    "=A1+1".clone_into(&mut formula[1][9]);
    let (test, _folder) = deliver("in.csv", &workbook(&[("Données", formula)]));
    test.run(&["run", "--to", "validate"]).expect_exit(0);
    assert_eq!(kept(&report(&test, "validate")), rows() - 1);
    assert!(findings(&test, "validate").contains("=A1+1"));
}
