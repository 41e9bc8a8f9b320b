//! One test for each family of attacks (A1 to A9, A11), and the classic traps. Each shows the leak refused and explained,
//! then what suppression makes of it.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

use debouches_disclosure::{
    Cell, CellId, Constraint, Effort, Judgement, Line, Manner, Relation, State, System, explain,
    insiders, judge, suppress,
};
use debouches_model::Lang;

/// A small published table, in words.
#[derive(Default)]
struct Bench {
    system: System,
}

impl Bench {
    /// A published count; it could be anything above 20 once hidden.
    fn shown(&mut self, label: &str, value: i64) -> CellId {
        self.cell(label, value, State::Shown, (20.min(value), 500), None)
    }

    /// A hidden count under the threshold, to be protected.
    fn secret(&mut self, label: &str, value: i64) -> CellId {
        self.cell(label, value, State::Primary, (0, 19), None)
    }

    /// A count that is hidden to protect another.
    fn other(&mut self, label: &str, value: i64) -> CellId {
        self.cell(label, value, State::Secondary, (20.min(value), 500), None)
    }

    fn cell(
        &mut self,
        label: &str,
        value: i64,
        state: State,
        prior: (i64, i64),
        owner: Option<u32>,
    ) -> CellId {
        let line = self.system.line(Line {
            state,
            cost: 1,
            may_hide: true,
            owner,
            level: 0,
        });
        let width = if state == State::Primary { 5 } else { 0 };
        self.system.cell(
            Cell {
                line,
                value,
                shown: (value, value),
                prior,
                width,
            },
            label,
        )
    }

    fn sum(&mut self, total: CellId, parts: &[CellId]) {
        self.system.sum(total, parts, Relation::Sum);
    }

    fn judge(&mut self) -> Judgement {
        self.system.finish();
        judge(&self.system, Effort::default()).unwrap()
    }

    /// The cell is refused, and the reason names these words.
    fn expect_refused(&mut self, cell: CellId, words: &[&str]) {
        let judgement = self.judge();
        let (_, reason) = judgement
            .failures()
            .find(|(own, _)| *own == cell)
            .expect("the cell is refused");
        for lang in [Lang::Fr, Lang::En] {
            let text = explain(&self.system, cell, reason, lang);
            words
                .iter()
                .for_each(|word| assert!(text.contains(word), "`{word}` is not in: {text}"));
        }
    }

    /// Suppression repairs it with that many lines.
    fn expect_repaired(&mut self, lines: usize) {
        let done = suppress(&mut self.system, Manner::default());
        assert_eq!(
            (done.stuck.len(), done.secondary.len()),
            (0, lines),
            "{done:?}"
        );
        assert!(self.judge().passes());
    }
}

#[test]
fn a1_parent_minus_shown_siblings() {
    let mut bench = Bench::default();
    let region = bench.shown("région 11", 133);
    let own = bench.secret("0750612A × 50022137", 12);
    let others = [51, 40, 30].map(|value| bench.shown(&format!("autre de {value}"), value));
    bench.sum(region, &[own, others[0], others[1], others[2]]);
    bench.expect_refused(own, &["0750612A × 50022137 = région 11 − 3"]);
    bench.expect_repaired(1);
}

#[test]
fn a2_all_minus_one_route_and_four_margins_at_once() {
    let mut bench = Bench::default();
    let all = bench.shown("ensemble", 60);
    let own = bench.secret("scolaire", 15);
    let other = bench.shown("apprentissage", 45);
    bench.sum(all, &[own, other]);
    // Women and men of the school route: a second way to the same count.
    let women = bench.shown("scolaire × femmes", 8);
    let men = bench.shown("scolaire × hommes", 7);
    bench.sum(own, &[women, men]);
    bench.expect_refused(own, &["scolaire"]);
    let other_line = bench.system.cells()[other as usize].line;
    bench.system.set_state(other_line, State::Secondary);
    bench.expect_refused(own, &["scolaire"]);
}

#[test]
fn a3_partition_of_the_final_year() {
    let mut bench = Bench::default();
    let whole = bench.shown("année terminale", 48);
    let parts = [("poursuite", 20), ("emploi", 22)].map(|(label, value)| bench.shown(label, value));
    let own = bench.secret("autres situations", 6);
    bench
        .system
        .sum(whole, &[parts[0], parts[1], own], Relation::Partition);
    bench.expect_refused(own, &["autres situations = année terminale − 2"]);
    bench.expect_repaired(1);
}

#[test]
fn a4_a_rounded_rate_gives_the_count() {
    let mut bench = Bench::default();
    let whole = bench.shown("sortants", 45);
    let own = bench.secret("en emploi", 13);
    // 13 of 45 is 29 %: 28.5 × 45 ≤ 100 N ≤ 29.5 × 45 leaves 13 alone.
    for (by, low, high) in [
        (1 - 2 * 29, 0, i64::MAX / 4),
        (-1 - 2 * 29, i64::MIN / 4, 0),
    ] {
        let terms = vec![(own, 200), (whole, by)];
        bench.system.constrain(&Constraint {
            terms,
            low,
            high,
            relation: Relation::Rate,
            while_shown: None,
        });
    }
    bench.expect_refused(own, &["en emploi"]);
}

#[test]
fn a4_every_denominator_up_to_one_hundred_gives_the_numerator() {
    for over in 1..=100_i64 {
        for of in 0..=over {
            let rate = (200 * of + over) / (2 * over);
            let fits = (0..=over)
                .filter(|n| (2 * rate - 1) * over <= 200 * n && 200 * n <= (2 * rate + 1) * over);
            assert!(fits.count() <= 2, "{of} of {over}");
        }
    }
}

#[test]
fn a5_establishment_totals_cross_with_diploma_totals() {
    let mut bench = Bench::default();
    let cells = [[12, 30], [40, 50]];
    let names = [["A × CAP", "A × bac"], ["B × CAP", "B × bac"]];
    let own = bench.secret(names[0][0], cells[0][0]);
    let sibling = bench.other(names[0][1], cells[0][1]);
    let below = bench.shown(names[1][0], cells[1][0]);
    let corner = bench.shown(names[1][1], cells[1][1]);
    let totals = [("A", 42), ("B", 90), ("CAP", 52), ("bac", 80)]
        .map(|(label, value)| bench.shown(label, value));
    for (total, parts) in totals.into_iter().zip([
        [own, sibling],
        [below, corner],
        [own, below],
        [sibling, corner],
    ]) {
        bench.sum(total, &parts);
    }
    bench.expect_refused(own, &["A × CAP = CAP − 1"]);
    bench.expect_repaired(3);
}

#[test]
fn a6_one_year_unlocks_a_chain_of_cumuls() {
    let mut bench = Bench::default();
    let [a20, a21, a22] =
        [("2020", 11), ("2021", 14), ("2022", 9)].map(|(label, value)| bench.secret(label, value));
    let cumuls = [("2020_2021", 25, [a20, a21]), ("2021_2022", 23, [a21, a22])];
    for (label, value, parts) in cumuls {
        let cumul = bench.shown(label, value);
        bench.system.sum(cumul, &parts, Relation::Cumul);
    }
    assert!(
        bench.judge().passes(),
        "two cumuls alone leave a degree of freedom"
    );
    let single = bench.shown("2022, seule", 9);
    bench.system.constrain(&Constraint {
        terms: vec![(single, 1), (a22, -1)],
        low: 0,
        high: 0,
        relation: Relation::Alias,
        while_shown: None,
    });
    bench.expect_refused(a20, &["2020"]);
    bench.expect_refused(a22, &["2022 = 2022, seule"]);
}

#[test]
fn a7_the_difference_of_two_releases_isolates_a_late_record() {
    let mut bench = Bench::default();
    let own = bench.secret("tardifs", 7);
    let [first, second] =
        [("version 1", 100), ("version 2", 107)].map(|(label, value)| bench.shown(label, value));
    bench.sum(second, &[first, own]);
    bench.expect_refused(own, &["tardifs = version 2 − 1"]);
}

#[test]
fn a8_one_alias_left_open_opens_all() {
    let mut bench = Bench::default();
    let own = bench.secret("0750612A × ancien diplôme", 12);
    let alias = bench.shown("0750612A × nouveau diplôme", 12);
    let terms = vec![(own, 1), (alias, -1)];
    bench.system.constrain(&Constraint {
        terms,
        low: 0,
        high: 0,
        relation: Relation::Alias,
        while_shown: None,
    });
    bench.expect_refused(own, &["ancien diplôme = 0750612A × nouveau diplôme"]);
    bench.expect_repaired(1);
}

#[test]
fn a9_a_family_is_the_sum_of_its_specialities() {
    let mut bench = Bench::default();
    let family = bench.shown("famille", 70);
    let own = bench.secret("spécialité 1", 16);
    let others = [("spécialité 2", 30), ("spécialité 3", 24)]
        .map(|(label, value)| bench.shown(label, value));
    bench.sum(family, &[own, others[0], others[1]]);
    bench.expect_refused(own, &["spécialité 1 = famille − 2"]);
    bench.expect_repaired(1);
}

#[test]
fn a11_a_head_teacher_knows_her_own_pupils() {
    let mut bench = Bench::default();
    let region = bench.shown("région", 90);
    let cells: Vec<CellId> = [("A", 12), ("B", 15), ("C", 63)]
        .into_iter()
        .zip(0..)
        .map(|((label, value), owner)| {
            let (state, prior) = if value < 20 {
                (State::Primary, (0, 19))
            } else {
                (State::Shown, (20, 500))
            };
            bench.cell(label, value, state, prior, Some(owner))
        })
        .collect();
    bench.sum(region, &cells);
    let mut judgement = bench.judge();
    assert!(
        judgement.passes(),
        "from the outside two hidden cells protect each other"
    );
    let found = insiders(&bench.system, &mut judgement.ledger, 1000);
    assert_eq!(
        found.len(),
        2,
        "each head teacher computes the other: {found:?}"
    );
    let done = suppress(
        &mut bench.system,
        Manner {
            siblings: 0,
            insiders: true,
        },
    );
    assert_eq!((done.secondary.len(), done.stuck.len()), (1, 0));
    let mut judgement = bench.judge();
    assert_eq!(insiders(&bench.system, &mut judgement.ledger, 1000), []);
}

/// A12: what is shown at 100 % says it of everyone.
#[test]
fn a12_all_of_a_group_is_as_secret_as_a_small_count() {
    let mut bench = Bench::default();
    let whole = bench.shown("sortants", 30);
    let own = bench.cell("en emploi", 30, State::Primary, (0, 30), None);
    let terms = vec![(own, 1), (whole, -1)];
    bench.system.constrain(&Constraint {
        terms,
        low: 0,
        high: 0,
        relation: Relation::Rate,
        while_shown: None,
    });
    bench.expect_refused(own, &["en emploi"]);
}

/// Every row and column has two hidden cells, yet one is computable (the shape of sdcTable's own test).
#[test]
fn two_hidden_cells_in_every_line_do_not_protect_each_other() {
    let mut bench = Bench::default();
    // Hidden: (0,0) (0,1) (1,0) (1,1) | (2,2) (2,3) (3,2) (3,3) and one bridge that both blocks leave alone.
    let hidden = [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
        (2, 2),
        (2, 3),
        (3, 2),
        (3, 3),
        (1, 2),
    ];
    let mut grid = Vec::new();
    for row in 0..4_i64 {
        for column in 0..4_i64 {
            let label = format!("{row} × {column}");
            let is_hidden = hidden.contains(&(row, column));
            grid.push(if is_hidden {
                bench.secret(&label, 8 + row + column)
            } else {
                bench.shown(&label, 25 + row + column)
            });
        }
    }
    let value = |bench: &Bench, cell: CellId| bench.system.cells()[cell as usize].value;
    for line in 0..4_usize {
        let row: Vec<CellId> = (0..4).map(|column| grid[4 * line + column]).collect();
        let column: Vec<CellId> = (0..4).map(|row| grid[4 * row + line]).collect();
        for (name, parts) in [("ligne", row), ("colonne", column)] {
            let sum = parts.iter().map(|cell| value(&bench, *cell)).sum();
            let total = bench.shown(&format!("{name} {line}"), sum);
            bench.sum(total, &parts);
        }
    }
    let bridge = grid[6];
    bench.expect_refused(bridge, &["1 × 2"]);
    let judgement = bench.judge();
    assert_eq!(
        judgement
            .failures()
            .map(|(cell, _)| cell)
            .collect::<Vec<_>>(),
        [bridge],
        "the others protect each other"
    );
    let done = suppress(&mut bench.system, Manner::default());
    assert_eq!(
        (done.secondary.len(), done.stuck.len()),
        (1, 0),
        "one more cell is the right answer"
    );
    assert!(bench.judge().passes());
}

/// Two establishments with one pupil each, and three: each knows the others' sum.
#[test]
fn singletons_in_pairs_and_triples_need_a_third_owner() {
    for count in [2_u32, 3] {
        let mut bench = Bench::default();
        let mut cells: Vec<CellId> = (0..count)
            .map(|owner| {
                bench.cell(
                    &format!("S{owner}"),
                    1,
                    State::Primary,
                    (0, 19),
                    Some(owner),
                )
            })
            .collect();
        let shown = (0..4).map(|owner| {
            bench.cell(
                &format!("G{owner}"),
                30,
                State::Shown,
                (20, 500),
                Some(10 + owner),
            )
        });
        let shown: Vec<CellId> = shown.collect();
        cells.extend(shown);
        let total = bench.shown("total", i64::from(count) + 120);
        bench.sum(total, &cells);
        bench.system.finish();
        let done = suppress(
            &mut bench.system,
            Manner {
                siblings: 3,
                insiders: true,
            },
        );
        assert!(done.stuck.is_empty());
        let mut judgement = bench.judge();
        assert!(judgement.passes());
        assert_eq!(insiders(&bench.system, &mut judgement.ledger, 1000), []);
    }
}

/// Five hundred tables made safe, then one mistake planted in each: an alias, a version, a sub-total or a line left open.
#[test]
fn five_hundred_planted_leaks_are_caught_and_explained() {
    let mut caught = 0;
    for leak in 0..500_u32 {
        let mut bench = Bench::default();
        let (rows, columns) = (3 + leak % 3, 3 + leak % 4);
        let value = |row: u32, column: u32| i64::from(5 + (row * 7 + column * 11 + leak) % 14);
        let grid: Vec<Vec<CellId>> = (0..rows)
            .map(|row| {
                (0..columns)
                    .map(|column| bench.secret(&format!("E{row} × C{column}"), value(row, column)))
                    .collect()
            })
            .collect();
        for (row, cells) in grid.iter().enumerate() {
            let sum = (0..columns)
                .map(|column| value(u32::try_from(row).unwrap(), column))
                .sum();
            let total = bench.shown(&format!("E{row}"), sum);
            bench.sum(total, cells);
        }
        for column in 0..columns {
            let cells: Vec<CellId> = grid.iter().map(|row| row[column as usize]).collect();
            let total = bench.shown(
                &format!("C{column}"),
                (0..rows).map(|row| value(row, column)).sum(),
            );
            bench.sum(total, &cells);
        }
        assert!(
            bench.judge().passes(),
            "leak {leak}: the table is safe before"
        );
        let (row, column) = (leak / 7 % rows, leak / 3 % columns);
        let own = grid[row as usize][column as usize];
        let name = bench.system.label(own).to_owned();
        match leak % 4 {
            0 => {
                let alias = bench.shown("autre clé", value(row, column));
                let terms = vec![(own, 1), (alias, -1)];
                bench.system.constrain(&Constraint {
                    terms,
                    low: 0,
                    high: 0,
                    relation: Relation::Alias,
                    while_shown: None,
                });
            }
            1 => {
                let sum = (0..columns).map(|other| value(row, other)).sum::<i64>();
                let old = bench.shown("total de la version 1", sum - value(row, column));
                let rest = grid[row as usize]
                    .iter()
                    .copied()
                    .filter(|cell| *cell != own)
                    .collect::<Vec<_>>();
                bench.sum(old, &rest);
            }
            2 => {
                let total = bench.shown("100 %", value(row, column));
                bench.system.constrain(&Constraint {
                    terms: vec![(own, 200), (total, -199)],
                    low: 0,
                    high: i64::MAX / 4,
                    relation: Relation::Rate,
                    while_shown: None,
                });
                let terms = vec![(own, 1), (total, -1)];
                bench.system.constrain(&Constraint {
                    terms,
                    low: -500,
                    high: 0,
                    relation: Relation::Partition,
                    while_shown: None,
                });
            }
            _ => {
                let rest: Vec<CellId> = (0..rows)
                    .filter(|other| *other != row)
                    .map(|other| grid[other as usize][column as usize])
                    .collect();
                let sum = (0..rows)
                    .filter(|other| *other != row)
                    .map(|other| value(other, column))
                    .sum();
                let sub = bench.shown("sous-total", sum);
                bench.sum(sub, &rest);
            }
        }
        let judgement = bench.judge();
        let found = judgement.failures().find(|(cell, _)| *cell == own);
        let (_, reason) = found.unwrap_or_else(|| panic!("leak {leak} was not caught"));
        assert!(explain(&bench.system, own, reason, Lang::Fr).contains(&name));
        caught += 1;
    }
    assert_eq!(caught, 500);
}
