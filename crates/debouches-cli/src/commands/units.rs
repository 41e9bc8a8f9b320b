//! `debouches units`: ready files for those who schedule the runs, printed or written to a folder; never installed.

use std::path::Path;

use anyhow::Context as _;

use crate::args::{Global, UnitKind, UnitsArgs};
use crate::output;

/// A file of a scheduler: its name, and its text before the folder and the profile are filled in.
type Template = (&'static str, &'static str);

const SYSTEMD: [Template; 7] = [
    (
        "debouches.service",
        include_str!("units/systemd/debouches.service"),
    ),
    (
        "debouches.timer",
        include_str!("units/systemd/debouches.timer"),
    ),
    (
        "debouches-verify.service",
        include_str!("units/systemd/debouches-verify.service"),
    ),
    (
        "debouches-verify.timer",
        include_str!("units/systemd/debouches-verify.timer"),
    ),
    (
        "debouches-failed@.service",
        include_str!("units/systemd/debouches-failed@.service"),
    ),
    (
        "debouches.sysusers",
        include_str!("units/systemd/debouches.sysusers"),
    ),
    (
        "debouches.tmpfiles",
        include_str!("units/systemd/debouches.tmpfiles"),
    ),
];

/// What both services may touch.
const SANDBOX: &str = include_str!("units/systemd/sandbox.txt");

/// How the files of systemd are installed.
const SYSTEMD_STEPS: &str = "\
# debouches units systemd --folder \"@FOLDER@\" --out units
# install -m 644 units/debouches.sysusers /etc/sysusers.d/debouches.conf && systemd-sysusers
# install -m 644 units/debouches.tmpfiles /etc/tmpfiles.d/debouches.conf && systemd-tmpfiles --create
# install -m 644 units/*.service units/*.timer /etc/systemd/system
# systemd-creds encrypt --name=debouches-api-key - /etc/credstore.encrypted/debouches-api-key   # paste the key, Ctrl-D twice
# systemctl daemon-reload && systemctl enable --now debouches.timer debouches-verify.timer
";

const CRON: [Template; 1] = [("debouches.cron", include_str!("units/cron.txt"))];
const KUBERNETES: [Template; 1] = [("debouches.yaml", include_str!("units/k8s.yaml"))];
const CONTAINER: [Template; 1] = [("Containerfile", include_str!("units/Containerfile"))];

/// Prints the files, or writes each to the folder that was asked for.
pub(crate) fn units(global: &Global, args: &UnitsArgs) -> anyhow::Result<u8> {
    let templates: &[Template] = match args.kind {
        UnitKind::Systemd => &SYSTEMD,
        UnitKind::Cron => &CRON,
        UnitKind::K8s => &KUBERNETES,
        UnitKind::Container => &CONTAINER,
    };
    let profile = global.profile.as_deref().unwrap_or("production");
    let fill = |text: &str| filled(text, &args.folder, profile);
    if let Some(out) = &args.out {
        let out = global.directory.clone().unwrap_or_default().join(out);
        std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
        for (name, text) in templates {
            let path = out.join(name);
            std::fs::write(&path, fill(text))
                .with_context(|| format!("cannot write {}", path.display()))?;
            output::print(&format!("{}\n", path.display()));
        }
        return Ok(0);
    }
    if args.kind == UnitKind::Systemd {
        output::print(&fill(SYSTEMD_STEPS));
    }
    for (name, text) in templates {
        if templates.len() > 1 {
            output::print(&format!("\n# --- {name} ---\n"));
        }
        output::print(&fill(text));
    }
    Ok(0)
}

fn filled(text: &str, folder: &Path, profile: &str) -> String {
    text.replace("@SANDBOX@", SANDBOX.trim_end())
        .replace("@FOLDER@", &folder.display().to_string())
        .replace("@PROFILE@", profile)
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
}
