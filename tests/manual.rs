//! The manual: every command that it shows is run on the sample, in the order of its pages.

use crate::harness::{PipelineTest, project};

/// The commands of a page: the lines of its `console` blocks.
fn commands(page: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut is_console = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        } else if let Some(command) = line.strip_prefix("$ debouches ").filter(|_| is_console) {
            commands.push(command.to_owned());
        } else {
            assert!(!is_console, "not a command of ours: {line}");
        }
    }
    commands
}

#[test]
fn every_command_of_the_manual_does_what_it_says() {
    let folder = project().join("crates/debouches-cli/manual/src");
    let summary = std::fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
    let pages: Vec<&str> = summary
        .split("](")
        .skip(1)
        .map(|rest| rest.split_once(')').unwrap().0)
        .collect();
    assert!(pages.len() >= 5, "{pages:?}");
    let test = PipelineTest::sample();
    let mut ran = 0;
    for page in pages {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        for command in commands(&text) {
            let arguments: Vec<&str> = command.split(' ').collect();
            test.run(&arguments).expect_exit(0);
            ran += 1;
        }
    }
    assert!(ran >= 15, "only {ran} commands were run");
    test.run(&["run"])
        .expect_exit(0)
        .expect_told("nothing to do");
}
