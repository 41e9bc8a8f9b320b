//! Trainings of a région by what their leavers and their pupils become: one point each.

use maud::{Markup, html};

/// A training on the chart.
pub(crate) struct Point {
    /// Where its page is.
    pub(crate) href: String,
    pub(crate) title: String,
    /// Share of the last year that goes on studying.
    pub(crate) studying: f64,
    /// Rate of leavers employed at six months.
    pub(crate) employed: f64,
    /// Its number in the table beside.
    pub(crate) number: usize,
}

const SIDE: f64 = 420.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 40.0;

/// The chart: studying from left to right, employed from bottom to top. The lines are at 50, not at a mean: nothing is
/// recomputed.
pub(crate) fn quadrant(title: &str, points: &[Point]) -> Markup {
    let x = |value: f64| round(LEFT + value * (SIDE - LEFT - 10.0) / 100.0);
    let y = |value: f64| round(10.0 + (100.0 - value) * (SIDE - BOTTOM - 10.0) / 100.0);
    html! {
        svg.quadrant viewBox=(format!("0 0 {SIDE} {SIDE}")) role="group" aria-label=(title) {
            rect.plot x=(x(0.0)) y=(y(100.0)) width=(x(100.0) - x(0.0)) height=(y(0.0) - y(100.0)) {}
            line.axis x1=(x(50.0)) x2=(x(50.0)) y1=(y(0.0)) y2=(y(100.0)) {}
            line.axis x1=(x(0.0)) x2=(x(100.0)) y1=(y(50.0)) y2=(y(50.0)) {}
            @for tick in [0.0, 25.0, 50.0, 75.0, 100.0] {
                text.tick x=(x(tick)) y=(SIDE - BOTTOM + 16.0) text-anchor="middle" { (tick) }
                text.tick x=(LEFT - 6.0) y=(y(tick) + 4.0) text-anchor="end" { (tick) }
            }
            text.tick x=(x(50.0)) y=(SIDE - 6.0) text-anchor="middle" { "Poursuite d’études (% de la dernière année)" }
            text.tick x="12" y=(y(50.0)) text-anchor="middle" transform=(format!("rotate(-90 12 {})", y(50.0))) { "Emploi à 6 mois (% des sortants)" }
            @for point in points {
                a href=(point.href) aria-label=(format!("{} : {}", point.number, point.title)) {
                    title { (point.number) ". " (point.title) }
                    circle.point cx=(x(point.studying)) cy=(y(point.employed)) r="9" {}
                    text.mark x=(x(point.studying)) y=(y(point.employed) + 4.0) text-anchor="middle" { (point.number) }
                }
            }
        }
    }
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
