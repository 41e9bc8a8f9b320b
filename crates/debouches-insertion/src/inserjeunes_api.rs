//! Reads the answers of the InserJeunes API, as `fetch` keeps them: one on each line. Measures are lines there, columns here.
//!
//! The document of an establishment or of France is JSON inside a JSON string; that of a région is plain JSON.
//! HTTP 400 means that there are no data for this code, or that the question was wrong: the message tells them apart.
//! Deliberately absent: any figure computed here, and any choice between two values of the same measure.

mod answer;
mod regions;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use debouches_model::{Finding, RuleCode};
use debouches_table::{Encoding, Progress, RawBuilder, ReadLimits, TableError};
use debouches_validate::{BodyContent, BodyFormat};

use self::answer::{Answer, Kept, Measured};

/// Largest answer, in bytes: that of a région has some megabytes, and `fetch` keeps none over 32 MiB unescaped.
const ANSWER_BYTES: u64 = 96 << 20;

/// What a line of the API may measure; the headings that follow are those of the tables.
const MEASURES: &[(&str, &str)] = &[
    (
        "DEVENIR_part_autre_situation_6_mois",
        "part_des_autres_situations",
    ),
    (
        "DEVENIR_part_en_emploi_6_mois",
        "part_en_emploi_6_mois_apres_la_sortie",
    ),
    (
        "DEVENIR_part_poursuite_etudes",
        "part_en_poursuite_d_etudes",
    ),
    ("nb_annee_term", "nb_annee_term"),
    ("nb_en_emploi_12_mois", "nb_en_emploi_12_mois"),
    ("nb_en_emploi_18_mois", "nb_en_emploi_18_mois"),
    ("nb_en_emploi_24_mois", "nb_en_emploi_24_mois"),
    ("nb_en_emploi_6_mois", "nb_en_emploi_6_mois"),
    ("nb_poursuite_etudes", "nb_poursuite_etudes"),
    ("nb_sortant", "nb_sortant"),
    ("salaire_TS_Q1_12_mois", "salaire_q1_12_mois"),
    ("salaire_TS_Q1_12_mois_prec", "salaire_q1_12_mois_precedent"),
    ("salaire_TS_Q2_12_mois", "salaire_q2_12_mois"),
    ("salaire_TS_Q2_12_mois_prec", "salaire_q2_12_mois_precedent"),
    ("salaire_TS_Q3_12_mois", "salaire_q3_12_mois"),
    ("salaire_TS_Q3_12_mois_prec", "salaire_q3_12_mois_precedent"),
    ("taux_emploi_12_mois", "taux_emploi_12_mois"),
    ("taux_emploi_18_mois", "taux_emploi_18_mois"),
    ("taux_emploi_24_mois", "taux_emploi_24_mois"),
    ("taux_emploi_6_mois", "taux_emploi_6_mois"),
    ("taux_poursuite_etudes", "taux_poursuite_etudes"),
    ("taux_rupture_contrats", "taux_rupture_contrats"),
    ("valeur_ajoutee_6_mois", "valeur_ajoutee_6_mois"),
];

const DIMENSIONS: &[&str] = &[
    "route",
    "code",
    "millesime",
    "libelle",
    "code_region",
    "filiere",
    "niveau",
    "cfd",
    "mefstat11",
];

/// Answers of the InserJeunes API, one on each line, as `fetch` keeps them.
pub(crate) struct InserjeunesApi;

impl BodyFormat for InserjeunesApi {
    fn name(&self) -> &'static str {
        "inserjeunes-api"
    }

    fn read(
        &self,
        body: &mut dyn Read,
        limits: ReadLimits,
        progress: &mut Progress<'_>,
    ) -> Result<BodyContent, TableError> {
        read_answers(body, limits, progress)
    }
}

/// Reads every answer.
///
/// # Errors
/// When the stream fails, or when an answer is too large.
fn read_answers(
    input: impl Read,
    limits: ReadLimits,
    progress: &mut Progress<'_>,
) -> Result<BodyContent, TableError> {
    let mut input = BufReader::new(input);
    let mut builder = RawBuilder::new(limits);
    for heading in DIMENSIONS
        .iter()
        .chain(MEASURES.iter().map(|(_, heading)| heading))
    {
        builder.column(heading)?;
    }
    let (mut findings, mut without_data, mut agricultural, mut done) =
        (Vec::new(), 0u64, 0u64, 0u64);
    for line in 1u32.. {
        let mut text = Vec::new();
        done += (&mut input)
            .take(ANSWER_BYTES)
            .read_until(b'\n', &mut text)? as u64;
        if text.is_empty() {
            break;
        }
        if text.len() as u64 == ANSWER_BYTES && text.last() != Some(&b'\n') {
            let what = "the size of the answer in bytes";
            return Err(TableError::OverLimit {
                line: u64::from(line),
                what,
                limit: ANSWER_BYTES,
            });
        }
        progress(done);
        let unreadable = |problem: String| {
            Finding::new(RuleCode::UnreadableBody)
                .line(u64::from(line))
                .value(problem)
        };
        match Answer::parse(&text) {
            Err(problem) => findings.push(unreadable(problem)),
            Ok(Kept::WithoutData) => without_data += 1,
            Ok(Kept::Figures(answer)) => {
                agricultural += answer.left_out;
                findings.extend(answer.problems.iter().cloned().map(unreadable));
                for (of, measures) in &answer.lines {
                    builder.record(line)?;
                    write(&mut builder, &answer, of, measures)?;
                }
            }
        }
    }
    let notes = [
        ("answers_without_data", without_data),
        ("agricultural_lines_left_out", agricultural),
    ];
    let notes = notes
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| (name.to_owned(), count.to_string()));
    Ok(BodyContent {
        table: builder.finish(Encoding::Utf8),
        findings,
        notes: notes.collect(),
    })
}

/// One record: what it is about, then its measures.
fn write(
    builder: &mut RawBuilder,
    answer: &Answer,
    of: &Measured,
    measures: &BTreeMap<String, String>,
) -> Result<(), TableError> {
    let mut cell = |heading: &str, value: &str| {
        builder
            .cell(heading, value)
            .map(|once| once.expect("each heading is given once for a record"))
    };
    cell("route", &answer.route)?;
    cell("code", &answer.code)?;
    cell("millesime", &answer.millesime)?;
    cell("libelle", &answer.libelle)?;
    cell(
        "code_region",
        regions::cog_of(&answer.code)
            .filter(|_| answer.route == "region")
            .unwrap_or_default(),
    )?;
    cell("filiere", &of.filiere)?;
    cell(
        "niveau",
        if of.cfd.is_empty() && of.mefstat11.is_empty() {
            "ensemble"
        } else {
            "formation"
        },
    )?;
    cell("cfd", &of.cfd)?;
    cell("mefstat11", &of.mefstat11)?;
    for (measure, value) in measures {
        let known = MEASURES.iter().find(|(name, _)| name == measure);
        cell(
            known.map_or(measure.as_str(), |(_, heading)| heading),
            value,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(route: &str, code: &str, status: u16, body: &str) -> String {
        let body = body.replace('\\', "\\\\").replace('"', "\\\"");
        format!(
            "{{\"route\":\"{route}\",\"code\":\"{code}\",\"millesime\":\"2021_2022\",\"status\":{status},\"body\":\"{body}\"}}\n"
        )
    }

    fn figure(measure: &str, value: i64, filiere: &str, dimension: &str) -> String {
        let filiere = if filiere.is_empty() {
            String::new()
        } else {
            format!("\"filiere\":\"{filiere}\",")
        };
        format!(
            "{{\"id_mesure\":\"{measure}\",\"valeur_mesure\":{value},{filiere}\"dimensions\":[{{{dimension}}}]}}"
        )
    }

    fn body(figures: &[String]) -> String {
        format!("{{\"metadata\":{{}},\"data\":[{}]}}", figures.join(","))
    }

    fn read(text: &str) -> BodyContent {
        read_answers(text.as_bytes(), ReadLimits::default(), &mut |_| {}).unwrap()
    }

    fn cell<'a>(answers: &'a BodyContent, heading: &str, row: usize) -> &'a str {
        let index = answers
            .table
            .header
            .iter()
            .position(|item| item == heading)
            .unwrap();
        answers.table.column(index).value(row)
    }

    const SCHOOL: &str = "\"id_mefstat11\":\"23830031212\"";
    const APPRENTICE: &str = "\"id_formation_apprentissage\":\"40025214\"";

    #[test]
    fn json_inside_a_json_string_becomes_one_row_for_each_training() {
        let inner = body(&[
            figure("nb_sortant", 40, "", APPRENTICE),
            figure("DEVENIR_part_en_emploi_6_mois", 52, "", APPRENTICE),
            figure("nb_sortant", 20, "", SCHOOL),
            figure("valeur_ajoutee_6_mois", -3, "", "\"ensemble\":\"ensemble\""),
        ]);
        let answers = read(&line(
            "uai",
            "0751234J",
            200,
            &format!("\"{}\"", inner.replace('"', "\\\"")),
        ));
        assert_eq!(answers.table.rows(), 3);
        let rows: Vec<_> = (0..3)
            .map(|row| {
                ["filiere", "niveau", "cfd", "mefstat11", "nb_sortant"]
                    .map(|name| cell(&answers, name, row))
            })
            .collect();
        assert!(
            rows.contains(&["apprentissage", "formation", "40025214", "", "40"]),
            "{rows:?}"
        );
        assert!(
            rows.contains(&["pro", "formation", "", "23830031212", "20"]),
            "{rows:?}"
        );
        assert!(rows.contains(&["", "ensemble", "", "", ""]), "{rows:?}");
        assert!(
            (0..3).any(|row| cell(&answers, "part_en_emploi_6_mois_apres_la_sortie", row) == "52")
        );
    }

    #[test]
    fn v76_a_region_academique_is_under_its_own_cog_code() {
        let answers = read(&line(
            "region",
            "01",
            200,
            &body(&[figure("nb_sortant", 20, "", SCHOOL)]),
        ));
        assert_eq!(
            (cell(&answers, "code", 0), cell(&answers, "code_region", 0)),
            ("01", "84")
        );
    }

    #[test]
    fn v77_an_unknown_filiere_is_kept_for_the_rules_to_refuse() {
        let answers = read(&line(
            "region",
            "01",
            200,
            &body(&[figure("nb_sortant", 20, "voie_inconnue", SCHOOL)]),
        ));
        assert_eq!(cell(&answers, "filiere", 0), "voie_inconnue");
    }

    #[test]
    fn v78_an_agricultural_line_of_a_region_leaves_the_school_line_alone() {
        let figures = [
            figure("nb_sortant", 20, "voie_pro_sco_educ_nat", SCHOOL),
            figure("nb_sortant", 99, "voie_pro_sco_agri", SCHOOL),
        ];
        let region = read(&line("region", "01", 200, &body(&figures)));
        assert_eq!(
            (region.table.rows(), cell(&region, "nb_sortant", 0)),
            (1, "20")
        );
        assert_eq!(region.notes["agricultural_lines_left_out"], "1");
        let establishment = read(&line("uai", "0751234J", 200, &body(&figures)));
        assert_eq!(establishment.table.rows(), 2);
    }

    #[test]
    fn v79_v80_v81_the_two_meanings_of_http_400_and_a_broken_body() {
        let none = line(
            "uai",
            "0751234J",
            400,
            r#"{"msg": "UAI incorrect ou agricole"}"#,
        );
        let wrong = line("france", "x", 400, r#"{"msg": "filière incorrecte"}"#);
        let broken = line("uai", "0751234J", 200, "{json:");
        let answers = read(&format!("{none}{wrong}{broken}"));
        assert_eq!(
            (
                answers.table.rows(),
                answers.notes["answers_without_data"].as_str()
            ),
            (0, "1")
        );
        let problems: Vec<_> = answers
            .findings
            .iter()
            .map(|finding| (finding.line, finding.value.clone().unwrap()))
            .collect();
        assert_eq!(problems.len(), 2);
        assert_eq!(
            problems[0],
            (
                Some(2),
                "x, 2021_2022: HTTP 400, « filière incorrecte »".to_owned()
            )
        );
        assert!(
            problems[1].1.starts_with("0751234J, 2021_2022: "),
            "{problems:?}"
        );
    }

    #[test]
    fn v83_two_regions_and_two_vintages_do_not_mix() {
        let one = line(
            "region",
            "01",
            200,
            &body(&[figure("nb_sortant", 20, "", SCHOOL)]),
        );
        let other = line(
            "region",
            "16",
            200,
            &body(&[figure("nb_sortant", 30, "", SCHOOL)]),
        );
        let answers = read(&format!(
            "{one}{other}{}",
            other.replace("2021_2022", "2020_2021")
        ));
        let rows: Vec<_> = (0..3)
            .map(|row| {
                ["code_region", "millesime", "nb_sortant"]
                    .map(|name| cell(&answers, name, row).to_owned())
            })
            .collect();
        assert_eq!(
            rows,
            [
                ["84", "2021_2022", "20"],
                ["76", "2021_2022", "30"],
                ["76", "2020_2021", "30"]
            ]
        );
    }

    #[test]
    fn two_values_of_one_measure_are_reported_and_the_first_is_kept() {
        let answers = read(&line(
            "uai",
            "0751234J",
            200,
            &body(&[
                figure("nb_sortant", 20, "", SCHOOL),
                figure("nb_sortant", 21, "", SCHOOL),
            ]),
        ));
        assert_eq!(cell(&answers, "nb_sortant", 0), "20");
        assert_eq!(answers.findings.len(), 1);
    }
}
