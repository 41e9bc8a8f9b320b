//! Both READMEs: the same commands, and each of them is one of ours.

use std::collections::BTreeMap;

use crate::harness::{PipelineTest, project};

/// The lines of the shell blocks of a page that call the program, without what follows `#`.
fn commands(page: &str) -> Vec<String> {
    let mut is_shell = false;
    let mut commands = Vec::new();
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            is_shell = language == "sh" || (language.is_empty() && !is_shell);
        } else if is_shell && line.starts_with("debouches ") {
            let command = line.split(" #").next().unwrap_or(line);
            commands.push(command.trim().to_owned());
        }
    }
    commands
}

fn page(name: &str) -> String {
    std::fs::read_to_string(project().join(name)).unwrap()
}

#[test]
fn the_readme_in_french_shows_the_commands_of_the_english_one() {
    let english = commands(&page("README.md"));
    let french = commands(&page("README.fr.md"));
    assert!(english.len() > 15, "{english:?}");
    assert_eq!(french, english);
    for command in ["cargo run -- run", "cargo test --workspace"] {
        assert!(page("README.md").contains(command) && page("README.fr.md").contains(command));
    }
}

#[test]
fn every_command_and_option_of_the_readme_is_in_the_help() {
    let test = PipelineTest::sample();
    let mut helps: BTreeMap<String, String> = BTreeMap::new();
    for line in commands(&page("README.md")) {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let is_group = matches!(
            words[0],
            "site" | "secrecy" | "disclosure" | "portal" | "shape"
        );
        let names = &words[..if is_group { 2 } else { 1 }];
        let help = helps.entry(names.join(" ")).or_insert_with(|| {
            let arguments: Vec<&str> = names.iter().copied().chain(["--help"]).collect();
            test.run(&arguments).expect_exit(0).stdout()
        });
        for option in words.iter().filter(|word| word.starts_with("--")) {
            let option = option.split('=').next().unwrap_or(option);
            assert!(help.contains(option), "{line}: no option {option}");
        }
    }
}
