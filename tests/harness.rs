//! A pipeline in a folder of its own, driven through the binary, so that a test is a sentence.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The root of the project.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap()
        .to_path_buf()
}

/// The folder of a fixture.
pub(crate) fn fixture(path: &str) -> PathBuf {
    project().join("fixtures").join(path)
}

/// The folder of real files: `DEBOUCHES_DATA`, else beside the project. A test that needs them is ignored by name.
pub(crate) fn real_data() -> PathBuf {
    let beside = || project().join("../shared/data");
    let folder = std::env::var_os("DEBOUCHES_DATA").map_or_else(beside, PathBuf::from);
    assert!(
        folder.join("inserjeunes").is_dir(),
        "no real files in {}: DEBOUCHES_DATA names their folder",
        folder.display()
    );
    folder.canonicalize().unwrap()
}

/// The records of a delimited text as they are written: a quoted line end is none.
pub(crate) fn records(text: &str) -> Vec<String> {
    let mut records: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        match records.last_mut() {
            Some(record) if is_open => {
                record.push('\n');
                record.push_str(line);
            }
            _ => records.push(line.to_owned()),
        }
        is_open ^= line.matches('"').count() % 2 == 1;
    }
    records
}

/// A pipeline: a configuration in a temporary folder, and what its runs left there.
pub(crate) struct PipelineTest {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl PipelineTest {
    /// A pipeline with that configuration.
    pub(crate) fn with_config(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pipeline.toml"), config).unwrap();
        Self {
            folder,
            environment: Vec::new(),
        }
    }

    /// A pipeline in a folder that has everything already.
    pub(crate) fn in_folder(folder: tempfile::TempDir) -> Self {
        Self {
            folder,
            environment: Vec::new(),
        }
    }

    /// The project's own configuration, on the sample.
    pub(crate) fn sample() -> Self {
        let sources = fixture("sources").display().to_string();
        let config = std::fs::read_to_string(project().join("pipeline.toml")).unwrap();
        Self::with_config(&config.replace("fixtures/sources", &sources))
    }

    /// One table from one file, published as one dataset; nomenclatures from the sample. A nomenclature is tested beside the sample.
    pub(crate) fn one_table(table: &str, file: &Path) -> Self {
        let mut config = String::new();
        let mut source = |id: &str, url: String, table: &str| {
            write!(
                config,
                "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = \"{url}\"\ntable = \"{table}\"\n"
            )
            .unwrap();
        };
        source("tested", file.display().to_string(), table);
        let is_nomenclature = table.starts_with("bcn_") || table == "certif_info";
        let published = if is_nomenclature {
            "ij_cfa_etablissement"
        } else {
            table
        };
        if is_nomenclature {
            source(
                "cfa",
                fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv")
                    .display()
                    .to_string(),
                published,
            );
        }
        for (id, file, own) in [
            ("mef", "bcn/n_mef.csv", "bcn_mef"),
            (
                "diplomes",
                "bcn/n_formation_diplome.csv",
                "bcn_formation_diplome",
            ),
            (
                "groupes",
                "bcn/n_groupe_specialite.csv",
                "bcn_groupe_specialite",
            ),
            ("certif", "metiers/certif_info.csv", "certif_info"),
        ] {
            if own != table {
                source(id, fixture("sources").join(file).display().to_string(), own);
            }
        }
        write!(config, "[[dataset]]\nid = \"tested\"\ntables = [\"{published}\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\ntags = [\"insertion\"]\n").unwrap();
        Self::with_config(&config)
    }

    /// Adds to the configuration.
    pub(crate) fn with(self, config: &str) -> Self {
        let path = self.path("pipeline.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + "\n" + config).unwrap();
        self
    }

    /// Adds to the beginning of the configuration, before its tables.
    pub(crate) fn first(self, config: &str) -> Self {
        let path = self.path("pipeline.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{config}\n{text}")).unwrap();
        self
    }

    /// Sets an environment variable of the runs.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The command, ready to be started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_debouches"));
        command
            .arg("-C")
            .arg(self.folder.path())
            .args(arguments)
            .env_remove("DEBOUCHES_API_KEY")
            .env_remove("SOURCE_DATE_EPOCH");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran {
            output: self.command(&with_details(arguments)).output().unwrap(),
            arguments: arguments.join(" "),
        }
    }

    /// Runs that command, made from [`Self::command`], to its end.
    pub(crate) fn ran(&self, mut command: Command, arguments: &str) -> Ran {
        Ran {
            output: command.output().unwrap(),
            arguments: arguments.to_owned(),
        }
    }

    /// Every file of the newest release of each dataset, but the manifest, by its path.
    pub(crate) fn releases(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.path("state/package");
        let mut files = BTreeMap::new();
        let mut waiting = vec![root.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else if path.file_name().unwrap() != "manifest.json" {
                    files.insert(
                        path.strip_prefix(&root).unwrap().display().to_string(),
                        std::fs::read(&path).unwrap(),
                    );
                }
            }
        }
        files
    }

    /// The only file below `state/` whose path ends like that.
    pub(crate) fn state_file(&self, folder: &str, name: &str) -> PathBuf {
        let mut found = Vec::new();
        let mut waiting = vec![self.path("state").join(folder)];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path)
                } else if path.ends_with(name) {
                    found.push(path)
                }
            }
        }
        assert_eq!(found.len(), 1, "{folder}/…/{name}: {found:?}");
        found.remove(0)
    }

    /// What the practice portal keeps.
    pub(crate) fn practice_portal(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path("state/portal/portal.json")).unwrap())
            .unwrap()
    }
}

/// The arguments, with a line asked for each source, table and dataset unless silence is: scenarios look at them.
fn with_details<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let is_quiet = |argument: &&str| matches!(*argument, "-q" | "--quiet");
    let mut arguments = arguments.to_vec();
    if !arguments.iter().any(is_quiet) {
        arguments.insert(0, "-v");
    }
    arguments
}

/// A run that ended.
pub(crate) struct Ran {
    pub(crate) output: Output,
    arguments: String,
}

impl Ran {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).unwrap()
    }

    /// Everything that was printed, for the message of a failure.
    pub(crate) fn told(&self) -> String {
        format!(
            "`debouches {}` exited with {:?}\n{}{}",
            self.arguments,
            self.output.status.code(),
            self.stdout(),
            self.stderr()
        )
    }

    pub(crate) fn expect_exit(self, code: i32) -> Self {
        assert_eq!(self.output.status.code(), Some(code), "{}", self.told());
        self
    }

    pub(crate) fn expect_told(self, text: &str) -> Self {
        assert!(
            self.stdout().contains(text) || self.stderr().contains(text),
            "« {text} » was not told\n{}",
            self.told()
        );
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.output.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error})\n{}", self.told()))
    }
}
