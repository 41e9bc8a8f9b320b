//! From what was typed to what is meant. Every mistake is gathered before any is told.

use std::collections::BTreeMap;
use std::path::Path;

use debouches_insertion::Domain;
use debouches_model::TableId;
use debouches_model::spec::{TableKind, TableSpec, Tables};
use debouches_release::drift::Budgets;
use debouches_udata::SchemaRef;

use super::errors::ConfigErrors;
use super::file::{ConfigFile, DatasetFile, DriftFile, OperationsFile};
use super::profile::Profile;
use super::source::known_table;
use super::{
    Awaited, DatasetConfig, Hosting, Operations, Pipeline, Source, Webhook, portals, signature,
    source,
};
use crate::config::Occasion;
use crate::waivers::WAIVERS_FILE;

/// What stands for a contact that is not configured.
pub(super) const NO_CONTACT: &str = "contact not configured";

const LONGEST_TITLE: usize = 350;
const LONGEST_SUMMARY: usize = 200;

pub(crate) fn resolve(
    typed: ConfigFile,
    domain: &'static Domain,
    file: &Path,
    profile: Option<&str>,
) -> Result<Pipeline, ConfigErrors> {
    let base = file.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut problems = Vec::new();
    let profile = Profile::choose(&typed, profile, &mut problems);
    let mut left_out = Vec::new();
    let state = profile
        .state
        .clone()
        .or_else(|| typed.state.as_ref().map(|state| state.url.clone()))
        .unwrap_or_else(|| "state".to_owned());
    let portals = portals::choose(&typed, &profile, &base, &state, &mut problems);
    let mut sources: Vec<Source> = Vec::new();
    for source in &typed.sources {
        if sources.iter().any(|item| item.id() == &source.id) {
            problems.push(format!("source `{}` is declared twice", source.id));
        }
        match source::resolve(source, domain, &profile, &base, &mut problems) {
            Some(resolved) => {
                let other = sources.iter().find(|item| item.spec.id == resolved.spec.id);
                if let Some(other) = other.filter(|_| resolved.spec.vintage.is_none()) {
                    problems.push(format!(
                        "sources `{}` and `{}` both fill table `{}`, which has no vintages to tell them apart",
                        other.id(),
                        source.id,
                        resolved.spec.id
                    ));
                }
                sources.push(resolved);
            }
            None => left_out.push(format!(
                "source `{}` has no address in profile `{}`",
                source.id, profile.name
            )),
        }
    }
    let mut datasets: Vec<DatasetConfig> = typed
        .datasets
        .iter()
        .filter_map(|dataset| {
            resolve_dataset(
                dataset,
                domain,
                &typed.drift,
                &sources,
                &mut left_out,
                &mut problems,
            )
        })
        .collect();
    for dataset in &datasets {
        problems.extend(
            dataset
                .tables
                .iter()
                .filter_map(|spec| unfollowed(domain.tables, dataset, spec, &datasets)),
        );
    }
    let http = super::http::resolve(&typed.http, &base, &super::http::variable, &mut problems);
    let signature = typed
        .signature
        .as_ref()
        .and_then(|typed| signature::resolve(typed, &base, &mut problems));
    let signature = signature.filter(|_| !profile.unsigned);
    for dataset in &mut datasets {
        // Titles and summaries tell what the figures are wherever they are shown.
        dataset.notice.demo = profile.demo;
        dataset.notice.title = dataset.notice.entitled(&dataset.notice.title);
        dataset.notice.summary = dataset.notice.summarised(&dataset.notice.summary);
        dataset.notice.public_key = signature
            .as_ref()
            .map(|signature| signature.public_key.clone());
    }
    let is_table = |table: &TableId| !domain.shapes.of(table).is_empty();
    let quarantine = super::quarantine::resolve(&typed.quarantine, is_table, &mut problems);
    for source in &mut sources {
        source.quarantine = quarantine.get(&source.spec.id).cloned();
    }
    if !problems.is_empty() {
        return Err(ConfigErrors::new(file, problems));
    }
    let operations = operations(&typed.operations, &base);
    let lock_file = base.join(profile.lock.as_deref().unwrap_or("pipeline.lock"));
    let waivers_file = base.join(WAIVERS_FILE);
    let contact = typed.contact.unwrap_or_else(|| NO_CONTACT.to_owned());
    Ok(Pipeline {
        base,
        file: file.to_path_buf(),
        domain,
        profile: profile.name,
        state,
        lock_file,
        waivers_file,
        contact,
        http,
        sources,
        datasets,
        portals,
        operations,
        signature,
        left_out,
    })
}

fn operations(typed: &OperationsFile, base: &Path) -> Operations {
    let webhook = typed.webhook.as_ref().map(|webhook| Webhook {
        url_env: webhook.url_env.clone(),
        on: webhook
            .on
            .clone()
            .unwrap_or_else(|| Occasion::ALL.to_vec())
            .into_iter()
            .collect(),
    });
    Operations {
        textfile: typed.textfile.as_ref().map(|path| base.join(path)),
        webhook,
    }
}

/// The budgets of a dataset: its own, else those of every dataset, else the usual ones.
fn budgets(item: &DriftFile, every: &DriftFile, who: &str, problems: &mut Vec<String>) -> Budgets {
    let usual = Budgets::default();
    let mut pick = |name: &str, item: Option<f64>, every: Option<f64>, usual: f64| {
        let chosen = item.or(every).unwrap_or(usual);
        if !(chosen.is_finite() && chosen >= 0.0) {
            problems.push(format!(
                "{who}: drift budget `{name}` is {chosen}, a positive number is expected"
            ));
        }
        chosen
    };
    Budgets {
        rows: pick("rows", item.rows, every.rows, usual.rows),
        slice_rows: pick(
            "slice_rows",
            item.slice_rows,
            every.slice_rows,
            usual.slice_rows,
        ),
        new_vintage_rows: pick(
            "new_vintage_rows",
            item.new_vintage_rows,
            every.new_vintage_rows,
            usual.new_vintage_rows,
        ),
        keys: pick("keys", item.keys, every.keys, usual.keys),
        hidden: pick("hidden", item.hidden, every.hidden, usual.hidden),
        slice_hidden: pick(
            "slice_hidden",
            item.slice_hidden,
            every.slice_hidden,
            usual.slice_hidden,
        ),
        rate: pick("rate", item.rate, every.rate, usual.rate),
        slice_rate: pick(
            "slice_rate",
            item.slice_rate,
            every.slice_rate,
            usual.slice_rate,
        ),
        quantile: pick("quantile", item.quantile, every.quantile, usual.quantile),
        amount: pick("amount", item.amount, every.amount, usual.amount),
        few: item.few.or(every.few).unwrap_or(usual.few),
    }
}

fn resolve_dataset(
    dataset: &DatasetFile,
    domain: &'static Domain,
    every: &DriftFile,
    sources: &[Source],
    left_out: &mut Vec<String>,
    problems: &mut Vec<String>,
) -> Option<DatasetConfig> {
    let who = format!("dataset `{}`", dataset.id);
    let specs: Vec<&'static TableSpec> = dataset
        .tables
        .iter()
        .filter_map(|table| known_table(domain.tables, table.as_str(), &who, problems))
        .collect();
    if dataset.tables.is_empty() {
        problems.push(format!("{who} has no table"));
    }
    if let Some(code_list) = specs
        .iter()
        .find(|spec| spec.kind == TableKind::Nomenclature)
    {
        problems.push(format!(
            "{who} names `{}`, which is a nomenclature and is not published",
            code_list.id
        ));
    }
    let title = dataset
        .title
        .clone()
        .or_else(|| specs.first().map(|spec| spec.title.clone()))
        .unwrap_or_default();
    let summary = dataset.summary.clone().unwrap_or_else(|| title.clone());
    too_long(&who, "title", &title, LONGEST_TITLE, problems);
    too_long(&who, "summary", &summary, LONGEST_SUMMARY, problems);
    let specs = with_sources(domain, (&who, specs), sources, left_out);
    if specs.is_empty() {
        return None;
    }
    known_columns(&who, dataset, &specs, problems);
    unjudged(&who, dataset, &specs, problems);
    let deprecated = dataset
        .deprecated
        .iter()
        .map(|notice| debouches_release::Deprecation {
            column: notice.column.clone(),
            reason: notice.reason.clone(),
        });
    Some(DatasetConfig {
        secrecy: dataset.secrecy,
        protection: dataset.protection.clone(),
        notice: debouches_release::Dataset {
            id: dataset.id.clone(),
            title,
            summary,
            licence: dataset.licence.clone(),
            frequency: dataset.frequency.clone(),
            tags: dataset.tags.clone(),
            zones: dataset
                .zones
                .clone()
                .unwrap_or_else(|| vec!["country:fr".to_owned()]),
            granularity: dataset
                .granularity
                .clone()
                .unwrap_or_else(|| "fr:region".to_owned()),
            english: dataset
                .english
                .as_ref()
                .map(|text| debouches_release::English {
                    title: text.title.clone(),
                    summary: text.summary.clone(),
                }),
            omitted: dataset.omit.clone(),
            forms: dataset
                .forms
                .clone()
                .unwrap_or_else(|| [debouches_release::Form::Xlsx].into()),
            expected: awaited(&specs, sources),
            deprecated: deprecated.collect(),
            demo: false,
            public_key: None,
        },
        tables: specs,
        hosting: hosting(dataset, &who, problems),
        schemas: schemas(dataset, &who, problems),
        drift: budgets(&dataset.drift, every, &who, problems),
    })
}

/// What the sources of these tables are expected to publish.
fn awaited(
    specs: &[&'static TableSpec],
    sources: &[Source],
) -> Vec<debouches_release::Expectation> {
    let item = sources
        .iter()
        .filter(|source| specs.iter().any(|spec| spec.id == source.spec.id));
    let each = item.flat_map(|source| {
        source
            .expected
            .iter()
            .map(move |expected| (source, expected))
    });
    each.map(|(source, expected)| debouches_release::Expectation {
        table: source.spec.id.to_string(),
        by: expected.by,
        vintage: match &expected.what {
            Awaited::Vintage(vintage) => Some(vintage.clone()),
            Awaited::DeliverySince(_) => None,
        },
    })
    .collect()
}

fn hosting(dataset: &DatasetFile, who: &str, problems: &mut Vec<String>) -> Option<Hosting> {
    let typed = dataset.hosting.as_ref()?;
    if !typed.public_url.starts_with("https://") && !typed.public_url.starts_with("http://") {
        problems.push(format!(
            "{who}: `hosting.public_url` must be an address that readers can open (https://…)"
        ));
    }
    Some(Hosting {
        bucket: typed.bucket.clone(),
        public_url: typed.public_url.trim_end_matches('/').to_owned(),
    })
}

fn schemas(
    dataset: &DatasetFile,
    who: &str,
    problems: &mut Vec<String>,
) -> BTreeMap<TableId, SchemaRef> {
    let mut by_name = BTreeMap::new();
    for (table, text) in &dataset.schemas {
        if !dataset.tables.contains(table) {
            problems.push(format!(
                "{who} gives a schema to table `{table}`, which it does not have"
            ));
        }
        match text.split_once('@') {
            Some((name, version)) if !name.is_empty() && !version.is_empty() => {
                by_name.insert(
                    table.clone(),
                    SchemaRef {
                        name: name.to_owned(),
                        version: version.to_owned(),
                    },
                );
            }
            _ => problems.push(format!(
                "{who}: schema `{text}` of table `{table}` must be written `name@version`"
            )),
        }
    }
    by_name
}

/// A table that repeats the figures of another follows the secrecy of its release, hence needs one beside its own.
fn unfollowed(
    tables: &Tables,
    dataset: &DatasetConfig,
    spec: &TableSpec,
    datasets: &[DatasetConfig],
) -> Option<String> {
    let copied = &crate::checks::disclosure::linked::gated(tables, spec)?.table;
    let publisher = datasets
        .iter()
        .find(|other| other.tables.iter().any(|item| item.id == *copied));
    let (who, table) = (dataset.id(), &spec.id);
    match publisher {
        None => Some(format!(
            "dataset `{who}`: table `{table}` repeats figures of `{copied}`, which no dataset publishes"
        )),
        Some(_) => None,
    }
}

/// The tables that the sources of the profile can fill; a dataset goes without the others, as long as it has one.
fn with_sources(
    domain: &Domain,
    (who, specs): (&str, Vec<&'static TableSpec>),
    sources: &[Source],
    left_out: &mut Vec<String>,
) -> Vec<&'static TableSpec> {
    let alone = specs.len() == 1;
    specs
        .into_iter()
        .filter(|spec| {
            let missing = missing_sources(domain, spec, sources);
            if missing.is_empty() {
                return true;
            }
            let subject = if alone {
                who.to_owned()
            } else {
                format!("table `{}` of {who}", spec.id)
            };
            left_out.push(format!(
                "{subject} needs {} in this profile",
                missing.join(", ")
            ));
            false
        })
        .collect()
}

/// Tables without a source: the one asked for, and the nomenclatures it cannot do without.
fn missing_sources(domain: &Domain, spec: &TableSpec, sources: &[Source]) -> Vec<String> {
    let has = |table: &str| {
        sources
            .iter()
            .any(|source| source.spec.id.as_str() == table)
    };
    let references = domain
        .registry
        .references_of(spec)
        .into_iter()
        .filter(|(_, optional)| !optional)
        .map(|(name, _)| name);
    let item = spec.derived.is_none().then_some(spec.id.as_str());
    let mut missing: Vec<String> = item
        .into_iter()
        .chain(references)
        .filter(|table| !has(table))
        .map(|table| format!("a source for `{table}`"))
        .collect();
    if let Some(derived) = &spec.derived
        && !derived.any_of.is_empty()
        && !derived.any_of.iter().any(|table| has(table.as_str()))
    {
        let names: Vec<String> = (derived.any_of.iter())
            .map(|table| format!("`{table}`"))
            .collect();
        missing.push(format!("a source for one of {}", names.join(", ")));
    }
    missing
}

/// Tables on people that the disclosure audit could not place among everything published, and an excuse that nothing cites.
fn unjudged(
    who: &str,
    dataset: &DatasetFile,
    specs: &[&'static TableSpec],
    problems: &mut Vec<String>,
) {
    for spec in specs {
        let on_people = spec.measures().any(debouches_model::spec::is_on_people);
        let Some(secrecy) = spec.secrecy.as_ref().filter(|_| on_people) else {
            continue;
        };
        problems.extend(
            debouches_model::spec::unmapped(secrecy, &spec.key)
                .into_iter()
                .map(|problem| format!("{who}: table `{}`: {problem}", spec.id)),
        );
        if dataset.secrecy == Some(debouches_disclosure::Mode::Inherit)
            && secrecy.inherits.is_none()
        {
            problems.push(format!(
                "{who}: `secrecy = \"inherit\"`, but table `{}` cites no publication of its producer: write `inherits = {{ publication = \"https://…\", date = \"YYYY-MM-DD\" }}` in its `[secrecy]`",
                spec.id
            ));
        }
    }
}

/// Columns left out or announced as going must exist, and a key cannot be left out.
fn known_columns(
    who: &str,
    dataset: &DatasetFile,
    specs: &[&'static TableSpec],
    problems: &mut Vec<String>,
) {
    let named = dataset
        .omit
        .iter()
        .chain(dataset.deprecated.iter().map(|notice| &notice.column));
    for name in named {
        let by_name = name.split_once('.').and_then(|(table, column)| {
            let spec = specs.iter().find(|spec| spec.id.as_str() == table)?;
            spec.columns
                .iter()
                .chain(spec.added_columns())
                .any(|item| item.name == column)
                .then_some((*spec, column))
        });
        match by_name {
            None => problems.push(format!(
                "{who} names column `{name}`: `table.column` of one of its tables is expected"
            )),
            Some((spec, column))
                if dataset.omit.contains(name) && spec.key.iter().any(|key| key == column) =>
            {
                problems.push(format!(
                    "{who} cannot omit `{name}`, which is part of the key"
                ));
            }
            Some(_) => {}
        }
    }
}

fn too_long(who: &str, what: &str, text: &str, limit: usize, problems: &mut Vec<String>) {
    if text.chars().count() > limit {
        problems.push(format!(
            "{who}: the {what} is longer than {limit} characters, which portals refuse"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve_text(text: &str, profile: Option<&str>) -> Result<Pipeline, ConfigErrors> {
        resolve(
            toml::from_str(text).unwrap(),
            Box::leak(Box::new(Domain::embedded())),
            Path::new("/x/pipeline.toml"),
            profile,
        )
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let error = resolve_text(
            r#"
            [[source]]
            id = "a"
            kind = "http"
            url = "files/a.csv"
            table = "ij_cfa_etablissement"
            [[source]]
            id = "b"
            kind = "ods"
            url = "https://example.org"
            table = "nothing"
            [[dataset]]
            id = "d"
            tables = []
            licence = "lov2"
            frequency = "annual"
            "#,
            Some("night"),
        )
        .unwrap_err();
        assert_eq!(error.problems.len(), 5, "{error}");
    }

    #[test]
    fn the_shape_of_the_architecture_is_enough() {
        let pipeline = resolve_text(
            r#"
            [state]
            url = "state"
            [[source]]
            id = "ij-cfa"
            kind = "file"
            url = "a.csv"
            table = "ij_cfa_etablissement"
            [[dataset]]
            id = "insertion-cfa"
            tables = ["ij_cfa_etablissement"]
            licence = "lov2"
            frequency = "annual"
            "#,
            None,
        )
        .unwrap();
        assert_eq!(pipeline.sources[0].request.location.shown(), "a.csv");
        assert_eq!(
            pipeline.datasets[0].notice.title,
            "Insertion des apprentis par centre de formation (CFA), CAP à BTS"
        );
        assert_eq!(
            pipeline.portal().unwrap().kind,
            super::super::PortalKind::Practice {
                folder: "/x/state/portal".into()
            }
        );
    }

    #[test]
    fn an_address_of_the_profile_wins() {
        let text = r#"
            [[source]]
            id = "s"
            table = "insersup"
            [source.at.sample]
            kind = "file"
            url = "a.csv"
            [source.at.production]
            kind = "ods"
            url = "https://example.org"
            dataset = "d"
            [profile.production]
        "#;
        let pipeline = resolve_text(text, Some("production")).unwrap();
        assert_eq!(pipeline.sources[0].request.location.kind(), "ods");
    }
}
