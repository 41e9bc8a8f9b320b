//! `debouches man`: the manual pages, written from the same declarations as the help.

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::args::{Args, Global, ManArgs};
use crate::output;

/// Prints the page of the program, or writes one page per command into a folder.
pub(crate) fn man(global: &Global, args: &ManArgs) -> anyhow::Result<u8> {
    let command = Args::command();
    match &args.folder {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command)
                .render(&mut page)
                .context("cannot write the manual")?;
            output::print(&String::from_utf8_lossy(&page));
        }
        Some(folder) => {
            let folder = global.directory.clone().unwrap_or_default().join(folder);
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            clap_mangen::generate_to(command, &folder)
                .with_context(|| format!("cannot write in {}", folder.display()))?;
        }
    }
    Ok(0)
}
