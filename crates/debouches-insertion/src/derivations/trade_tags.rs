//! D13: every code of a nomenclature that a diploma leads to, one line each, in order, with the method and the version.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debouches_enrich::{FindingCollector, Inputs};
use debouches_table::{Table, TableError};

use super::rows;
use crate::code_lists::CodeLists;
use crate::knowledge::Knowledge;
use crate::nomenclatures::{
    CERTIFICATIONS, DIPLOMAS, KIT, Reference, References, SPECIALITIES, input, optional_input,
};
use crate::nsf::Specialities;
use crate::rome::Certifications;

/// Year in which the lines were computed by the rules of today.
const EDITION: &str = "2026";
const FAP: &str = "fap_rome";
const FAMILY_LINKS: &str = "bcn_lien_formation_groupe";
const FAMILIES: &str = "bcn_groupe_formation";
const INSERSUP: &str = "insersup";

/// A code of a nomenclature for a diploma.
struct Tag {
    nomenclature: &'static str,
    code: String,
    label: Option<String>,
    method: String,
    version: String,
}

/// Tags by system and code of the diploma, in order.
type Tags = BTreeMap<(&'static str, String), Vec<Tag>>;

pub(super) fn make(
    known: Knowledge,
    Inputs { spec, references }: Inputs<'_>,
    findings: &mut FindingCollector,
) -> Result<Table, TableError> {
    let diplomas = input(references, DIPLOMAS)?.text("formation_diplome")?;
    let cfds: BTreeSet<&str> = diplomas.iter().flatten().collect();
    let mut tags: Tags = BTreeMap::new();
    specialities(known.codes, &cfds, references, &mut tags)?;
    trades(known.codes, &cfds, references, &mut tags)?;
    certifications(&cfds, references, &mut tags)?;
    families(&cfds, references, &mut tags)?;
    sectors(references, &mut tags)?;
    let mut lines = Vec::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for ((system, code), tags) in tags {
        let mut ranks: BTreeMap<(&str, String), usize> = BTreeMap::new();
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for tag in tags {
            if ranks.contains_key(&(tag.nomenclature, tag.code.clone())) {
                continue;
            }
            let rank = seen.entry(tag.nomenclature).or_default();
            *rank += 1;
            ranks.insert((tag.nomenclature, tag.code.clone()), *rank);
            *counts.entry(tag.nomenclature).or_default() += 1;
            lines.push([
                Some(system.to_owned()),
                Some(code.clone()),
                Some(tag.nomenclature.to_owned()),
                Some(tag.code),
                Some(rank.to_string()),
                tag.label,
                Some(tag.method),
                Some(tag.version),
                Some(EDITION.to_owned()),
            ]);
        }
    }
    counts
        .into_iter()
        .for_each(|(nomenclature, rows)| findings.count(&format!("rows.{nomenclature}"), rows));
    rows::table(spec, lines)
}

fn reference<'a>(references: &'a References, name: &str) -> Option<&'a Reference> {
    references
        .iter()
        .find(|(item, _)| item.as_str() == name)
        .map(|(_, reference)| reference)
}

fn version(references: &References, name: &str) -> String {
    reference(references, name)
        .map(|reference| reference.version.clone())
        .unwrap_or_default()
}

/// Labels of a nomenclature, when it is configured.
fn labels(
    references: &References,
    name: &str,
    code: &str,
) -> Result<HashMap<String, String>, TableError> {
    let Some(table) = optional_input(references, name) else {
        return Ok(HashMap::new());
    };
    let (codes, labels) = (table.text(code)?, table.text("libelle")?);
    Ok(codes
        .iter()
        .zip(labels.iter())
        .filter_map(|(code, label)| Some((code?.to_owned(), label?.to_owned())))
        .collect())
}

/// NSF: group, domain, category.
fn specialities(
    codes: &'static CodeLists,
    cfds: &BTreeSet<&str>,
    references: &References,
    tags: &mut Tags,
) -> Result<(), TableError> {
    let specialities = Specialities::read(codes, references)?;
    let version = version(references, SPECIALITIES);
    for cfd in cfds {
        let nsf = specialities.of(&[(*cfd).to_owned()], None);
        let label = nsf
            .group
            .as_ref()
            .and_then(|group| specialities.label(group));
        let matches = [
            ("nsf_groupe", nsf.group.clone(), label),
            ("nsf_domaine", nsf.domain(), specialities.domain_label(&nsf)),
            (
                "nsf_categorie",
                nsf.category(),
                specialities.category_label(&nsf),
            ),
        ];
        for (nomenclature, code, label) in matches {
            let Some(code) = code else { continue };
            let tag = Tag {
                nomenclature,
                code,
                label,
                method: nsf.method.as_str().to_owned(),
                version: version.clone(),
            };
            tags.entry(("cfd", (*cfd).to_owned()))
                .or_default()
                .push(tag);
        }
    }
    Ok(())
}

/// ROME through Certif Info, and the families of trades of the Dares through ROME.
fn trades(
    codes: &CodeLists,
    cfds: &BTreeSet<&str>,
    references: &References,
    tags: &mut Tags,
) -> Result<(), TableError> {
    let certifications = Certifications::read(references)?;
    let trade_labels = labels(references, "rome", "code_rome")?;
    let domain_labels = labels(references, "rome_domaine", "code_domaine")?;
    let mut families: BTreeMap<String, Vec<String>> = BTreeMap::new();
    if let Some(table) = optional_input(references, FAP) {
        let (family, trade) = (table.text("fap")?, table.text("code_rome")?);
        for (family, trade) in family.iter().zip(trade.iter()) {
            // `NA` marks a family without trade.
            if let (Some(family), Some(trade)) = (family, trade.filter(|trade| *trade != "NA")) {
                families
                    .entry(trade.to_owned())
                    .or_default()
                    .push(family.to_owned());
            }
        }
    }
    let fap_version = version(references, FAP);
    for cfd in cfds {
        let matches = certifications.of(&[(*cfd).to_owned()]);
        let item = tags.entry(("cfd", (*cfd).to_owned())).or_default();
        let method = matches.method.as_str();
        let mut push =
            |nomenclature, code: &String, label: Option<&String>, method: &str, version: &str| {
                let (method, version) = (method.to_owned(), version.to_owned());
                item.push(Tag {
                    nomenclature,
                    code: code.clone(),
                    label: label.cloned(),
                    method,
                    version,
                });
            };
        for code in &matches.codes {
            push(
                "rome",
                code,
                trade_labels.get(code),
                method,
                &certifications.version,
            );
            for family in families.get(code).into_iter().flatten() {
                push("fap_2009", family, None, "rome", &fap_version);
            }
        }
        for code in &matches.domains {
            push(
                "rome_domaine",
                code,
                domain_labels.get(code),
                method,
                &certifications.version,
            );
        }
        for code in &matches.grand_domains {
            push(
                "rome_grand_domaine",
                code,
                codes.rome_grand_domains.get(code),
                method,
                &certifications.version,
            );
        }
    }
    Ok(())
}

/// Formacode through Certif Info; RNCP through Certif Info, then the kit.
fn certifications(
    cfds: &BTreeSet<&str>,
    references: &References,
    tags: &mut Tags,
) -> Result<(), TableError> {
    let certified = input(references, CERTIFICATIONS)?;
    let (cfd, rncp) = (
        certified.text("code_scolarite")?,
        certified.text("code_rncp")?,
    );
    let (domain, label) = (
        certified.text("formacode")?,
        certified.text("libelle_formacode")?,
    );
    let mut push =
        |cfd: Option<&str>, nomenclature, code: Option<&str>, label: Option<&str>, source: &str| {
            let (Some(cfd), Some(code)) = (cfd.filter(|cfd| cfds.contains(cfd)), code) else {
                return;
            };
            let tag = Tag {
                nomenclature,
                code: code.trim_start_matches("RNCP").to_owned(),
                label: label.map(str::to_owned),
                method: source.to_owned(),
                version: version(references, source),
            };
            tags.entry(("cfd", cfd.to_owned())).or_default().push(tag);
        };
    for row in 0..certified.rows() {
        push(
            cfd.get(row),
            "formacode",
            domain.get(row),
            label.get(row),
            CERTIFICATIONS,
        );
        push(cfd.get(row), "rncp", rncp.get(row), None, CERTIFICATIONS);
    }
    if let Some(kit) = optional_input(references, KIT) {
        let (cfd, rncp) = (kit.text("cfd")?, kit.text("rncp")?);
        (0..kit.rows()).for_each(|row| push(cfd.get(row), "rncp", rncp.get(row), None, KIT));
    }
    Ok(())
}

/// Families of trades, bacs pro and BTS with options.
fn families(
    cfds: &BTreeSet<&str>,
    references: &References,
    tags: &mut Tags,
) -> Result<(), TableError> {
    let Some(links) = optional_input(references, FAMILY_LINKS) else {
        return Ok(());
    };
    let labels = labels(references, FAMILIES, "groupe_formation")?;
    let version = version(references, FAMILY_LINKS);
    let (group, cfd) = (
        links.text("groupe_formation")?,
        links.text("formation_diplome")?,
    );
    for (group, cfd) in group.iter().zip(cfd.iter()) {
        let (Some(group), Some(cfd)) = (group, cfd.filter(|cfd| cfds.contains(cfd))) else {
            continue;
        };
        let tag = Tag {
            nomenclature: "famille_metiers",
            code: group.to_owned(),
            label: labels.get(group).cloned(),
            method: "bcn".to_owned(),
            version: version.clone(),
        };
        tags.entry(("cfd", cfd.to_owned())).or_default().push(tag);
    }
    Ok(())
}

/// SISE: the domain, the discipline and the sector under which each diploma is published; a diploma can have several.
fn sectors(references: &References, tags: &mut Tags) -> Result<(), TableError> {
    let Some(published) = optional_input(references, INSERSUP) else {
        return Ok(());
    };
    let version = version(references, INSERSUP);
    let diploma = published.text("diplome")?;
    let mut matches: BTreeSet<(String, &'static str, String, Option<String>)> = BTreeSet::new();
    for (nomenclature, code, label) in [
        ("sise_domaine", "dom", "dom_lib"),
        ("sise_discipline", "discipli", "discipli_lib"),
        ("sise_secteur", "sectdis", "sectdis_lib"),
    ] {
        let (code, label) = (published.text(code)?, published.text(label)?);
        for row in 0..published.rows() {
            // `all` stands for every diploma of a type.
            let (Some(diploma), Some(code)) = (
                diploma.get(row).filter(|diploma| *diploma != "all"),
                code.get(row),
            ) else {
                continue;
            };
            matches.insert((
                diploma.to_owned(),
                nomenclature,
                code.to_owned(),
                label.get(row).map(str::to_owned),
            ));
        }
    }
    for (diploma, nomenclature, code, label) in matches {
        let tag = Tag {
            nomenclature,
            code,
            label,
            method: INSERSUP.to_owned(),
            version: version.clone(),
        };
        tags.entry(("sise", diploma)).or_default().push(tag);
    }
    Ok(())
}
