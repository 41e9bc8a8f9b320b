//! Secrets are searched for in everything that every command leaves: screens, logs, files, messages to others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use debouches_http::testing::{Reply, ScriptedServer};

use crate::harness::{PipelineTest, fixture};
use crate::portals::with_practice;
use crate::proxy::{Fault, Proxy, Trouble};
use crate::wire::Reached;

/// A secret in the clear, and as encodings would show it.
struct Canary {
    name: &'static str,
    forms: Vec<Vec<u8>>,
}

impl Canary {
    fn new(name: &'static str, secret: &str) -> Self {
        let bytes = secret.as_bytes();
        let mut forms = vec![
            bytes.to_vec(),
            bytes.iter().rev().copied().collect(),
            bytes
                .iter()
                .map(|byte| format!("%{byte:02X}"))
                .collect::<String>()
                .into_bytes(),
            bytes
                .iter()
                .map(|byte| format!("%{byte:02x}"))
                .collect::<String>()
                .into_bytes(),
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                .into_bytes(),
        ];
        // Wherever it begins in what is encoded, the groups that are wholly its own look like this.
        for skipped in 0..3 {
            let whole = &bytes[skipped..bytes.len() - (bytes.len() - skipped) % 3];
            let encoded = base64(whole);
            forms.push(encoded.replace('+', "-").replace('/', "_").into_bytes());
            forms.push(encoded.into_bytes());
        }
        Self { name, forms }
    }

    fn is_in(&self, body: &[u8]) -> bool {
        self.forms
            .iter()
            .any(|form| body.windows(form.len()).any(|window| window == form))
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let number = group
            .iter()
            .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(LETTERS[(number >> shift & 63) as usize]))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

/// Looks for every secret in every text that it is given.
struct Search {
    canaries: Vec<Canary>,
    looked_at: usize,
    found: Vec<String>,
}

impl Search {
    fn look(&mut self, place: &str, body: &[u8]) {
        self.looked_at += 1;
        let found = self.canaries.iter().filter(|canary| canary.is_in(body));
        self.found
            .extend(found.map(|canary| format!("{} in {place}", canary.name)));
    }

    fn look_below(&mut self, folder: &Path) {
        let mut waiting = vec![folder.to_path_buf()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else if let Ok(body) = std::fs::read(&path) {
                    self.look(&path.display().to_string(), &body);
                }
            }
        }
    }
}

/// The commands below one, each as the words that reach it, from what `--help` says.
fn leaves(test: &PipelineTest, path: &[&str]) -> Vec<String> {
    let help = test.run(&[path, &["--help"]].concat()).stdout();
    let listed = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    // A description may go on below: it is further to the right.
    let names: Vec<&str> = listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    if names.is_empty() {
        return vec![path.join(" ")];
    }
    names
        .into_iter()
        .flat_map(|name| leaves(test, &[path, &[name]].concat()))
        .collect()
}

/// Every command, with what makes it work for long enough to say something. What is not here fails the test.
fn calls() -> BTreeMap<&'static str, Vec<Vec<&'static str>>> {
    let release = "state/package/tested/1.0.0";
    let table = "state/package/tested/1.0.0/ij_cfa_etablissement.csv";
    BTreeMap::from([
        ("fetch", vec![vec![], vec!["api", "--force"]]),
        ("validate", vec![vec!["--force"]]),
        ("retract", vec![vec!["--lift", "tested@1.0.0"]]),
        (
            "shape propose",
            vec![vec!["catalogue.csv", "--table", "ij_cfa_etablissement"]],
        ),
        ("signal import", vec![vec!["catalogue.csv"]]),
        ("signal set", vec![vec!["S1", "corrige"]]),
        ("site build", vec![vec![]]),
        ("site serve", vec![vec!["--port", "0"]]),
        ("site verify", vec![vec![]]),
        ("enrich", vec![vec!["--force"]]),
        ("package", vec![vec![]]),
        (
            "publish",
            vec![
                vec![],
                vec!["--dry-run"],
                vec!["plan.json"],
                vec!["--yes", "--force"],
            ],
        ),
        (
            "run",
            vec![vec!["tested", "--yes"], vec!["--yes", "--force"]],
        ),
        ("plan", vec![vec!["-o", "plan.json"], vec!["--exit-code"]]),
        ("status", vec![vec![]]),
        ("why", vec![vec![]]),
        ("findings", vec![vec!["tested"]]),
        ("graph", vec![vec![], vec!["--svg"]]),
        ("check", vec![vec![]]),
        ("diff", vec![vec![release, "live"]]),
        ("verify", vec![vec![release], vec!["live"]]),
        ("history", vec![vec![]]),
        ("show", vec![vec!["last"]]),
        (
            "schema",
            vec![vec!["report"], vec!["diff"], vec!["coverage"]],
        ),
        (
            "waive",
            vec![vec![
                "drift-rows",
                "--slice",
                "*",
                "--ahead",
                "--by",
                "bureau des études",
                "--reason",
                "essai",
                "--until",
                "2030-01-01",
                "--by",
                "essai",
            ]],
        ),
        ("waivers", vec![vec![]]),
        ("explain", vec![vec![], vec!["duplicate-key"]]),
        ("disclosure audit", vec![vec![release]]),
        ("disclosure explain", vec![vec!["cumul", table]]),
        ("disclosure price", vec![vec![table, "--out", "priced.csv"]]),
        ("portal serve", vec![vec!["--port", "0"]]),
        ("portal adopt", vec![vec![]]),
        (
            "units",
            vec![
                vec!["systemd"],
                vec!["cron"],
                vec!["k8s"],
                vec!["container"],
            ],
        ),
        ("man", vec![vec![], vec!["--folder", "pages"]]),
        ("coverage", vec![vec!["catalogue.csv", "--key", "uai"]]),
        (
            "purge",
            vec![vec![
                "tested@1.0.0",
                "--legal-basis",
                "essai",
                "--by",
                "essai",
                "-n",
            ]],
        ),
        (
            "yank",
            vec![vec![
                "tested@1.0.0",
                "--reason",
                "essai",
                "--by",
                "essai",
                "--yes",
            ]],
        ),
        ("completions", vec![vec!["bash"], vec!["zsh"], vec!["fish"]]),
    ])
}

#[test]
fn no_command_leaves_a_secret_anywhere() {
    with_practice(false, |portal| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (user, password, hook) = (
            "canari-utilisateur-7Qz",
            "canari+mot/de passe=7Qz",
            "canari-salon-7Qz9wX",
        );
        let room = runtime.block_on(ScriptedServer::start((0..60).map(|_| Reply::ok(b"ok"))));
        // An API that refuses, and says back what it was given.
        let echo = format!("{{\"msg\":\"bad password {password} of {user}\"}}");
        let api = runtime.block_on(ScriptedServer::start(
            (0..60).map(|_| Reply::new(401, &[], echo.as_bytes())),
        ));
        let road = Proxy::to(&portal.url);
        let test = pipeline(&portal.by(&road.url), api.url("/").as_str())
            .env("ROOM", room.url(&format!("/hooks/{hook}")).as_str())
            .env("CANARY_USER", user)
            .env("CANARY_PASSWORD", password);
        let canaries = [
            ("the key", portal.key.as_str()),
            ("the password", password),
            ("the room", hook),
        ];
        let canaries = canaries
            .map(|(name, secret)| Canary::new(name, secret))
            .into();
        let mut search = Search {
            canaries,
            looked_at: 0,
            found: Vec::new(),
        };
        assert!(
            search.canaries[0]
                .is_in(format!("x{}", base64(format!("ab{}", portal.key).as_bytes())).as_bytes()),
            "the search works"
        );
        let calls = calls();
        let known: BTreeSet<String> = calls.keys().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            leaves(&test, &[]).into_iter().collect::<BTreeSet<_>>(),
            known,
            "every command is called"
        );
        std::fs::write(test.path("catalogue.csv"), "uai\n0750612X\n").unwrap();
        // A first publication, so that the others have something to speak of.
        search.ran(&test, &["run", "tested", "--yes"], &["-vv"]);
        let mut runs = 1;
        for (command, lists) in &calls {
            for list in lists {
                for manner in [
                    &["-vv"][..],
                    &["--json", "-vv"],
                    &["--log-format", "json", "-v"],
                ] {
                    let words: Vec<&str> = command.split(' ').chain(list.iter().copied()).collect();
                    search.ran(&test, &words, manner);
                    runs += 1;
                }
            }
        }
        // The portal fails in each manner that makes us speak.
        for fault in [
            Fault::Refuse,
            Fault::Status(401, ""),
            Fault::Status(500, ""),
            Fault::Garbage,
            Fault::Page,
            Fault::Truncate,
            Fault::ApplyThenDrop,
        ] {
            road.strike(Some(Trouble {
                fault,
                at: 0,
                times: usize::MAX,
            }));
            search.ran(&test, &["publish", "--yes", "--force"], &["-vv"]);
            runs += 1;
        }
        road.settle();
        search.look_below(test.folder());
        for seen in room.seen() {
            search.look("a message to the room", &seen.body);
        }
        assert!(!room.seen().is_empty(), "the room was told of something");
        assert!(!api.seen().is_empty(), "the API was asked");
        eprintln!(
            "{runs} runs of {} commands, {} texts searched for {} secrets",
            calls.len(),
            search.looked_at,
            search.canaries.len()
        );
        assert_eq!(search.found, Vec::<String>::new());
    });
}

/// One dataset on a portal, a source that needs an account, a room, figures.
fn pipeline(portal: &Reached, api: &str) -> PipelineTest {
    let file = fixture("sources/ij-cfa/fr-en-inserjeunes-cfa.csv");
    let more = format!(
        "[operations]\ntextfile = \"debouches.prom\"\n[operations.webhook]\nurl_env = \"ROOM\"\n\
         [[source]]\nid = \"api\"\ntable = \"ij_api_etablissement\"\nkind = \"inserjeunes-api\"\nurl = \"{api}\"\n\
         [source.api]\nroute = \"uai\"\nvintages = [\"2021_2022\"]\ncodes = [\"0019901G\"]\n\
         username_env = \"CANARY_USER\"\npassword_env = \"CANARY_PASSWORD\"\n"
    );
    portal
        .receives(
            PipelineTest::one_table("ij_cfa_etablissement", &file),
            "timeout_seconds = 1",
        )
        .with(&more)
}

impl Search {
    /// Runs a command, and looks at all that it printed. Its exit does not matter here.
    fn ran(&mut self, test: &PipelineTest, words: &[&str], manner: &[&str]) {
        let arguments = [words, manner].concat();
        let mut command = test.command(&arguments);
        let place = format!("`debouches {}`", arguments.join(" "));
        let output = if words.starts_with(&["portal", "serve"]) {
            let mut serving = command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(700));
            serving.kill().unwrap();
            serving.wait_with_output().unwrap()
        } else {
            command.output().unwrap()
        };
        self.look(&format!("the standard output of {place}"), &output.stdout);
        self.look(&format!("the standard error of {place}"), &output.stderr);
        assert!(
            !String::from_utf8_lossy(&output.stderr).contains("panicked"),
            "{place} panicked"
        );
        if output.status.code() == Some(2) {
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(
                !told.contains("unexpected argument") && !told.contains("required arguments"),
                "{place}: {told}"
            );
        }
    }
}
