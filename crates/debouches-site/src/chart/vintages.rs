//! A rate across vintages, as points on a line.

use maud::{Markup, html};

use crate::content::{Family, Row};

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 96.0;
const MARGIN: f64 = 40.0;

/// The rate of leavers employed at six months, or the nearest horizon, the oldest vintage on the left; nothing when fewer than
/// two vintages have a value. A vintage without value breaks the line.
pub(crate) fn vintages(rows: &[Row<'_>]) -> Markup {
    let horizon = [6, 12, 18, 24, 30].into_iter().find(|horizon| {
        let valued = rows.iter().filter(|row| value(**row, *horizon).is_some());
        valued.count() > 1
    });
    let Some(horizon) = horizon else {
        return html! {};
    };
    let count = rows.len();
    let step = (WIDTH - 2.0 * MARGIN) / (count.max(2) - 1) as f64;
    let points: Vec<(f64, Option<f64>, String)> = rows
        .iter()
        .rev()
        .enumerate()
        .map(|(index, row)| {
            let years = row.years().map(|years| years.short()).unwrap_or_default();
            (
                MARGIN + index as f64 * step,
                value(*row, horizon).map(|value| 12.0 + (100.0 - value) * (HEIGHT - 38.0) / 100.0),
                years,
            )
        })
        .collect();
    let segments: Vec<_> = points
        .windows(2)
        .filter_map(|pair| Some((pair[0].0, pair[0].1?, pair[1].0, pair[1].1?)))
        .collect();
    html! {
        figure.spark {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) width=(WIDTH) height=(HEIGHT) role="img"
                aria-label=(format!("Taux d’emploi des sortants à {horizon} mois, d’un millésime à l’autre ; les valeurs sont dans le tableau.")) {
                line.axis x1=(MARGIN) x2=(WIDTH - MARGIN) y1=(HEIGHT - 26.0) y2=(HEIGHT - 26.0) {}
                @for (x1, y1, x2, y2) in segments { line.trend x1=(round(x1)) y1=(round(y1)) x2=(round(x2)) y2=(round(y2)) {} }
                @for (x, y, years) in &points {
                    @if let Some(y) = y { circle.point cx=(round(*x)) cy=(round(*y)) r="4" {} }
                    text.tick x=(round(*x)) y=(HEIGHT - 8.0) text-anchor="middle" { (years) }
                }
            }
            figcaption { "Taux d’emploi des sortants à " (horizon) " mois, de 0 (en bas) à 100 (en haut)" }
        }
    }
}

fn value(row: Row<'_>, horizon: u8) -> Option<f64> {
    row.find(Family::RateEmployed, Some(horizon))?.cell.number()
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
