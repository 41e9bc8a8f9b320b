//! No module of a crate imports, directly or through others, a module that imports it: what is below never names what is above.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

mod sources;

use std::collections::{BTreeMap, BTreeSet};

use sources::Source;

/// Which modules of a crate each module names.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn graph(sources: &[Source]) -> Graph {
    let known: BTreeSet<&str> = sources
        .iter()
        .map(|source| source.module.as_str())
        .collect();
    let edges = |source: &Source| {
        let named = paths(&source.code, &source.module);
        let targets = named.iter().filter_map(|path| nearest(path, &known));
        let targets = targets.filter(|target| *target != source.module);
        targets.collect::<BTreeSet<_>>()
    };
    sources
        .iter()
        .map(|source| (source.module.clone(), edges(source)))
        .collect()
}

/// The module that holds what a path names; none for the root, which only lists modules.
fn nearest(path: &[String], known: &BTreeSet<&str>) -> Option<String> {
    (1..=path.len())
        .rev()
        .map(|length| path[..length].join("::"))
        .find(|module| known.contains(module.as_str()))
}

/// The paths of this crate that some code names, from its root.
fn paths(code: &str, module: &str) -> Vec<Vec<String>> {
    let here: Vec<String> = module
        .split("::")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("::") {
        let before = &code[..at];
        let start = before
            .rfind(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .map_or(0, |at| at + 1);
        if before[..start].ends_with("::") {
            continue;
        }
        let mut base = match &before[start..] {
            "crate" => Vec::new(),
            "self" => here.clone(),
            "super" => here[..here.len().saturating_sub(1)].to_vec(),
            _ => continue,
        };
        let mut rest = &code[at..];
        while let Some(next) = rest.strip_prefix("::super") {
            base.pop();
            rest = next;
        }
        paths.extend(named(rest.strip_prefix("::").unwrap_or_default(), &base));
    }
    paths
}

/// The paths that begin here, under `base`: one, or those of a group.
fn named(text: &str, base: &[String]) -> Vec<Vec<String>> {
    if let Some(group) = text.strip_prefix('{') {
        return items(group)
            .into_iter()
            .flat_map(|item| named(item.trim(), base))
            .collect();
    }
    let end = text
        .find(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
        .unwrap_or(text.len());
    let mut path = base.to_vec();
    if !text[..end].is_empty() && &text[..end] != "self" {
        path.push(text[..end].to_owned());
    }
    match text[end..].strip_prefix("::") {
        Some(rest) => named(rest, &path),
        None => vec![path],
    }
}

/// The items of a group, up to the brace that closes it.
fn items(group: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0_u32, 0);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&group[start..at]);
                return items;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}

/// The modules that reach themselves, each with the modules that it names on the way.
fn circles(graph: &Graph) -> BTreeMap<String, BTreeSet<String>> {
    let reaches: BTreeMap<&String, BTreeSet<&String>> = graph
        .keys()
        .map(|module| (module, reachable(graph, module)))
        .collect();
    let is_circular = |module: &&String| reaches[*module].contains(*module);
    graph
        .keys()
        .filter(is_circular)
        .map(|module| {
            let named = graph[module].iter();
            let named =
                named.filter(|next| reaches.get(next).is_some_and(|all| all.contains(module)));
            (module.clone(), named.cloned().collect())
        })
        .collect()
}

fn reachable<'a>(graph: &'a Graph, from: &str) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut pending: Vec<&String> = graph[from].iter().collect();
    while let Some(module) = pending.pop() {
        if reached.insert(module) {
            pending.extend(graph.get(module).into_iter().flatten());
        }
    }
    reached
}

#[test]
fn no_module_imports_what_imports_it() {
    let mut wrong = Vec::new();
    for (name, sources) in sources::crates() {
        let circles = circles(&graph(&sources));
        if !circles.is_empty() {
            wrong.push(format!("{name}: modules in circles: {circles:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_circle_is_found_through_a_third_module_and_through_a_group() {
    let source = |module: &str, code: &str| Source {
        module: module.to_owned(),
        code: code.to_owned(),
        text: String::new(),
    };
    let sources = [
        source("", "mod a; mod b; mod c;"),
        source("a", "use crate::{b::{self, B}, d};"),
        source("b", "use super::c::C;"),
        source("b::inner", "use super::super::a;"),
        source("c", "fn f() { crate::a::g() }"),
        source("d", "use std::crate_like;"),
    ];
    let found: Vec<String> = circles(&graph(&sources)).into_keys().collect();
    assert_eq!(found, ["a", "b", "c"]);
}
