//! Folders are ours or are left alone; what is in them is for whom it should be.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::harness::{PipelineTest, Ran, fixture};

const SOURCE: &str = "sources/ij-cfa/fr-en-inserjeunes-cfa.csv";

fn one() -> PipelineTest {
    PipelineTest::one_table("ij_cfa_etablissement", &fixture(SOURCE))
}

fn site() -> PipelineTest {
    one().with(
        "[portal.site]\nkind = \"static\"\nfolder = \"www\"\n[profile.sample]\nportal = \"site\"\n",
    )
}

/// Somebody's folder, with names that we sweep in ours, and a link to another one.
fn somebody(folder: &Path) -> Vec<std::path::PathBuf> {
    let names = [
        "tmp/old/letter",
        "files/a/b/photo",
        "fetch/x/y/z",
        "index.html",
    ];
    let files: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    for file in &files {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "mine").unwrap();
    }
    files
}

#[test]
fn a_folder_that_is_not_ours_is_exit_2_and_nothing_in_it_is_touched() {
    let first_line = |config: &str, test: PipelineTest| {
        let path = test.path("pipeline.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, format!("{config}\n{text}")).unwrap();
        test
    };
    for (folder, test) in [
        ("theirs", first_line("state = { url = \"theirs\" }", one())),
        ("state/portal", one()),
        ("www", site()),
    ] {
        if folder != "theirs" {
            test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
        }
        let files = somebody(&test.path(folder));
        for command in [&["run", "--yes"][..], &["plan"]] {
            test.run(command)
                .expect_exit(2)
                .expect_told("no .debouches-folder.json");
        }
        for file in files {
            assert_eq!(
                std::fs::read_to_string(&file).unwrap(),
                "mine",
                "{}",
                file.display()
            );
        }
    }
}

#[test]
fn a_plan_makes_no_folder() {
    let test = one();
    test.run(&["plan"]).expect_exit(0);
    assert!(!test.path("state").exists());
    test.run(&["run", "--to", "package", "-q"]).expect_exit(0);
    test.run(&["plan"])
        .expect_exit(0)
        .expect_told("create the dataset");
    assert!(!test.path("state/portal").exists());
}

#[test]
fn the_state_is_for_its_owner_and_a_site_for_everybody_whatever_the_mask() {
    for mask in ["022", "027", "077"] {
        let test = site();
        let mut shell = std::process::Command::new("sh");
        let script = format!("umask {mask}; exec \"$0\" -C \"$1\" run --yes -q");
        shell
            .args(["-c", &script, env!("CARGO_BIN_EXE_debouches")])
            .arg(test.folder())
            .env_remove("SOURCE_DATE_EPOCH");
        test.ran(shell, "run under a mask").expect_exit(0);
        let mut site = 0;
        walk(&test.path("www"), &mut |path, mode| {
            if path
                .file_name()
                .is_some_and(|name| name != ".debouches-lock" && name != ".debouches-folder.json")
            {
                let wanted = if path.is_dir() { 0o755 } else { 0o644 };
                assert_eq!(mode, wanted, "{mask}: {}", path.display());
                site += 1;
            }
        });
        assert!(site > 10, "{site} files");
        let state = test.path("state");
        let mode = std::fs::metadata(&state).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        walk(&state, &mut |path, mode| {
            assert_eq!(mode & 0o077, 0, "{mask}: {}", path.display());
        });
    }
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path, u32)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = std::fs::symlink_metadata(&path)
            .unwrap()
            .permissions()
            .mode();
        visit(&path, mode & 0o777);
        if path.is_dir() {
            walk(&path, visit);
        }
    }
}

#[test]
fn a_practice_portal_that_somebody_serves_is_waited_for_and_does_not_alarm() {
    let test = one();
    test.run(&["run", "-q"]).expect_exit(0);
    let mut serving = test
        .command(&["portal", "serve"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = std::io::BufReader::new(serving.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut output, &mut line).unwrap();
    assert!(line.contains("practice portal on"), "{line}");
    test.run(&["run", "--force", "--wait-lock", "0s"])
        .expect_exit(5)
        .expect_told("portal serve");
    // A plan disturbs nobody, and is disturbed by nobody.
    test.run(&["plan"]).expect_exit(0);
    // Ctrl-C ends it.
    let killed = std::process::Command::new("kill")
        .args(["-INT", &serving.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    assert!(serving.wait().unwrap().success());
    test.run(&["run", "--force", "-q"]).expect_exit(0);
}

#[test]
fn a_variable_that_is_no_text_disturbs_nothing() {
    use std::os::unix::ffi::OsStringExt as _;
    let test = one();
    let name = std::ffi::OsString::from_vec(b"J\xe9r\xf4me".to_vec());
    for arguments in [&["run", "-q"][..], &["status"], &["check"]] {
        let mut command = test.command(arguments);
        command.env("NOM", &name).env("AWS_NOM", &name);
        let ran = test.ran(command, "with a variable in Latin-1");
        let ran = ran.expect_exit(0);
        assert!(!ran.stderr().contains("panicked"), "{}", ran.told());
    }
}

/// The command on a file system where those calls of the system answer so.
fn where_calls_fail(test: &PipelineTest, injections: &[&str], arguments: &[&str]) -> Ran {
    let command = test.command(arguments);
    let mut traced = std::process::Command::new("strace");
    traced.args(["-f", "-qq", "-o", "/dev/null"]);
    for injection in injections {
        traced.args(["-e", &format!("inject={injection}")]);
    }
    traced.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    test.ran(
        traced,
        &format!("{} where {injections:?}", arguments.join(" ")),
    )
}

#[test]
#[ignore = "needs strace"]
fn a_file_system_without_locks_or_safe_renames_is_refused_with_strace() {
    let no_rename = "renameat2:error=EINVAL";
    for (injections, message) in [
        (&["flock:error=ENOLCK"][..], "its file system has no locks"),
        (&["flock:error=EOPNOTSUPP"], "its file system has no locks"),
        (
            &[no_rename, "linkat,link:error=EPERM"],
            "neither renames that do not replace nor hard links",
        ),
    ] {
        for test in [one(), site()] {
            where_calls_fail(&test, injections, &["run", "--yes", "-q"])
                .expect_exit(2)
                .expect_told(message);
            assert!(test.releases().is_empty(), "{injections:?}");
        }
    }
    // One of the two is enough, on a portal as on a site.
    for injection in [no_rename, "linkat,link:error=EPERM"] {
        for test in [one(), site()] {
            where_calls_fail(&test, &[injection], &["run", "--yes", "-q"]).expect_exit(0);
            test.run(&["verify", "--all"]).expect_exit(0);
        }
    }
}

#[test]
fn a_folder_whose_name_is_no_text_is_worked_in_like_another() {
    use std::os::unix::ffi::OsStringExt as _;
    let test = one();
    let folder = test
        .folder()
        .join(std::ffi::OsString::from_vec(b"donn\xe9es".to_vec()));
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(test.path("pipeline.toml"), folder.join("pipeline.toml")).unwrap();
    for arguments in [&["run", "-q"][..], &["run", "--force", "-q"], &["status"]] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_debouches"));
        command.current_dir(&folder).args(arguments);
        test.ran(command, &arguments.join(" ")).expect_exit(0);
    }
    assert!(folder.join("state/portal/portal.json").exists());
    assert!(!test.path("state").exists(), "nothing beside it");
}
