//! Trade tags: diploma codes, NSF speciality and ROME trades of each training, with the method and the version.

use std::collections::HashMap;

use debouches_model::spec::TableSpec;
use debouches_model::{Finding, RuleCode};
use debouches_table::{Column, Table, TableError, TextColumn};

use crate::code_lists::CodeLists;
use crate::nomenclatures::{ROME, References, TRAININGS, find};
use crate::nsf::{Nsf, Specialities};
use crate::rome::{Certifications, Trades};
use debouches_enrich::{FindingCollector, Job};

/// Where the training of a row is read.
pub(crate) struct TradeSpec {
    /// Column with the diploma code.
    pub(crate) cfd: Option<String>,
    /// Column with the statistical training code.
    pub(crate) mefstat11: Option<String>,
}

impl TradeSpec {
    /// What a table says of it, in `[add.trades]`.
    pub(crate) fn of(spec: &TableSpec) -> Option<Self> {
        let asked = spec.addition("trades")?;
        let column = |name| asked.column(name).map(str::to_owned);
        Some(Self {
            cfd: column("cfd"),
            mefstat11: column("mefstat11"),
        })
    }
}

/// What is known of a training. Equal codes share an entry.
#[derive(Debug, Default)]
struct Training {
    cfds: Vec<String>,
    nsf: Nsf,
    trades: Trades,
    rows: u64,
}

/// Adds the trade columns.
pub(crate) fn add(
    codes: &'static CodeLists,
    Job { spec, references }: Job<'_>,
    table: &mut Table,
    findings: &mut FindingCollector,
) -> Result<(), TableError> {
    let Some(trades) = &TradeSpec::of(spec) else {
        return Ok(());
    };
    let specialities = Specialities::read(codes, references)?;
    let certifications = Certifications::read(references)?;
    let cfds_of_mefstat11 = cfds_of_mefstat11(references)?;
    let column = |name: &Option<String>| {
        name.as_ref()
            .map(|name| table.text(name).cloned())
            .transpose()
    };
    let (cfd, mefstat11) = (column(&trades.cfd)?, column(&trades.mefstat11)?);
    let mut trainings: Vec<Training> = Vec::new();
    let mut known: HashMap<(Option<usize>, Option<usize>), u32> = HashMap::new();
    let mut unknown: Vec<(usize, &'static str)> = Vec::new();
    let mut keys: Vec<u32> = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let index = (
            cfd.as_ref().and_then(|column| column.key(row)),
            mefstat11.as_ref().and_then(|column| column.key(row)),
        );
        let key = *known.entry(index).or_insert_with(|| {
            let cfd = cfd.as_ref().and_then(|column| column.get(row));
            let mefstat11 = mefstat11.as_ref().and_then(|column| column.get(row));
            let mut cfds: Vec<String> = cfd.map(str::to_owned).into_iter().collect();
            if let (None, Some(code)) = (cfd, mefstat11) {
                cfds = cfds_of_mefstat11.get(code).cloned().unwrap_or_default();
            }
            let matches = certifications.of(&cfds);
            if cfd.is_some_and(|code| !specialities.knows(code) && matches.is_empty()) {
                unknown.push((trainings.len(), "cfd"));
            } else if cfd.is_none() && mefstat11.is_some() && cfds.is_empty() {
                unknown.push((trainings.len(), "mefstat11"));
            }
            trainings.push(Training {
                nsf: specialities.of(&cfds, mefstat11),
                trades: matches,
                cfds,
                rows: 0,
            });
            u32::try_from(trainings.len() - 1).expect("fewer trainings than rows")
        });
        trainings[key as usize].rows += 1;
        keys.push(key);
    }
    report_unknown(trades, table, &trainings, &unknown, &keys, findings);
    measure(&trainings, table.rows() as u64, findings);
    let names = TradeNames::read(references)?;
    names.measure(&trainings, findings);
    write(
        table,
        (&trainings, &keys),
        &specialities,
        &certifications,
        &names,
    )
}

/// Diplomas of each MEFSTAT11, in the order of `N_MEF`: one code has two, and both are kept.
fn cfds_of_mefstat11(references: &References) -> Result<HashMap<String, Vec<String>>, TableError> {
    let mut matches: HashMap<String, Vec<String>> = HashMap::new();
    let Some(reference) = find(references, TRAININGS) else {
        return Ok(matches);
    };
    let (mefstat11, cfd) = (
        reference.table.text("mefstat11")?,
        reference.table.text("formation_diplome")?,
    );
    for (mefstat11, cfd) in mefstat11.iter().zip(cfd.iter()) {
        if let (Some(mefstat11), Some(cfd)) = (mefstat11, cfd) {
            let cfds = matches.entry(mefstat11.to_owned()).or_default();
            if !cfds.iter().any(|item| item == cfd) {
                cfds.push(cfd.to_owned());
            }
        }
    }
    Ok(matches)
}

fn report_unknown(
    trades: &TradeSpec,
    table: &Table,
    trainings: &[Training],
    unknown: &[(usize, &'static str)],
    keys: &[u32],
    findings: &mut FindingCollector,
) {
    for (training, system) in unknown {
        let name = if *system == "cfd" {
            &trades.cfd
        } else {
            &trades.mefstat11
        };
        let name = name.as_deref().unwrap_or_default();
        let row = keys
            .iter()
            .position(|key| *key as usize == *training)
            .expect("each training is that of a row");
        let value = table
            .text(name)
            .ok()
            .and_then(|column| column.get(row))
            .unwrap_or_default();
        let rows = trainings[*training].rows;
        findings.push(
            row,
            rows,
            Finding::new(RuleCode::UnknownCode)
                .column(name)
                .value(value)
                .expected(rows.to_string()),
        );
    }
}

fn measure(trainings: &[Training], rows: u64, findings: &mut FindingCollector) {
    let count = |wanted: &dyn Fn(&Training) -> bool| {
        trainings
            .iter()
            .filter(|training| wanted(training))
            .map(|training| training.rows)
            .sum()
    };
    findings.share(
        "rows_with_nsf",
        count(&|training| training.nsf.group.is_some()),
        rows,
    );
    findings.share(
        "rows_with_rome",
        count(&|training| !training.trades.codes.is_empty()),
        rows,
    );
    findings.share(
        "rows_with_rome_or_domain",
        count(&|training| !training.trades.is_empty()),
        rows,
    );
    let distinct = trainings.len() as u64;
    findings.share(
        "codes_with_rome",
        trainings
            .iter()
            .filter(|training| !training.trades.codes.is_empty())
            .count() as u64,
        distinct,
    );
}

/// Names of the trades of the ROME.
#[derive(Default)]
struct TradeNames(HashMap<String, String>);

impl TradeNames {
    fn read(references: &References) -> Result<Self, TableError> {
        let Some(reference) = find(references, ROME) else {
            return Ok(Self::default());
        };
        let (codes, labels) = (
            reference.table.text("code_rome")?,
            reference.table.text("libelle")?,
        );
        let named = codes
            .iter()
            .zip(labels.iter())
            .filter_map(|(code, label)| Some((code?.to_owned(), label?.to_owned())));
        Ok(Self(named.collect()))
    }

    /// The names of these trades, in the same order; a code that the ROME no longer has stands for itself.
    fn of(&self, codes: &[String]) -> Option<String> {
        if self.0.is_empty() || codes.is_empty() {
            return None;
        }
        let names = codes.iter().map(|code| self.0.get(code).unwrap_or(code));
        // The separator of lists is in no name.
        let names: Vec<String> = names.map(|name| name.replace('|', "/")).collect();
        Some(names.join("|"))
    }

    /// Share of the distinct trades that have a name.
    fn measure(&self, trainings: &[Training], findings: &mut FindingCollector) {
        let distinct: std::collections::BTreeSet<&String> = trainings
            .iter()
            .flat_map(|training| &training.trades.codes)
            .collect();
        if !distinct.is_empty() {
            let named = distinct
                .iter()
                .filter(|code| self.0.contains_key(**code))
                .count();
            findings.share("rome_codes_with_name", named as u64, distinct.len() as u64);
        }
    }
}

/// The text of a tag for a training.
type Tag<'a> = &'a dyn Fn(&Training) -> Option<String>;

fn write(
    table: &mut Table,
    (trainings, keys): (&[Training], &[u32]),
    specialities: &Specialities,
    certifications: &Certifications,
    names: &TradeNames,
) -> Result<(), TableError> {
    let joined = |items: &[String]| (!items.is_empty()).then(|| items.join("|"));
    let lists: [(&str, Tag<'_>); 5] = [
        ("rome_libelles", &|training| {
            names.of(&training.trades.codes)
        }),
        ("cfd_codes", &|training| joined(&training.cfds)),
        ("rome_codes", &|training| joined(&training.trades.codes)),
        ("rome_domaines", &|training| {
            joined(&training.trades.domains)
        }),
        ("rome_grands_domaines", &|training| {
            joined(&training.trades.grand_domains)
        }),
    ];
    let texts: [(&str, Tag<'_>); 10] = [
        ("nsf_categorie", &|training| training.nsf.category()),
        ("nsf_categorie_libelle", &|training| {
            specialities.category_label(&training.nsf)
        }),
        ("nsf_domaine", &|training| training.nsf.domain()),
        ("nsf_domaine_libelle", &|training| {
            specialities.domain_label(&training.nsf)
        }),
        ("nsf_groupe", &|training| training.nsf.group.clone()),
        ("nsf_groupe_libelle", &|training| {
            training
                .nsf
                .group
                .as_ref()
                .and_then(|group| specialities.label(group))
        }),
        ("nsf_methode", &|training| {
            Some(training.nsf.method.as_str().to_owned())
        }),
        ("nsf_version", &|_| Some(specialities.version.clone())),
        ("rome_methode", &|training| {
            Some(training.trades.method.as_str().to_owned())
        }),
        ("rome_version", &|_| Some(certifications.version.clone())),
    ];
    for (name, value) in lists {
        let values = TextColumn::from_entries(trainings.iter().map(value), keys);
        table.set(name, Column::List(values))?;
    }
    for (name, value) in texts {
        let values = TextColumn::from_entries(trainings.iter().map(value), keys);
        table.set(name, Column::Text(values))?;
    }
    Ok(())
}
