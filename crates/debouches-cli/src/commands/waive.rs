//! `debouches waive` and `debouches waivers`: exceptions to the drift check, added, listed and removed.

use debouches_model::{DatasetId, RuleCode, Stage, Waiver};
use serde_json::json;

use crate::args::{Global, WaiveArgs, WaiversArgs};
use crate::output;
use crate::session;
use debouches_engine::Context;
use debouches_engine::config::Pipeline;
use debouches_engine::context::{clock, load_pipeline};
use debouches_engine::failure::Usage;
use debouches_engine::waivers;
use debouches_engine::waivers::refused::{self, RefusedSlice, refused_slices};

pub(crate) async fn waive(global: &Global, args: &WaiveArgs) -> anyhow::Result<u8> {
    let context = session::open_to_read(global).await?;
    let pipeline = &context.pipeline;
    let decided = match &args.refusal {
        Some(dataset) => of_refusal(&context, dataset, args).await?,
        None => vec![of_slice(&context, args).await?],
    };
    let mut all = waivers::load(&pipeline.waivers_file)?;
    for waiver in &decided {
        // The same exception again replaces the former one.
        all.retain(|item| {
            (item.rule, &item.slice, &item.dataset) != (waiver.rule, &waiver.slice, &waiver.dataset)
        });
        all.push(waiver.clone());
    }
    if !global.dry_run {
        waivers::save(&pipeline.waivers_file, all)?;
    }
    if global.json {
        // One waiver is a document of its own, as before there could be several.
        let document = match decided.as_slice() {
            [waiver] => json!({ "schema_version": 1, "waiver": waiver, "waivers": decided }),
            _ => json!({ "schema_version": 1, "waivers": decided }),
        };
        output::print_json(&document);
    } else if !global.quiet {
        for waiver in &decided {
            output::print(&format!("{}\n", described(waiver)));
        }
        output::print(&format!(
            "in {}; « {} » and the reason will be in the public changelog: name a function rather than a person\n",
            pipeline.waivers_file.display(),
            args.by.trim()
        ));
    }
    Ok(0)
}

/// The waivers of every slice of the last refusal of a dataset.
async fn of_refusal(
    context: &Context,
    dataset: &str,
    args: &WaiveArgs,
) -> anyhow::Result<Vec<Waiver>> {
    let dataset = known_dataset(&context.pipeline, dataset)?;
    let slices = refused_slices(context, Some(&dataset)).await?;
    if slices.is_empty() {
        return Err(Usage(format!(
            "dataset {dataset} was not refused by the drift check: there is nothing to waive (see `debouches status {dataset}`)"
        ))
        .into());
    }
    let terms = terms(args)?;
    let waiver = |refused: &RefusedSlice| Waiver {
        rule: refused.rule,
        slice: refused.slice.clone(),
        dataset: Some(refused.dataset.clone()),
        ..terms.clone()
    };
    Ok(slices.iter().map(waiver).collect())
}

/// The waiver of one rule and slice, which the last refusal must name.
async fn of_slice(context: &Context, args: &WaiveArgs) -> anyhow::Result<Waiver> {
    let (Some(rule), Some(slice)) = (&args.rule, &args.slice) else {
        let message =
            "a waiver names a rule and `--slice`, or with `--refusal DATASET` all that was refused";
        return Err(Usage(message.to_owned()).into());
    };
    let rule = drift_rule(rule)?;
    let dataset = args
        .dataset
        .as_deref()
        .map(|dataset| known_dataset(&context.pipeline, dataset))
        .transpose()?;
    filled("--slice", slice)?;
    let waiver = Waiver {
        rule,
        slice: slice.trim().to_owned(),
        dataset,
        ..terms(args)?
    };
    if !args.ahead {
        let slices = refused_slices(context, waiver.dataset.as_ref()).await?;
        refused::check(&waiver, &slices)?;
    }
    Ok(waiver)
}

/// A rule that may be waived.
fn drift_rule(code: &str) -> anyhow::Result<RuleCode> {
    let rule: RuleCode = code.parse().map_err(Usage)?;
    let is_drift = rule.entry().stage == Stage::Package && rule.as_str().starts_with("drift-");
    if is_drift {
        return Ok(rule);
    }
    let known: Vec<&str> = RuleCode::ALL
        .iter()
        .map(|rule| rule.as_str())
        .filter(|code| code.starts_with("drift-"))
        .collect();
    let message = format!(
        "rule `{rule}` is not of the drift check and cannot be waived: its tolerance is in the table (`max_rows`, `max_share`); \
         waivable: {}",
        known.join(", ")
    );
    Err(Usage(message).into())
}

fn known_dataset(pipeline: &Pipeline, dataset: &str) -> anyhow::Result<DatasetId> {
    let id: DatasetId = dataset.parse().map_err(|error| Usage(format!("{error}")))?;
    if pipeline.datasets.iter().any(|item| item.id() == &id) {
        return Ok(id);
    }
    Err(Usage(format!(
        "`{id}` is no dataset of profile `{}`",
        pipeline.profile
    ))
    .into())
}

/// Who decides, why and until when: the same for every slice of a decision.
fn terms(args: &WaiveArgs) -> anyhow::Result<Waiver> {
    let on = clock()?.now().date_naive();
    if args.until < on {
        return Err(Usage(format!(
            "--until {} is past: a waiver must hold at least today ({on})",
            args.until
        ))
        .into());
    }
    filled("--reason", &args.reason)?;
    filled("--by", &args.by)?;
    Ok(Waiver {
        rule: RuleCode::DriftRows,
        slice: String::new(),
        dataset: None,
        reason: args.reason.trim().to_owned(),
        by: args.by.trim().to_owned(),
        on,
        until: args.until,
    })
}

fn filled(name: &str, text: &str) -> Result<(), Usage> {
    if text.trim().is_empty() {
        return Err(Usage(format!(
            "{name} is empty: a waiver names its slice, its reason and who decided"
        )));
    }
    Ok(())
}

pub(crate) fn waivers(global: &Global, args: &WaiversArgs) -> anyhow::Result<u8> {
    let pipeline = load_pipeline(&session::options(global))?;
    let mut all = waivers::load(&pipeline.waivers_file)?;
    if let Some(number) = args.remove {
        let index = number.checked_sub(1).filter(|index| *index < all.len());
        let index = index.ok_or_else(|| {
            Usage(format!(
                "there is no waiver {number}: `debouches waivers` numbers them"
            ))
        })?;
        let removed = all.remove(index);
        if !global.dry_run {
            waivers::save(&pipeline.waivers_file, all)?;
        }
        if !global.quiet && !global.json {
            output::print(&format!("removed: {}\n", described(&removed)));
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
        .map(|(index, waiver)| {
            vec![
                (index + 1).to_string(),
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

fn described(waiver: &Waiver) -> String {
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
