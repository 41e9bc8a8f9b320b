//! How an error of a command is printed.

use std::process::ExitCode;

use debouches_engine::failure::{fault_of, hint_of, in_lines, one_line};

use crate::args::Global;
use crate::output::{Loudness, report_line};

/// Prints an error and gives its exit code.
pub(crate) fn report(error: &anyhow::Error, global: &Global) -> ExitCode {
    let fault = fault_of(error);
    if global.json {
        let document = serde_json::json!({
            "schema_version": 1,
            "error": one_line(error),
            "hint": hint_of(error),
            "exit_code": fault.exit_code(),
        });
        crate::output::print(&(document.to_string() + "\n"));
    } else {
        let print = |text: &str| report_line(global, Loudness::Error, text);
        print(&format!("error: {}", in_lines(error)));
        if let Some(hint) = hint_of(error) {
            print(&format!("hint: {hint}"));
        }
    }
    ExitCode::from(fault.exit_code())
}
