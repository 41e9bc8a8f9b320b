//! `debouches units`: ready files for those who schedule the runs. They are printed, never installed.

use crate::args::UnitKind;
use crate::args::{Global, UnitsArgs};
use crate::output;

pub(crate) fn units(global: &Global, args: &UnitsArgs) -> u8 {
    let folder = args.folder.display().to_string();
    let profile = global
        .profile
        .clone()
        .unwrap_or_else(|| "production".to_owned());
    let template = match args.kind {
        UnitKind::Systemd => include_str!("units/systemd.txt"),
        UnitKind::Cron => include_str!("units/cron.txt"),
        UnitKind::K8s => include_str!("units/k8s.yaml"),
        UnitKind::Container => include_str!("units/Containerfile"),
    };
    let filled = template
        .replace("@FOLDER@", &folder)
        .replace("@PROFILE@", &profile);
    output::print(&filled.replace("@VERSION@", env!("CARGO_PKG_VERSION")));
    0
}
