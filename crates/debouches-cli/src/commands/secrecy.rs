//! `debouches secrecy`: what can be worked out from published files, why, and what suppressing more would cost.

use debouches_engine::checks::disclosure::audit::{Compared, Request, audit, explain, price};
use debouches_engine::released::AuditFiles;
use serde_json::json;

use crate::args::{Global, SecrecyCommand, SecrecyFiles};
use crate::output;
use crate::session;

/// Exit code when a suppressed count can be worked out.
const UNSAFE: u8 = 3;

pub(crate) fn secrecy(global: &Global, command: &SecrecyCommand) -> anyhow::Result<u8> {
    let options = session::options(global);
    match command {
        SecrecyCommand::Audit(files) => {
            let audit = audit(&options, &request(files))?;
            let ok = audit.refused == 0;
            if global.json {
                output::print_json(
                    &json!({ "schema_version": 1, "ok": ok, "tables": audit.tables }),
                );
            } else {
                output::print(&audit.text);
            }
            Ok(if ok { 0 } else { UNSAFE })
        }
        SecrecyCommand::Explain { cell, files } => {
            let explained = explain(&options, cell, &request(files))?;
            if global.json {
                output::print_json(&json!({ "schema_version": 1, "cells": explained.lines }));
            } else {
                output::print(&(explained.lines.join("\n") + "\n"));
            }
            Ok(if explained.is_unsafe { UNSAFE } else { 0 })
        }
        SecrecyCommand::Price {
            files,
            width,
            siblings,
            threshold,
            out,
        } => {
            let out = out.as_ref().map(|out| options.path(out));
            let compared = Compared {
                width,
                siblings,
                threshold,
            };
            let (policies, text) = price(&options, &request(files), &compared, out.as_deref())?;
            if global.json {
                output::print_json(&json!({ "schema_version": 1, "policies": policies }));
            } else {
                output::print(&text);
            }
            Ok(0)
        }
    }
}

/// The files, as the engine audits them.
fn request(files: &SecrecyFiles) -> Request {
    Request {
        files: AuditFiles {
            paths: files.paths.clone(),
            spec: files.spec.clone(),
            table: files.table.clone(),
            private: files.private,
        },
        truth: files.truth.clone(),
        complementary: files.complementary,
        insiders: files.insiders,
        with_total: files.with_total.clone(),
        show: files.show,
    }
}
