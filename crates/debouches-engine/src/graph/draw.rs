//! The graph as text for people: Mermaid, and a picture.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Edge, Link, Node, NodeKind};

/// Sizes of the picture, in pixels.
const WIDTH: usize = 230;
const GAP: usize = 150;
const HEIGHT: usize = 22;
const STEP: usize = 30;
const MARGIN: usize = 20;

/// Every node of these edges, kind after kind.
fn nodes(edges: &[Edge]) -> Vec<&Node> {
    let mut seen: BTreeSet<&Node> = BTreeSet::new();
    let mut nodes: Vec<&Node> = edges
        .iter()
        .flat_map(|edge| [&edge.from, &edge.to])
        .filter(|node| seen.insert(node))
        .collect();
    nodes.sort_by_key(|node| node.kind);
    nodes
}

/// The graph in the language of Mermaid; the nodes of `marked` have the class of their state.
#[must_use]
pub fn mermaid(edges: &[Edge], marked: &BTreeMap<Node, &'static str>) -> String {
    let nodes = nodes(edges);
    let name = |node: &Node| {
        let prefix = match node.kind {
            NodeKind::Source => "s",
            NodeKind::Table | NodeKind::Derived => "t",
            NodeKind::Dataset => "d",
            NodeKind::Portal => "p",
        };
        format!("{prefix}_{}", node.id.replace('-', "_"))
    };
    let mut out = "flowchart LR\n".to_owned();
    for node in &nodes {
        let (open, close) = match node.kind {
            NodeKind::Source => ("([", "])"),
            NodeKind::Table => ("[", "]"),
            NodeKind::Derived => ("[/", "/]"),
            NodeKind::Dataset => ("[[", "]]"),
            NodeKind::Portal => ("{{", "}}"),
        };
        let _ = writeln!(out, "  {}{open}\"{}\"{close}", name(node), node.id);
    }
    for edge in edges {
        let arrow = match edge.link {
            Link::Made => "-->",
            Link::Codes => "-.->",
        };
        let _ = writeln!(out, "  {} {arrow} {}", name(&edge.from), name(&edge.to));
    }
    let marks: Vec<_> = nodes
        .iter()
        .filter_map(|node| Some((*node, marked.get(*node)?)))
        .collect();
    for (node, class) in &marks {
        let _ = writeln!(out, "  class {} {class}", name(node));
    }
    if !marks.is_empty() {
        out += "  classDef refused fill:#fde0dc,stroke:#b00020\n  classDef late fill:#fff2cc,stroke:#8a6d00\n  classDef waiting fill:#eeeeee,stroke:#666666,stroke-dasharray:4\n";
    }
    out
}

/// The graph as a picture: a column for each kind, what is needed to the left.
#[must_use]
pub fn svg(edges: &[Edge], marked: &BTreeMap<Node, &'static str>) -> String {
    let nodes = nodes(edges);
    let kinds: Vec<NodeKind> = NodeKind::ALL
        .into_iter()
        .filter(|kind| nodes.iter().any(|node| node.kind == *kind))
        .collect();
    let mut positions: BTreeMap<&Node, (usize, usize)> = BTreeMap::new();
    let mut rows = 0;
    for (column, kind) in kinds.iter().enumerate() {
        let of_kind = nodes.iter().filter(|node| node.kind == *kind);
        for (row, node) in of_kind.enumerate() {
            // The first line names the column.
            let top = MARGIN + (row + 1) * STEP;
            positions.insert(node, (MARGIN + column * (WIDTH + GAP), top));
            rows = rows.max(row + 2);
        }
    }
    let width = 2 * MARGIN + kinds.len() * WIDTH + kinds.len().saturating_sub(1) * GAP;
    let height = 2 * MARGIN + rows * STEP;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\">\n<title>Dépendances : sources, tables, tables dérivées, jeux de données, portails</title>\n"
    );
    for (column, kind) in kinds.iter().enumerate() {
        let heading = match kind {
            NodeKind::Source => "Fichiers des producteurs",
            NodeKind::Table => "Tables reçues",
            NodeKind::Derived => "Tables dérivées",
            NodeKind::Dataset => "Jeux de données",
            NodeKind::Portal => "Portails",
        };
        let (x, y) = (MARGIN + column * (WIDTH + GAP), MARGIN + 15);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{y}\" font-weight=\"bold\" fill=\"currentColor\">{heading}</text>"
        );
    }
    for edge in edges {
        let (Some((from, above)), Some((to, below))) =
            (positions.get(&edge.from), positions.get(&edge.to))
        else {
            continue;
        };
        let (above, below) = (above + HEIGHT / 2, below + HEIGHT / 2);
        let start = from + WIDTH;
        // Two tables of one column are joined by an arc to their right.
        let (end, bend) = if from == to {
            (to + WIDTH, start + GAP / 2)
        } else {
            (*to, usize::midpoint(start, *to))
        };
        let dash = match edge.link {
            Link::Made => "",
            Link::Codes => " stroke-dasharray=\"3 3\"",
        };
        let _ = writeln!(
            out,
            "<path d=\"M{start} {above} C{bend} {above} {bend} {below} {end} {below}\" fill=\"none\" stroke=\"#8a94a6\"{dash}/>"
        );
    }
    for (node, (x, top)) in &positions {
        let fill = match (marked.get(*node).copied(), node.kind) {
            (Some("refused"), _) => "#fde0dc",
            (Some("late"), _) => "#fff2cc",
            (Some(_), _) => "#eeeeee",
            (None, NodeKind::Source) => "#e8f0fe",
            (None, NodeKind::Table) => "#ffffff",
            (None, NodeKind::Derived) => "#f3ecff",
            (None, NodeKind::Dataset) => "#e6f4ea",
            (None, NodeKind::Portal) => "#fff7e6",
        };
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"4\" fill=\"{fill}\" stroke=\"#44546a\"/><text x=\"{}\" y=\"{}\" fill=\"#1b2432\">{}</text>",
            x + 8,
            top + 15,
            node.id
        );
    }
    out + "</svg>\n"
}
