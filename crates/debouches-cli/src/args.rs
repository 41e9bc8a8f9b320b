//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use debouches_engine::verification;
use debouches_model::{Lang, Stage, TableId, Version};

/// Publishes what becomes of young people after their training (InserJeunes, InserSup) as open data.
///
/// Five stages, each a command that can be rerun alone: fetch, validate, enrich, package, publish.
#[derive(Debug, Parser)]
#[command(name = "debouches", version, propagate_version = true, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  debouches run                         the whole pipeline, on the sample by default
  debouches run --profile production --yes -q
                                        for cron: silent unless something is wrong
  debouches plan                        what would change on the portal; writes nothing
  debouches validate insersup --force   one stage of one table, again
  debouches why insersup                why a stage ran, or would run
  debouches explain shares-not-hundred  what a finding means
  debouches coverage offer.csv --key cfd what is shown of a catalogue of trainings, and why not

Exit codes: 0 done or nothing to do, 1 our failure, 2 usage or configuration, 3 data refused, 4 permission,
5 lock held, 6 publication incomplete, 7 integrity mismatch, 10 changes pending (plan --exit-code), 75 outage.";

/// Flags of every command.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Global {
    /// Configuration file
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "pipeline.toml",
        env = "DEBOUCHES_CONFIG"
    )]
    pub(crate) config: PathBuf,
    /// Works as if started in that folder
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
    /// Profile of the configuration [default: sample]
    #[arg(long, global = true, value_name = "NAME", env = "DEBOUCHES_PROFILE")]
    pub(crate) profile: Option<String>,
    /// Prints one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Form of log lines
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Language of findings and explanations
    #[arg(long, global = true, value_enum, default_value_t = LangArg::Fr, env = "DEBOUCHES_LANG")]
    pub(crate) lang: LangArg,
    /// Prints nothing unless something is wrong
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Adds a line for each source, table and dataset; twice or three times, more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Log lines instead of a progress bar
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto)]
    pub(crate) color: ColorArg,
    /// Asks no other machine for sources: uses their snapshots; the portal is still asked when publishing
    #[arg(long, global = true)]
    pub(crate) offline: bool,
    /// Refuses any change of pipeline.lock
    #[arg(long, global = true)]
    pub(crate) locked: bool,
    /// Works again even when nothing changed
    #[arg(long, global = true)]
    pub(crate) force: bool,
    /// Says what would be done, and writes nothing
    #[arg(short = 'n', long, global = true)]
    pub(crate) dry_run: bool,
    /// Publishes to a real portal without asking
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,
    /// Waits for the lock that long, for instance 30s or 10m
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub(crate) wait_lock: Option<std::time::Duration>,
    /// Threads and simultaneous downloads [default: the number of processors]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
    /// Memory of the process that reads a source, for instance 2G: past it the source is refused [default: 4G]; no other stage
    /// starts on a table that needs more than that
    #[arg(long, global = true, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<u64>,
    /// What the call says of the next release; set from the arguments of `package` and `run`.
    #[arg(skip)]
    pub(crate) wish: ReleaseWish,
}

/// What a person says of the next release.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct ReleaseWish {
    /// Publishes a change that breaks reusers without notice, for that reason, which goes into the changelog
    #[arg(long, value_name = "REASON")]
    pub(crate) breaking: Option<String>,
    /// Number of the new version; refused when it says less than the change does
    #[arg(long, value_name = "VERSION")]
    pub(crate) as_version: Option<Version>,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Sources to bytes
    Fetch(Subjects),
    /// Bytes to checked tables
    Validate(Subjects),
    /// Checked tables to tagged ones, small groups hidden
    Enrich(Subjects),
    /// Tables to releases: CSV, Parquet, metadata, checksums
    Package(PackageArgs),
    /// Releases to the portal; with a plan file, its writes and no other
    ///
    /// `debouches publish plan.json` does what `debouches plan -o plan.json` showed, and refuses when the release or the
    /// portal moved since.
    Publish(PublishArgs),
    /// All the stages, in order
    Run(RunArgs),
    /// What would be published and what would change on the portal; writes nothing
    Plan(PlanArgs),
    /// Where each source, table and dataset stands
    Status(Subjects),
    /// Why a stage would run again: which ingredient moved since its last output
    Why(Subjects),
    /// What was found wrong in a source, a table or a dataset, rule by rule, and where the files are
    Findings(FindingsArgs),
    /// What depends on what: sources, tables, derived tables, datasets, portals; Mermaid, or a picture
    ///
    /// What is refused, late or waiting has its colour. A dataset waits while another, whose rows it holds in another form, has
    /// no release of what was received last.
    Graph(GraphArgs),
    /// Checks configuration, specifications, code lists and secrets
    Check {
        /// Asks every address of the profile, and prints what it answers
        #[arg(long)]
        online: bool,
    },
    /// What differs between two releases: schema, rows by key, cells, largest moves; exit 10 when they differ
    Diff(DiffArgs),
    /// Checks a release, wherever it is: signature, every file, every table, or made again to the same bytes; exit 7
    Verify(VerifyArgs),
    /// Withdraws a release: readers are led to the one before, its page is marked, its bytes stay
    ///
    /// The pointers move back (portal, latest.json of a bucket); when no other release is left, the page says not to use the
    /// files. The register of the state keeps who, when and why; `status` and the next changelog tell it. The same data is not
    /// released again, and the number is never used again. `--undo` takes it back.
    Yank(YankArgs),
    /// Removes the bytes of a release everywhere, for ever: state, portals, bucket
    ///
    /// For a disclosure. What is left: the digests of its files in the register, with who, when and on what legal basis; and,
    /// in the state only, the keys, counts and rates that readers have seen, without which the disclosure audit could not prove that
    /// later releases are safe. Snapshots and intermediate tables of the state are not published and stay. It cannot be
    /// undone; copies that others made are theirs. Stopped midway, the same command completes it.
    Purge(PurgeArgs),
    /// Lets the data of a retracted release be published again, in another release
    ///
    /// After a yank or a purge the same figures are refused (exit 3) in whatever form they come back. The number of the
    /// retracted release is never used again. The register of the state keeps who, when and why.
    Retract(RetractArgs),
    /// What former runs did
    History(HistoryArgs),
    /// What one run did, stage by stage
    Show(ShowArgs),
    /// What the tables can show of a catalogue of trainings, line by line, and why not when they cannot
    ///
    /// Reads the validated tables of the state, and hides what `enrich` hides. Each line is answered for its establishment,
    /// for the région of its establishment, and for any place at all: own figures, those of a diploma of the continuum, of
    /// the last year of the course, of the specialities behind a common year, of another number of the establishment; else
    /// the reason. The text and `--json` give totals, `--rows FILE` a row for each line.
    #[command(after_help = COVERAGE_HELP)]
    Coverage(CoverageArgs),
    /// Prints the JSON Schema of what the program writes, and of what people write for it
    Schema {
        /// What: the report of a stage, a comparison, or the coverage of a catalogue
        name: SchemaName,
    },
    /// Shapes: the layouts in which producers deliver a table
    Shape {
        #[command(subcommand)]
        command: ShapeCommand,
    },
    /// Lets what the drift check refused through, until a day: one slice, or all of a refusal
    Waive(WaiveArgs),
    /// Lists the exceptions to the drift check, or removes one
    Waivers(WaiversArgs),
    /// What a rule or an exit code means
    Explain(ExplainArgs),
    /// Disclosure control: what can be worked out from published files, why, and what suppressing more would cost
    #[command(name = "disclosure", alias = "secrecy")]
    Secrecy {
        #[command(subcommand)]
        command: SecrecyCommand,
    },
    /// What establishments and readers signal about published values
    Signal {
        #[command(subcommand)]
        command: SignalCommand,
    },
    /// The public site: pages of establishments, trainings and territories beside the datasets
    Site {
        #[command(subcommand)]
        command: SiteCommand,
    },
    /// The practice portal
    Portal {
        #[command(subcommand)]
        command: PortalCommand,
    },
    /// Prints ready files for a scheduler: systemd, cron, Kubernetes, a container
    Units(UnitsArgs),
    /// Prints the manual, or writes a page per command into a folder
    Man(ManArgs),
    /// Reads sources for a run that started this process
    #[command(hide = true)]
    ReadSources,
    /// Prints a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Sources, tables or datasets; everything when none is named.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct Subjects {
    /// Sources, tables or datasets; all of them when none is named
    #[arg(value_name = "SUBJECT")]
    pub(crate) subjects: Vec<String>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct FindingsArgs {
    #[command(flatten)]
    pub(crate) subjects: Subjects,
    /// How many findings of each rule to print; the files have the others
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) most: usize,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub(crate) subjects: Subjects,
    /// Prints an SVG picture instead of Mermaid
    #[arg(long)]
    pub(crate) svg: bool,
    /// Without the colours of what is refused, late or waiting: the same picture whatever the state
    #[arg(long)]
    pub(crate) plain: bool,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) subjects: Subjects,
    /// First stage to run
    #[arg(long, value_name = "STAGE", conflicts_with = "only")]
    pub(crate) from: Option<Stage>,
    /// Last stage to run
    #[arg(long, value_name = "STAGE", conflicts_with = "only")]
    pub(crate) to: Option<Stage>,
    /// The only stage to run
    #[arg(long, value_name = "STAGE")]
    pub(crate) only: Option<Stage>,
    #[command(flatten)]
    pub(crate) wish: ReleaseWish,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct PackageArgs {
    #[command(flatten)]
    pub(crate) subjects: Subjects,
    #[command(flatten)]
    pub(crate) wish: ReleaseWish,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct DiffArgs {
    /// A version, a folder, an address, or `live`; a version may carry its dataset, as in insertion-etablissements@1.0.0
    pub(crate) before: String,
    /// The release to compare it with
    pub(crate) after: String,
    /// Dataset of versions and of `live` [default: the only one]
    #[arg(long, value_name = "DATASET")]
    pub(crate) dataset: Option<String>,
    /// Largest difference of two numbers that are told to be the same
    #[arg(long, value_name = "NUMBER", default_value_t = 0.0)]
    pub(crate) tolerance: f64,
    /// Prints one HTML page instead of text
    #[arg(long)]
    pub(crate) html: bool,
    /// Writes every change, one line each, to that Parquet file
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
}

const COVERAGE_HELP: &str = "\
Examples:
  debouches coverage affelnet.csv --key mefstat11 --column 'MEF STAT 11' --uai-column UAI --rows lines.csv
  debouches coverage parcoursup.csv.gz --key cfd --uai-column UAI --voie-column STATUT --json
  debouches coverage offer.csv --key uai --on 2025-09-01
  debouches coverage offer.csv --key cfd --vintage 2018_2019

A year asked is answered by that year, else by the two years cumulated that end with it, and the other way round; no other
vintage answers.

Exit codes: 0 answered, 2 no such file, column or vintage, 3 the catalogue cannot be read (file, line, column and value are told).";

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct CoverageArgs {
    /// Catalogue: delimited text with a heading (also .gz); encoding and separator are recognised
    #[arg(value_name = "CATALOGUE.csv")]
    pub(crate) catalogue: PathBuf,
    /// Code system of the column that names trainings; `uai` for establishments alone
    #[arg(long, value_enum)]
    pub(crate) key: CoverageKey,
    /// Column of the code [default: the one whose name says so]
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// Column of the establishment, for lines that are an establishment and a training
    #[arg(long, value_name = "NAME")]
    pub(crate) uai_column: Option<String>,
    /// Column that tells school from apprenticeship (scolaire, apprentissage)
    #[arg(long, value_name = "NAME")]
    pub(crate) voie_column: Option<String>,
    /// Day on which a training is open or closed, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) on: Option<chrono::NaiveDate>,
    /// Leaves out vintages whose last year is before that one
    #[arg(long, value_name = "YEAR")]
    pub(crate) since: Option<u16>,
    /// Figures of that vintage only: 2019, or `2018_2019` for two years cumulated; tables that have none take no part
    #[arg(long, value_name = "VINTAGE", conflicts_with = "since")]
    pub(crate) vintage: Option<debouches_model::Vintage>,
    /// Writes a row for each line to that file: CSV, or Parquet when its name ends in .parquet
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
}

/// The code system of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CoverageKey {
    /// Statistical training code, eleven characters
    Mefstat11,
    /// Training code, ten characters
    Mef,
    /// Diploma code, eight characters
    Cfd,
    /// Higher-education diploma code, seven characters
    Sise,
    /// Number of the RNCP, with or without its prefix
    Rncp,
    /// Establishment
    Uai,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct PublishArgs {
    /// Datasets, or one plan file (`….json`); every dataset when none is named
    #[arg(value_name = "SUBJECT|PLAN.json")]
    pub(crate) subjects: Vec<String>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) subjects: Subjects,
    /// Keeps the plan in a file, for `debouches publish FILE`
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Exits with 10 when something would change, else with 3 when what was received last was refused
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct VerifyArgs {
    /// A folder, an address, DATASET@VERSION, DATASET@latest, DATASET@live, or `live` for all that the portal shows
    #[arg(value_name = "PATH|URL|live", required_unless_present = "all")]
    pub(crate) release: Option<String>,
    /// Everything that we keep or serve: the state, each portal, each static site
    #[arg(long, conflicts_with = "release")]
    pub(crate) all: bool,
    /// The oldest version that is accepted
    #[arg(long, value_name = "VERSION")]
    pub(crate) at_least: Option<Version>,
    /// Dataset of a version alone, or the only one of `live`
    #[arg(long, value_name = "DATASET")]
    pub(crate) dataset: Option<String>,
    /// How far to look
    #[arg(long, value_enum, default_value_t = Depth::Sums)]
    pub(crate) depth: Depth,
    /// Public key of minisign, or a file with it: the release must be signed by it [default: that of pipeline.toml]
    #[arg(long, value_name = "KEY")]
    pub(crate) public_key: Option<String>,
}

/// How far `verify` looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Depth {
    /// Signature, sizes, digests, missing files, files that nobody names
    Sums,
    /// And every table is read again: columns, rows, keys, CSV against Parquet, reasons of emptiness, secrecy
    Read,
    /// And the release is made again from pipeline.lock and the snapshots, elsewhere: the same bytes
    Rebuild,
}

impl From<Depth> for verification::Depth {
    fn from(depth: Depth) -> Self {
        match depth {
            Depth::Sums => Self::Sums,
            Depth::Read => Self::Read,
            Depth::Rebuild => Self::Rebuild,
        }
    }
}

/// Names a release of the state.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct ReleaseName {
    /// The release: DATASET@VERSION, or a version alone
    #[arg(value_name = "VERSION")]
    pub(crate) release: String,
    /// Dataset of a version alone [default: the only one]
    #[arg(long, value_name = "DATASET")]
    pub(crate) dataset: Option<String>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct YankArgs {
    #[command(flatten)]
    pub(crate) name: ReleaseName,
    /// Why, in French: it is published
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Who decides [default: the user of the machine]
    #[arg(long, value_name = "NAME", env = "USER", default_value = "")]
    pub(crate) by: String,
    /// Takes a yank back
    #[arg(long)]
    pub(crate) undo: bool,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct PurgeArgs {
    #[command(flatten)]
    pub(crate) name: ReleaseName,
    /// On what ground, in French: it is published
    #[arg(long, value_name = "TEXT")]
    pub(crate) legal_basis: Option<String>,
    /// Who decides [default: the user of the machine]
    #[arg(long, value_name = "NAME", env = "USER", default_value = "")]
    pub(crate) by: String,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct RetractArgs {
    /// The release whose retraction is lifted
    #[arg(long, value_name = "DATASET@VERSION")]
    pub(crate) lift: String,
    /// Why, in French: it is published
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Who decides [default: the user of the machine]
    #[arg(long, value_name = "NAME", env = "USER", default_value = "")]
    pub(crate) by: String,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct HistoryArgs {
    /// How many runs, the newest at the end
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) last: usize,
    /// Only runs that did not end well
    #[arg(long)]
    pub(crate) troubles: bool,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct ShowArgs {
    /// Name of a run, or the beginning of it; `last` for the newest
    pub(crate) run: String,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct UnitsArgs {
    /// For whom
    #[arg(value_enum)]
    pub(crate) kind: UnitKind,
    /// Folder of pipeline.toml and of the state, on the machine that runs it
    #[arg(long, value_name = "DIR", default_value = "/srv/debouches")]
    pub(crate) folder: PathBuf,
    /// Writes each file to that folder instead of printing them
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnitKind {
    /// A service and its timer
    Systemd,
    /// A file for /etc/cron.d
    Cron,
    /// A Kubernetes job on a schedule
    K8s,
    /// A Containerfile
    Container,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct ManArgs {
    /// Folder that takes a page per command
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ShapeCommand {
    /// Proposes a shape for a file whose header none knows, to be reviewed and kept in `domain/shapes/`
    Propose(ProposeArgs),
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct ProposeArgs {
    /// File as the producer delivers it: text, JSON, workbook or Parquet, packed or not
    pub(crate) file: PathBuf,
    /// Table that it should fill
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: TableId,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaName {
    /// What `coverage --json` prints
    Coverage,
    /// What `diff --json` prints
    Diff,
    /// `report.json`
    Report,
    /// A file of `domain/shapes/`: how a table is delivered
    Shape,
    /// A file of `domain/tables/`: what is known of a table
    Table,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct WaiveArgs {
    /// Rule of the drift check, for instance drift-rows
    pub(crate) rule: Option<String>,
    /// Slice, as the last refusal names it, for instance 'région=Corse'; * for every slice of the rule
    #[arg(long)]
    pub(crate) slice: Option<String>,
    /// Dataset; every dataset when none is named
    #[arg(long)]
    pub(crate) dataset: Option<String>,
    /// All that the last refusal of that dataset names, rule by rule and slice by slice
    #[arg(long, value_name = "DATASET", conflicts_with_all = ["rule", "slice", "dataset", "ahead"])]
    pub(crate) refusal: Option<String>,
    /// For a slice that no refusal names yet
    #[arg(long)]
    pub(crate) ahead: bool,
    /// Why, in French: it is published in the changelog
    #[arg(long)]
    pub(crate) reason: String,
    /// Last day on which it holds, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub(crate) until: chrono::NaiveDate,
    /// Who decides: published in the changelog, so rather a function ('bureau des études') than a person
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) by: String,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct WaiversArgs {
    /// Removes the waiver of that number
    #[arg(long, value_name = "N")]
    pub(crate) remove: Option<usize>,
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct ExplainArgs {
    /// Code of a rule, for instance duplicate-key, or an exit code; all of them when none is given
    pub(crate) code: Option<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SecrecyCommand {
    /// Looks for hidden counts that can be worked out, all releases together; exits with 3 when there is one
    Audit(SecrecyFiles),
    /// Says why a hidden count is safe, or how it is worked out
    Explain {
        /// Beginning of its key, parts separated by ×, then its column after ·, for instance `2020_2021 × 84 × scolaire`
        cell: String,
        #[command(flatten)]
        files: SecrecyFiles,
    },
    /// Compares policies: what each would hide beside the small counts
    Price {
        #[command(flatten)]
        files: SecrecyFiles,
        /// Widths to compare, in persons
        #[arg(long, value_name = "N,…", value_delimiter = ',')]
        width: Vec<u32>,
        /// Fewest hidden parts in a total, to compare
        #[arg(long, value_name = "N,…", value_delimiter = ',')]
        siblings: Vec<u32>,
        /// Thresholds to compare
        #[arg(long, value_name = "N,…", value_delimiter = ',')]
        threshold: Vec<u32>,
        /// Writes the table with its hidden counts blank, as the last policy compared leaves it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct SecrecyFiles {
    /// Releases of one table, the oldest first: CSV files (also .gz), or folders of releases
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Key, markers and policy of a table that is not ours (TOML)
    #[arg(long, value_name = "FILE", conflicts_with = "table")]
    pub(crate) spec: Option<PathBuf>,
    /// The table, when the names of the files do not tell
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Option<String>,
    /// The files are private: hides counts under the threshold first, as publication would
    #[arg(long)]
    pub(crate) private: bool,
    /// The private table with the hidden counts: judges the worst case, where readers know which of them are small
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// Larger counts are hidden beside the small ones: readers cannot tell which are small
    #[arg(long)]
    pub(crate) complementary: bool,
    /// Looks from the inside too: somebody who knows all the counts of one owner must learn nothing of the others
    #[arg(long)]
    pub(crate) insiders: bool,
    /// Supposes that these totals are published too, for instance `code_region=FR`; what is hidden is made up
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(crate) with_total: Option<String>,
    /// How many refused counts to name
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) show: usize,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SignalCommand {
    /// Adds the signals of a letter, made from a page of the site, to the register that the site shows
    Import {
        /// The letter: lines `clé : …`, `champ : …`, `valeur : …`
        file: PathBuf,
    },
    /// Notes what became of a signal: transmis, corrige or rejete
    Set {
        /// Its identifier
        id: String,
        /// Its state
        state: String,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SiteCommand {
    /// Builds the site from the releases of the state; writes only what differs
    Build(SiteArgs),
    /// Serves the site on loopback, until interrupted
    Serve {
        /// Which site
        #[command(flatten)]
        site: SiteArgs,
        /// Port on 127.0.0.1; 0 picks a free one
        #[arg(long, default_value_t = 8787)]
        port: u16,
    },
    /// Reads the site back: every number stands in a release, nothing hidden is shown, every link leads somewhere
    Verify(SiteArgs),
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SiteArgs {
    /// Portal whose site it is; the only static one by default
    #[arg(long, value_name = "ID")]
    pub portal: Option<String>,
    /// Folder of the site, in place of that of the portal
    #[arg(long, value_name = "FOLDER")]
    pub to: Option<String>,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PortalCommand {
    /// Serves the practice portal with its web page, until interrupted
    Serve {
        /// Port on 127.0.0.1; 0 picks a free one
        #[arg(long, default_value_t = 7878)]
        port: u16,
    },
    /// Takes what is live on the portal as ours, after the state was lost; writes nothing there
    ///
    /// The datasets are found by our marks. When the state has no release, that which is live is rebuilt from the portal,
    /// every file compared with its digest.
    Adopt(Subjects),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    Fr,
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Fr => Self::Fr,
            LangArg::En => Self::En,
        }
    }
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    let (number, factor) = match text.chars().last() {
        Some('s') => (&text[..text.len() - 1], 1),
        Some('m') => (&text[..text.len() - 1], 60),
        Some('h') => (&text[..text.len() - 1], 3600),
        _ => (text, 1),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a number of seconds, or 30s, 10m, 1h".to_owned())?;
    Ok(std::time::Duration::from_secs(
        number.saturating_mul(factor),
    ))
}

fn size(text: &str) -> Result<u64, String> {
    let upper = text.trim_end_matches(['B', 'b', 'i']).to_ascii_uppercase();
    let (number, shift) = match upper.chars().last() {
        Some('K') => (&upper[..upper.len() - 1], 10),
        Some('M') => (&upper[..upper.len() - 1], 20),
        Some('G') => (&upper[..upper.len() - 1], 30),
        _ => (upper.as_str(), 0),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| "expected a number of bytes, or 512M, 4G".to_owned())?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
        assert_eq!(duration("10m"), Ok(std::time::Duration::from_secs(600)));
        assert_eq!(size("4G"), Ok(4 << 30));
        assert!(size("four").is_err() && size("17179869184G").is_err());
    }
}
