//! Where a table comes from, from what was typed for the profile.

use std::path::Path;

use debouches_fetch::{Address, ApiAddress, Expect, HeadingCheck, Location, SourceRequest};
use debouches_insertion::Domain;
use debouches_model::Vintage;
use debouches_model::spec::{TableSpec, Tables};

use super::file::{AddressFile, ExpectedFile, SourceFile};
use super::profile::Profile;
use super::{Awaited, Expected, Source};

/// The source in this profile; nothing when it has no address there, or a wrong one.
pub(crate) fn resolve(
    source: &SourceFile,
    domain: &'static Domain,
    profile: &Profile,
    base: &Path,
    problems: &mut Vec<String>,
) -> Option<Source> {
    let who = format!("source `{}`", source.id);
    let spec = known_table(domain.tables, source.table.as_str(), &who, problems);
    if spec.is_some_and(|spec| spec.derived.is_some()) {
        problems.push(format!(
            "{who} fills table `{}`, which is derived from other tables",
            source.table
        ));
    }
    let named = profile.chain.iter().find_map(|name| source.at.get(name));
    let file = named.cloned().or_else(|| direct(source));
    if source.at.is_empty() && file.is_none() {
        problems.push(format!("{who} needs `kind` and `url`"));
    }
    let file = file?;
    let location = match Location::of(&address(&file, profile), base) {
        Ok(location) => location,
        Err(problem) => {
            problems.push(format!("{who}: {problem}"));
            return None;
        }
    };
    if location.is_plain() {
        problems.push(format!(
            "{who}: its user and password would travel in the clear: write the address with https://"
        ));
    }
    let spec = spec?;
    let mut request = SourceRequest::new(source.id.clone(), location);
    request.member = file.member.or_else(|| source.member.clone());
    request.version = file.version.or_else(|| source.version.clone());
    request.allowed_hosts = if file.allowed_hosts.is_empty() {
        source.allowed_hosts.clone()
    } else {
        file.allowed_hosts
    };
    // A table of text may be delivered in any of the formats that are read, whatever its shapes were made from.
    request.expect = Expect::CsvOrJson;
    if file.given.is_empty() {
        let table = spec.id.clone();
        let check = move |headings: &[String]| domain.shapes.check_headings(&table, headings);
        request.headings = Some(HeadingCheck::new(check));
    }
    let typed = if file.expected.is_empty() {
        &source.expected
    } else {
        &file.expected
    };
    let expected = typed
        .iter()
        .filter_map(|typed| expected(typed, spec, source.id.as_str(), problems))
        .collect();
    Some(Source {
        spec,
        request,
        given: file.given,
        quarantine: None,
        expected,
    })
}

/// The address that is written for every profile.
fn direct(source: &SourceFile) -> Option<AddressFile> {
    Some(AddressFile {
        kind: source.kind.clone()?,
        url: source.url.clone()?,
        dataset: source.dataset.clone(),
        labels: source.labels,
        filter: source.filter.clone(),
        refine: source.refine.clone(),
        title: source.title.clone(),
        harvested: source.harvested,
        method: source.method.clone(),
        query: source.query.clone(),
        headers: source.headers.clone(),
        form: source.form.clone(),
        allowed_hosts: source.allowed_hosts.clone(),
        member: source.member.clone(),
        version: source.version.clone(),
        given: source.given.clone(),
        api: source.api.clone(),
        expected: Vec::new(),
    })
}

fn address(file: &AddressFile, profile: &Profile) -> Address {
    Address {
        kind: file.kind.clone(),
        url: profile.rewritten(&file.url),
        dataset: file.dataset.clone(),
        labels: file.labels,
        filter: file.filter.clone(),
        refine: file.refine.clone(),
        title: file.title.clone(),
        harvested: file.harvested,
        method: file.method.clone(),
        query: file.query.clone(),
        headers: file.headers.clone(),
        form: file.form.clone(),
        api: file.api.clone().map(|api| ApiAddress {
            route: api.route,
            vintages: api.vintages,
            codes: api.codes,
            codes_file: api.codes_file,
            username_env: api.username_env,
            password_env: api.password_env,
        }),
    }
}

/// What is awaited of a source: a vintage when its table has one, else a delivery.
fn expected(
    typed: &ExpectedFile,
    spec: &TableSpec,
    source: &str,
    problems: &mut Vec<String>,
) -> Option<Expected> {
    let what = match (&typed.vintage, typed.since) {
        (Some(vintage), None) => match &spec.vintage {
            Some(item) if Vintage::parse(vintage, &item.style).is_some() => {
                Awaited::Vintage(vintage.clone())
            }
            Some(_) => {
                problems
                    .push(format!("source `{source}` expects vintage `{vintage}`, which its table does not spell like that"));
                return None;
            }
            None => {
                problems.push(format!(
                    "source `{source}` expects a vintage, but table `{}` has none: use `since`",
                    spec.id
                ));
                return None;
            }
        },
        (None, Some(since)) => Awaited::DeliverySince(since),
        (Some(_), Some(_)) | (None, None) => {
            problems.push(format!(
                "source `{source}`: `expected` needs either `vintage` or `since`"
            ));
            return None;
        }
    };
    Some(Expected { by: typed.by, what })
}

pub(super) fn known_table(
    tables: &'static Tables,
    name: &str,
    who: &str,
    problems: &mut Vec<String>,
) -> Option<&'static TableSpec> {
    let spec = tables.named(name);
    if spec.is_none() {
        let known: Vec<&str> = tables.names().collect();
        problems.push(format!(
            "{who} names table `{name}`, which has no specification (known: {})",
            known.join(", ")
        ));
    }
    spec
}
