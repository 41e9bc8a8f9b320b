//! A pipeline of one table in a temporary folder, on files of the sample.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use debouches_engine::selection::Selection;
use debouches_engine::summary::Summary;
use debouches_engine::{Context, Options, stages};
use debouches_model::{Silent, Stage};
use debouches_release::{RECORD_FILE, ReleaseRecord};

/// The table that is published.
pub(crate) const TABLE: &str = "ij_cfa_etablissement";

/// The nomenclatures that it needs, and their files in the sample.
const NOMENCLATURES: [(&str, &str); 4] = [
    ("bcn_mef", "bcn/n_mef.csv"),
    ("bcn_formation_diplome", "bcn/n_formation_diplome.csv"),
    ("bcn_groupe_specialite", "bcn/n_groupe_specialite.csv"),
    ("certif_info", "metiers/certif_info.csv"),
];

pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// A pipeline whose state is at that address.
    pub(crate) fn new(state: &str) -> Self {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/sources");
        let mut config = format!("[state]\nurl = \"{state}\"\n");
        let mut source = |id: &str, url: &str, table: &str| {
            write!(
                config,
                "[[source]]\nid = \"{id}\"\nkind = \"file\"\nurl = \"{url}\"\ntable = \"{table}\"\n"
            )
            .unwrap();
        };
        source("tested", "source.csv", TABLE);
        for (table, file) in NOMENCLATURES {
            let id = table.replace('_', "-");
            source(&id, &sample.join(file).display().to_string(), table);
        }
        write!(
            config,
            "[[dataset]]\nid = \"tested\"\ntables = [\"{TABLE}\"]\nlicence = \"lov2\"\nfrequency = \"annual\"\ntags = [\"insertion\"]\n"
        )
        .unwrap();
        let bench = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        bench.write("pipeline.toml", &config);
        let file = sample.join("ij-cfa/fr-en-inserjeunes-cfa.csv");
        std::fs::copy(file, bench.path("source.csv")).unwrap();
        bench
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        std::fs::write(self.path(path), text).unwrap();
    }

    /// Leaves a column out of the dataset.
    pub(crate) fn omit(&self, column: &str) {
        let config = std::fs::read_to_string(self.path("pipeline.toml")).unwrap();
        self.write(
            "pipeline.toml",
            &format!("{config}omit = [\"{TABLE}.{column}\"]\n"),
        );
    }

    /// What a release records of itself.
    pub(crate) fn record(&self, version: &str) -> ReleaseRecord {
        let path = format!("state/package/tested/{version}/{RECORD_FILE}");
        ReleaseRecord::read(&std::fs::read(self.path(&path)).unwrap()).unwrap()
    }

    pub(crate) async fn open(&self) -> Context {
        self.open_with(|_| {}).await
    }

    pub(crate) async fn open_with(&self, decide: impl FnOnce(&mut Options)) -> Context {
        let mut options = Options {
            config: "pipeline.toml".into(),
            directory: Some(self.folder.path().to_path_buf()),
            ..Options::default()
        };
        decide(&mut options);
        Context::open(&options, Arc::new(Silent)).await.unwrap()
    }
}

/// Runs these stages on everything.
pub(crate) async fn run(context: &Context, wanted: &[Stage]) -> Summary {
    let selection = Selection::of(&context.pipeline, &[]).unwrap();
    let lock = context.lock("test").await.unwrap();
    let mut summary = Summary::default();
    for stage in wanted {
        stages::run(*stage, context, &selection, &lock, &mut summary)
            .await
            .unwrap();
    }
    summary
}
