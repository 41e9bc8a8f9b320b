//! The picture of a training: an SVG of its own, for places where frames are refused.

use maud::{Markup, PreEscaped, html};

use crate::content::{Establishment, Quotation, TrainingFigures};
use crate::text;

const STYLE: &str = "\
text{font:14px system-ui,sans-serif;fill:#15171c}.s{fill:#565c69;font-size:12px}.b{font-weight:600;font-size:15px}.n{font-size:22px;font-weight:700}\
.g{fill:#fff}.x{fill:#2f62c9}.y{fill:#0f7a5f}.z{fill:#8b93a3}\
@media(prefers-color-scheme:dark){text{fill:#eceef2}.s{fill:#b4bac6}.g{fill:#14161b}.x{fill:#7aa2f7}.y{fill:#4fc3a1}.z{fill:#99a1b1}}";

/// The picture.
pub(crate) fn picture(one: &Establishment<'_>, training: &TrainingFigures<'_>) -> String {
    let row = training.newest();
    let shares = row
        .shares()
        .filter(|shares| shares.iter().all(|share| share.cell.value().is_some()));
    let rate = row
        .rates()
        .into_iter()
        .find(|rate| rate.cell.value().is_some());
    let title = shorten(&training.title(), 44);
    let name = shorten(&text::sentence_case(&one.name()), 50);
    let years = row.years().map(|years| years.leavers()).unwrap_or_default();
    let producer = shorten(&row.table.origin.producer, 54);
    let (said, body) = match (shares, rate) {
        (Some(shares), _) => three(shares),
        (None, Some(rate)) => single(rate),
        (None, None) => none(crate::pages::main_reason(row)),
    };
    let description = format!("{title}, {name}, {years}. {said} Source : {producer}.");
    svg(
        &title,
        &description,
        &row.reference(),
        html! {
            text.b x="16" y="28" { (title) }
            text.s x="16" y="48" { (name) }
            text.s x="16" y="66" { (training.diploma) ", " (years) }
            (body)
            text.s x="16" y="188" { (producer) }
        },
    )
}

/// The picture of a training that is not published any more: a link to it is never broken.
pub(crate) fn unknown(name: &str, code: &str) -> String {
    let title = format!("Formation {}", shorten(code, 20));
    let description = format!(
        "{title}, {name}. Aucun chiffre n’est publié aujourd’hui. {}",
        text::NOT_QUALITY
    );
    svg(
        &title,
        &description,
        "",
        html! {
            text.b x="16" y="28" { (title) }
            text.s x="16" y="48" { (shorten(name, 50)) }
            text x="16" y="110" { "Aucun chiffre n’est publié aujourd’hui" }
            text.s x="16" y="134" { (text::NOT_QUALITY) }
        },
    )
}

fn svg(title: &str, description: &str, reference: &str, body: Markup) -> String {
    let reference = (!reference.is_empty()).then_some(reference);
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 200" width="360" height="200" role="img" aria-labelledby="t d" data-r=[reference] {
            title #t { (title) }
            desc #d { (description) }
            style { (PreEscaped(STYLE)) }
            rect.g width="360" height="200" rx="8" {}
            (body)
        }
    };
    picture.into_string() + "\n"
}

fn three(shares: [Quotation<'_>; 3]) -> (String, Markup) {
    let names = ["en formation", "en emploi", "autre"];
    let classes = ["x", "y", "z"];
    let values = shares.map(|share| share.cell.number().unwrap_or_default());
    let starts = [0.0, values[0], values[0] + values[1]];
    let horizon = shares[1].measure.horizon.unwrap_or(6);
    let said: Vec<String> = shares
        .iter()
        .zip(names)
        .map(|(share, name)| {
            format!(
                "{} {name}",
                text::amount(share.cell.value().unwrap_or_default(), "%")
            )
        })
        .collect();
    let scale = |value: f64| (value * 32.8).round() / 10.0;
    let body = html! {
        @for index in 0..3 { rect class=(classes[index]) x=(16.0 + scale(starts[index])) y="80" width=(scale(values[index])) height="18" {} }
        @for (index, share) in shares.iter().enumerate() {
            @let x = 16 + index * 112;
            rect class=(classes[index]) x=(x) y="112" width="10" height="10" rx="2" {}
            text.n x=(x + 16) y="124" data-c=(share.measure.column) data-v=(share.cell.value().unwrap_or_default()) { (text::amount(share.cell.value().unwrap_or_default(), "%")) }
            text.s x=(x) y="144" { (names[index]) }
        }
        text.s x="16" y="166" { "sur 100 en dernière année, " (horizon) " mois après" }
    };
    (
        format!(
            "Sur 100 en dernière année, {horizon} mois après : {}.",
            said.join(", ")
        ),
        body,
    )
}

fn single(rate: Quotation<'_>) -> (String, Markup) {
    let horizon = rate.measure.horizon.unwrap_or(6);
    let value = rate.cell.value().unwrap_or_default();
    let body = html! {
        text.n x="16" y="112" data-c=(rate.measure.column) data-v=(value) { (text::amount(value, "%")) }
        text x="16" y="138" { "des sortants en emploi salarié à " (horizon) " mois" }
    };
    (
        format!(
            "{} des sortants en emploi salarié à {horizon} mois.",
            text::amount(value, "%")
        ),
        body,
    )
}

fn none(status: debouches_model::ValueStatus) -> (String, Markup) {
    let word = text::sentence_case(text::reason_word(status));
    let body = html! {
        text.n x="16" y="112" { (word) }
        text.s x="16" y="138" { (text::NOT_QUALITY) }
    };
    (
        format!(
            "{word}. {} {}",
            text::reason_sentence(status),
            text::NOT_QUALITY
        ),
        body,
    )
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most - 1)
        .chain(std::iter::once('…'))
        .collect()
}
