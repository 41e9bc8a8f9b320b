//! `debouches graph`: what depends on what, as Mermaid or as a picture.

use std::collections::BTreeMap;

use debouches_engine::graph::{Graph, Node, NodeKind, mermaid, svg};
use debouches_engine::selection::Selection;
use debouches_engine::status::{State, status};
use debouches_model::Stage;
use serde_json::json;

use crate::args::{Global, GraphArgs};
use crate::output;
use crate::session;

pub(crate) async fn graph(global: &Global, args: &GraphArgs) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let edges = Graph::of(&context.pipeline).edges_to(&args.subjects.subjects)?;
    if global.json {
        output::print_json(&json!({ "schema_version": 1, "edges": edges }));
        return Ok(0);
    }
    let marked = if args.plain {
        BTreeMap::new()
    } else {
        marked(&context).await?
    };
    output::print(&if args.svg {
        svg(&edges, &marked)
    } else {
        mermaid(&edges, &marked)
    });
    Ok(0)
}

/// The nodes that are refused, late or waiting.
async fn marked(
    context: &debouches_engine::Context,
) -> anyhow::Result<BTreeMap<Node, &'static str>> {
    let selection = Selection::of(&context.pipeline, &[])?;
    let mut marked = BTreeMap::new();
    for line in status(context, &selection).await? {
        let state = match line.state {
            State::Refused => "refused",
            State::Late => "late",
            State::Waiting => "waiting",
            _ => continue,
        };
        let kinds: &[NodeKind] = match line.stage {
            Stage::Fetch => &[NodeKind::Source],
            Stage::Validate | Stage::Enrich => &[NodeKind::Table, NodeKind::Derived],
            Stage::Package | Stage::Publish => &[NodeKind::Dataset],
        };
        for kind in kinds {
            let node = Node {
                kind: *kind,
                id: line.subject.clone(),
            };
            marked.entry(node).or_insert(state);
        }
    }
    Ok(marked)
}
