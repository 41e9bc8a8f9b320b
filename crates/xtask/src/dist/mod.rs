//! `cargo xtask dist`: what an install needs, made from a built binary. Nothing in it holds a date.

mod cargo;
mod packages;
mod sbom;
mod sums;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use packages::Packages;

/// Completions: shell, and the file where that shell looks for them under a prefix such as `/usr/local`.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/debouches"),
    ("fish", "share/fish/vendor_completions.d/debouches.fish"),
    ("zsh", "share/zsh/site-functions/_debouches"),
];
const MAN_PAGES: &str = "share/man/man1";
const UNITS: [&str; 4] = ["container", "cron", "k8s", "systemd"];
const TEXTS: [&str; 4] = ["CHANGELOG.md", "LICENSE", "README.fr.md", "README.md"];

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Built binary; it runs here, to print its manual.
    #[arg(long, value_name = "PATH")]
    bin: PathBuf,
    /// Folder to write in: new, or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Target that the binary was built for [default: that of rustc].
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
}

/// Writes everything, the sums last.
#[expect(clippy::print_stdout, reason = "a chore reports what it did")]
pub(crate) fn run(options: &Options) -> Result<()> {
    let bin = options.bin.canonicalize().with_context(|| {
        format!(
            "cannot read {}: `cargo build --release -p debouches-cli` builds target/release/debouches",
            options.bin.display()
        )
    })?;
    let target = options.target.clone().map_or_else(host, Ok)?;
    let packages = Packages::of_workspace(&target)?;
    let out = empty_folder(&options.out)?;
    println!("{}", binary(&bin, &out.join("bin/debouches"))?);
    let from = Binary {
        path: &bin,
        folder: &out,
    };
    from.run(&["man", "--folder", MAN_PAGES])?;
    for (shell, file) in COMPLETIONS {
        write(&out.join(file), &from.run(&["completions", shell])?)?;
    }
    for kind in UNITS {
        let folder = format!("units/{kind}");
        from.run(&["units", kind, "--profile", "production", "--out", &folder])?;
    }
    for text in TEXTS {
        let content = fs::read(crate::root().join(text));
        write(
            &out.join(text),
            &content.with_context(|| format!("cannot read {text}"))?,
        )?;
    }
    let bill = sbom::sbom(&packages, &sums::sha256(&out.join("bin/debouches"))?);
    let bill = format!("{}\n", serde_json::to_string_pretty(&bill)?);
    write(&out.join("sbom.cdx.json"), bill.as_bytes())?;
    let build_scripts = packages.build_scripts();
    write(&out.join("build-scripts.txt"), build_scripts.as_bytes())?;
    println!(
        "{target}: {} crates, {} with a build script",
        packages.dependencies.len(),
        build_scripts.lines().count()
    );
    println!("{}: {} files", out.display(), sums::write(&out)?);
    Ok(())
}

/// The target for which rustc builds by default.
fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("-vV")
        .output()
        .context("cannot run rustc -vV")?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc -vV does not name its host")
}

fn empty_folder(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    ensure!(
        entries.next().is_none(),
        "{} is not empty: empty it, or name a new folder",
        folder.display()
    );
    Ok(folder.canonicalize()?)
}

/// Copies the binary and strips it where `strip` is; returns what was done.
fn binary(from: &Path, to: &Path) -> Result<String> {
    fs::create_dir_all(to.parent().expect("it is in a folder"))?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    let stripped = match Command::new("strip").arg(to).status() {
        Ok(status) if status.success() => "stripped",
        Ok(status) => bail!("strip {}: {status}", to.display()),
        Err(_) => "not stripped: there is no strip here",
    };
    let before = fs::metadata(from)?.len();
    let after = fs::metadata(to)?.len();
    let megabytes = |bytes: u64| bytes / 1_000_000;
    Ok(format!(
        "bin/debouches: {stripped}, {} MB of {} MB",
        megabytes(after),
        megabytes(before)
    ))
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().expect("it is in a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, content))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The built binary, run in the folder that is written, whatever the environment is.
struct Binary<'a> {
    path: &'a Path,
    folder: &'a Path,
}

impl Binary<'_> {
    /// What it prints. Fails when it does.
    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>> {
        let output = Command::new(self.path)
            .args(arguments)
            .current_dir(self.folder)
            .env_clear()
            .output()
            .with_context(|| format!("cannot run {}", self.path.display()))?;
        ensure!(
            output.status.success(),
            "{} {}: {}\n{}",
            self.path.display(),
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(output.stdout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_holds_something_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(empty_folder(&folder.path().join("new")).is_ok());
        let error = empty_folder(folder.path()).unwrap_err();
        assert!(error.to_string().contains("is not empty"), "{error}");
    }
}
