//! Lists the files of the domain, so that a new table, shape, addition or code list is one file and no line of Rust.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

/// Folder, extension of its files, and name of the list.
const FOLDERS: [(&str, &str, &str); 5] = [
    ("additions", "toml", "ADDITIONS"),
    ("codes", "csv", "CODES"),
    ("shapes", "toml", "SHAPES"),
    ("tables", "toml", "TABLES"),
    ("universes", "toml", "UNIVERSES"),
];

fn main() -> io::Result<()> {
    let root = env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?;
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    let mut code = String::new();
    for (folder, extension, list) in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        let mut paths = fs::read_dir(Path::new(&root).join(folder))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()?;
        paths.retain(|path| path.extension().is_some_and(|own| own == extension));
        paths.sort();
        let _ = writeln!(
            code,
            "/// Name without extension and text of each file of `{folder}/`, in the order of names.\n\
             pub(crate) const {list}: &[(&str, &str)] = &["
        );
        for path in paths {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let _ = writeln!(
                code,
                "    ({name:?}, include_str!({:?})),",
                path.display().to_string()
            );
        }
        code.push_str("];\n");
    }
    fs::write(Path::new(&out).join("files.rs"), code)
}
