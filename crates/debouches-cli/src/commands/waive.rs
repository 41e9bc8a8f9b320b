//! `debouches waive` and `debouches waivers`: exceptions to the drift gate, added, listed and removed.

use debouches_model::{RuleCode, Stage, Waiver};
use serde_json::json;

use crate::args::{Global, WaiveArgs, WaiversArgs};
use crate::output;
use crate::session;
use debouches_engine::config::Pipeline;
use debouches_engine::context::{clock, load_pipeline};
use debouches_engine::failure::Usage;
use debouches_engine::waivers;

pub(crate) fn waive(global: &Global, args: &WaiveArgs) -> anyhow::Result<u8> {
    let pipeline = load_pipeline(&session::options(global))?;
    let waiver = read(&pipeline, args)?;
    let mut all = waivers::load(&pipeline.waivers_file)?;
    // The same exception again replaces the former one.
    all.retain(|item| {
        (item.rule, &item.slice, &item.dataset) != (waiver.rule, &waiver.slice, &waiver.dataset)
    });
    all.push(waiver.clone());
    if !global.dry_run {
        waivers::save(&pipeline.waivers_file, all)?;
    }
    if global.json {
        output::print(&(json!({ "schema_version": 1, "waiver": waiver }).to_string() + "\n"));
    } else if !global.quiet {
        output::print(&format!(
            "{} (in {})\n",
            told(&waiver),
            pipeline.waivers_file.display()
        ));
    }
    Ok(0)
}

fn read(pipeline: &Pipeline, args: &WaiveArgs) -> anyhow::Result<Waiver> {
    let rule: RuleCode = args.rule.parse().map_err(Usage)?;
    let is_drift = rule.entry().stage == Stage::Package && rule.as_str().starts_with("drift-");
    if !is_drift {
        let known: Vec<&str> = RuleCode::ALL
            .iter()
            .map(|rule| rule.as_str())
            .filter(|code| code.starts_with("drift-"))
            .collect();
        let message = format!(
            "rule `{rule}` is not of the drift gate and cannot be waived: its tolerance is in the table (`max_rows`, `max_share`); \
             waivable: {}",
            known.join(", ")
        );
        return Err(Usage(message).into());
    }
    let dataset = args
        .dataset
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|error| Usage(format!("{error}")))?;
    if let Some(dataset) = &dataset
        && !pipeline.datasets.iter().any(|own| own.id() == dataset)
    {
        return Err(Usage(format!(
            "`{dataset}` is no dataset of profile `{}`",
            pipeline.profile
        ))
        .into());
    }
    let on = clock()?.now().date_naive();
    if args.until < on {
        return Err(Usage(format!(
            "--until {} is past: a waiver must hold at least today ({on})",
            args.until
        ))
        .into());
    }
    for (name, text) in [
        ("--slice", &args.slice),
        ("--reason", &args.reason),
        ("--by", &args.by),
    ] {
        if text.trim().is_empty() {
            return Err(Usage(format!(
                "{name} is empty: a waiver names its slice, its reason and who decided"
            ))
            .into());
        }
    }
    Ok(Waiver {
        rule,
        slice: args.slice.trim().to_owned(),
        dataset,
        reason: args.reason.trim().to_owned(),
        by: args.by.trim().to_owned(),
        on,
        until: args.until,
    })
}

pub(crate) fn waivers(global: &Global, args: &WaiversArgs) -> anyhow::Result<u8> {
    let pipeline = load_pipeline(&session::options(global))?;
    let mut all = waivers::load(&pipeline.waivers_file)?;
    if let Some(number) = args.remove {
        let place = number.checked_sub(1).filter(|place| *place < all.len());
        let place = place.ok_or_else(|| {
            Usage(format!(
                "there is no waiver {number}: `debouches waivers` numbers them"
            ))
        })?;
        let removed = all.remove(place);
        if !global.dry_run {
            waivers::save(&pipeline.waivers_file, all)?;
        }
        if !global.quiet && !global.json {
            output::print(&format!("removed: {}\n", told(&removed)));
        }
        return Ok(0);
    }
    let today = clock()?.now().date_naive();
    let state = |waiver: &Waiver| {
        if waiver.holds_on(today) {
            "active"
        } else {
            "expired"
        }
    };
    if global.json {
        let list: Vec<_> = all
            .iter()
            .map(|waiver| json!({ "state": state(waiver), "waiver": waiver }))
            .collect();
        output::print(&(json!({ "schema_version": 1, "waivers": list }).to_string() + "\n"));
        return Ok(0);
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .enumerate()
        .map(|(place, waiver)| {
            vec![
                (place + 1).to_string(),
                state(waiver).to_owned(),
                waiver.rule.to_string(),
                waiver
                    .dataset
                    .as_ref()
                    .map_or("*", |dataset| dataset.as_str())
                    .to_owned(),
                waiver.slice.clone(),
                waiver.until.to_string(),
                waiver.by.clone(),
                waiver.reason.clone(),
            ]
        })
        .collect();
    output::print(&output::table(
        &[
            "n", "state", "rule", "dataset", "slice", "until", "by", "reason",
        ],
        &rows,
    ));
    Ok(0)
}

fn told(waiver: &Waiver) -> String {
    let dataset = waiver
        .dataset
        .as_ref()
        .map(|dataset| format!(" of {dataset}"))
        .unwrap_or_default();
    format!(
        "{} {}{dataset} until {}, by {}: {}",
        waiver.rule, waiver.slice, waiver.until, waiver.by, waiver.reason
    )
}
