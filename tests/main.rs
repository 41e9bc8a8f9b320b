//! Scenarios: what users see of `debouches`, through its command line. One module per scenario, one harness.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a failure is the message; a check that is not run says so"
)]

mod harness;

mod buckets;
mod canary;
mod catalogue;
mod catalogue_bucket;
mod clocks;
mod command_line;
mod coverage;
mod crash;
mod derivations;
mod derived;
mod differences;
mod domain_folder;
mod drift;
mod everything;
mod faults;
mod folders;
mod followers;
mod formats;
mod forms;
mod full_disk;
mod generations;
mod hands;
mod integrity;
mod invariants;
mod isolation;
mod locking;
mod manual;
mod meaning;
mod nights;
mod operations;
mod ordinary_year;
mod plans;
mod portals;
mod proxy;
mod publishers;
mod reading;
mod readme;
mod real_data;
mod real_files;
mod refusals;
mod refused_everywhere;
mod releases;
mod reports;
mod retractions;
mod sample;
mod secrecy;
mod secrecy_gate;
mod several;
mod site;
mod sources;
mod tables;
mod twin;
mod vectors;
mod verification;
mod wire;
mod withdrawals;
mod year;
