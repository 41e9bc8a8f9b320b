//! The pages of the public site.

mod comparison;
mod context;
mod establishment;
mod explorer;
mod home;
mod layout;
mod notices;
mod quotes;
mod reading;
mod signal;
mod territory;
mod tools;
mod training;
mod trainings;

pub(crate) use context::Context;
pub(crate) use establishment::{establishment, main_reason};
pub(crate) use explorer::explorer;
pub(crate) use home::home;
pub(crate) use layout::STYLE;
pub(crate) use notices::{accessibility, retired};
pub(crate) use quotes::quotes;
pub(crate) use reading::reading;
pub(crate) use territory::territory;
pub(crate) use training::{Names, training};
pub(crate) use trainings::trainings;
