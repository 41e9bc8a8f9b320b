//! Scenarios: what users see of `debouches`, through its command line. One module per scenario, one harness.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a failure is the message; a check that is not run says so")]

mod harness;

mod buckets;
mod catalogue;
mod catalogue_bucket;
mod command_line;
mod crash;
mod derived;
mod differences;
mod drift;
mod faults;
mod followers;
mod formats;
mod forms;
mod generations;
mod integrity;
mod invariants;
mod locking;
mod operations;
mod plans;
mod portals;
mod proxy;
mod publishers;
mod real_data;
mod real_files;
mod refusals;
mod releases;
mod reports;
mod sample;
mod secrecy;
mod secrecy_gate;
mod sources;
mod wire;
