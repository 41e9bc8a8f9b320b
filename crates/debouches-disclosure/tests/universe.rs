//! The leaks that an outside attacker found between tables, datasets, cohorts, horizons and releases: each is found, then repaired.

#![expect(clippy::unwrap_used, reason = "a failure in a test is the message")]

use std::sync::Arc;

use debouches_disclosure::{
    Facts, Hierarchies, Leaks, Member, Placing, Protect, Protected, Published, Row, Seen, Tables,
    protect, resemble_totals,
};
use debouches_model::Lang;
use debouches_model::spec::{DisclosureSpec, Universe};
use serde_json::{Value, json};

const UNIVERSE: &str = r#"
id = "test"
[[dimension]]
name = "year"
kind = "years"
[[dimension]]
name = "area"
kind = "tree"
[[dimension]]
name = "training"
kind = "tree"
[[dimension]]
name = "sex"
kind = "tree"
"#;

fn universe() -> Universe {
    Universe::parse(UNIVERSE).unwrap()
}

/// A table: its key, where its dimensions are read, its counts with their bases.
struct Table {
    name: &'static str,
    key: Vec<&'static str>,
    policy: DisclosureSpec,
    previous: Vec<Published>,
    current: Option<Facts>,
}

impl Table {
    /// Counts that are each their own base, on columns `(dimension, path)`.
    fn new(
        name: &'static str,
        key: &[&'static str],
        axes: &[(&str, &[&str])],
        more: Value,
    ) -> Self {
        let axis: Vec<Value> = axes
            .iter()
            .map(|(dimension, path)| json!({ "dimension": dimension, "path": path }))
            .collect();
        let mut policy = json!({
            "threshold": 20,
            "width": 5,
            "rule": ".",
            "count": [{ "column": "n", "base": ["n"] }],
            "totals": {},
            "universe": { "id": "test", "axis": axis },
        });
        for (name, value) in more.as_object().unwrap() {
            policy[name] = value.clone();
        }
        Self {
            name,
            key: key.to_vec(),
            policy: serde_json::from_value(policy).unwrap(),
            previous: Vec::new(),
            current: None,
        }
    }

    fn facts(&self, rows: &[(&[&str], &[i64])], is_public: bool) -> Facts {
        let threshold = i64::from(self.policy.threshold);
        let seen = |value: i64| match value {
            value if value >= threshold => Seen::Value(value),
            _ if is_public => Seen::Hidden(None),
            value => Seen::Hidden(Some(value)),
        };
        Facts {
            key: self.key.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows
                .iter()
                .map(|(key, counts)| Row {
                    key: key.iter().map(|value| Arc::from(*value)).collect(),
                    counts: counts.iter().map(|value| seen(*value)).collect(),
                    rates: Vec::new(),
                })
                .collect(),
            complementary: false,
        }
    }

    /// Already published, as readers see it: counts under the threshold hidden, nothing else.
    fn published(mut self, at: u64, rows: &[(&[&str], &[i64])]) -> Self {
        let facts = self.facts(rows, true);
        self.previous.push(Published {
            version: format!("1.{at}.0"),
            at,
            facts,
        });
        self
    }

    /// About to be published, with the true values.
    fn coming(mut self, rows: &[(&[&str], &[i64])]) -> Self {
        self.current = Some(self.facts(rows, false));
        self
    }
}

fn run(tables: &[Table], leaks: Leaks, jobs: usize) -> Protected {
    let hierarchies = Hierarchies::new(&universe());
    let members = tables
        .iter()
        .map(|table| {
            let key: Vec<String> = table.key.iter().map(|name| (*name).to_owned()).collect();
            let universe = table.policy.universe.as_ref().unwrap();
            Member {
                table: table.name,
                policy: &table.policy,
                placing: Some(Placing::new(universe, &table.policy, &hierarchies, &key).unwrap()),
                identity: key.len(),
                previous: &table.previous,
                current: table.current.as_ref(),
            }
        })
        .collect();
    protect(
        Protect {
            tables: Tables {
                hierarchies,
                members,
            },
            mode: None,
            leaks,
            jobs,
            explained: None,
        },
        Lang::En,
    )
}

/// The leak is there as the tables stand; the tables as repaired have none, and the same whatever the threads.
fn found_then_repaired(mut tables: Vec<Table>) -> Protected {
    let found = run(&tables, Leaks::Refuse, 1);
    assert!(!found.refused.is_empty(), "the leak was not found");
    let repaired = run(&tables, Leaks::Repair, 1);
    assert_eq!(repaired.refused, Vec::<String>::new());
    let again = run(&tables, Leaks::Repair, 3);
    for ((place, hide, one), (_, same, other)) in repaired.tables.iter().zip(&again.tables) {
        assert_eq!(hide, same);
        assert_eq!(one, other);
        let facts = tables[*place].current.as_mut().unwrap();
        for (row, counts) in hide {
            for count in counts {
                let seen = &mut facts.rows[*row].counts[*count];
                if let Seen::Value(value) = *seen {
                    *seen = Seen::Hidden(Some(value));
                }
            }
        }
    }
    let after = run(&tables, Leaks::Refuse, 1);
    assert_eq!(after.refused, Vec::<String>::new(), "not repaired");
    repaired
}

fn hidden(protected: &Protected) -> usize {
    protected.tables.iter().map(|(_, hide, _)| hide.len()).sum()
}

fn with_total(column: &str, value: &str) -> Value {
    json!({ "totals": { column: [value] } })
}

#[test]
fn l01_france_by_single_years_less_regions_by_pairs() {
    let france = Table::new("france", &["year"], &[("year", &["year"])], json!({}))
        .published(1, &[(&["2020"], &[300]), (&["2021"], &[310])]);
    let regions = Table::new(
        "regions",
        &["year", "region"],
        &[("year", &["year"]), ("area", &["region"])],
        json!({}),
    )
    .coming(&[
        (&["2020_2021", "11"], &[400]),
        (&["2020_2021", "24"], &[198]),
        (&["2020_2021", "27"], &[12]),
    ]);
    found_then_repaired(vec![france, regions]);
}

#[test]
fn l02_a_region_less_all_its_establishments_although_nothing_tells_that_they_are_all() {
    let region = Table::new("region", &["region"], &[("area", &["region"])], json!({}))
        .published(1, &[(&["11"], &[112])]);
    let establishments = Table::new(
        "establishments",
        &["region", "uai"],
        &[("area", &["region", "uai"])],
        json!({}),
    )
    .coming(&[
        (&["11", "A"], &[60]),
        (&["11", "B"], &[40]),
        (&["11", "C"], &[12]),
    ]);
    found_then_repaired(vec![region, establishments]);
}

#[test]
fn a_missing_establishment_is_an_unknown_that_protects() {
    let region = Table::new("region", &["region"], &[("area", &["region"])], json!({}))
        .published(1, &[(&["11"], &[130])]);
    let establishments = Table::new(
        "establishments",
        &["region", "uai"],
        &[("area", &["region", "uai"])],
        json!({}),
    )
    .coming(&[
        (&["11", "A"], &[60]),
        (&["11", "B"], &[40]),
        (&["11", "C"], &[12]),
    ]);
    let protected = run(&[region, establishments], Leaks::Refuse, 1);
    assert_eq!(protected.refused, Vec::<String>::new());
    assert_eq!(hidden(&protected), 0);
}

#[test]
fn l03_a_count_published_once_then_revised_under_the_threshold() {
    let rows: &[(&[&str], &[i64])] = &[(&["11"], &[25]), (&["24"], &[75]), (&["FR"], &[100])];
    let revised: &[(&[&str], &[i64])] = &[(&["11"], &[17]), (&["24"], &[75]), (&["FR"], &[92])];
    let table = Table::new(
        "regions",
        &["region"],
        &[("area", &["region"])],
        with_total("region", "FR"),
    )
    .published(1, rows)
    .coming(revised);
    found_then_repaired(vec![table]);
}

#[test]
fn l04_two_deliveries_in_one_file_are_compared() {
    let mut policy = with_total("region", "FR");
    policy["universe"] = json!({ "id": "test", "versions": ["delivery"],
        "axis": [{ "dimension": "area", "path": ["region"] }] });
    let table = Table::new("regions", &["delivery", "region"], &[], policy).coming(&[
        (&["1", "11"], &[12]),
        (&["1", "24"], &[15]),
        (&["1", "FR"], &[27]),
        // The second delivery reveals what the first hides: 24 stands alone beside its total.
        (&["2", "11"], &[12]),
        (&["2", "24"], &[30]),
        (&["2", "FR"], &[42]),
    ]);
    found_then_repaired(vec![table]);
}

#[test]
fn l05_the_total_in_one_release_and_the_other_part_in_the_next() {
    let table = Table::new(
        "regions",
        &["region"],
        &[("area", &["region"])],
        with_total("region", "FR"),
    )
    .published(1, &[(&["FR"], &[100]), (&["11"], &[12])])
    .coming(&[(&["11"], &[12]), (&["24"], &[88])]);
    found_then_repaired(vec![table]);
}

#[test]
fn l08_overlapping_pairs_of_years() {
    let table = Table::new("years", &["year"], &[("year", &["year"])], json!({})).coming(&[
        (&["2019"], &[40]),
        (&["2019_2020"], &[100]),
        (&["2020_2021"], &[72]),
        (&["2021"], &[12]),
    ]);
    found_then_repaired(vec![table]);
}

#[test]
fn l09_leavers_are_the_same_at_every_horizon() {
    let more = json!({
        "totals": { "region": ["FR"] },
        "count": [
            { "column": "n6", "base": ["n6"] },
            { "column": "n12", "base": ["n12"] },
        ],
        "universe": { "id": "test", "axis": [{ "dimension": "area", "path": ["region"] }],
            "quantity": { "n6": "leavers", "n12": "leavers" } },
    });
    // Each horizon alone is protected by another row.
    let mut table = Table::new("horizons", &["region"], &[], more).coming(&[
        (&["11"], &[12, 12]),
        (&["24"], &[30, 30]),
        (&["27"], &[40, 40]),
        (&["FR"], &[82, 82]),
    ]);
    let rows = &mut table.current.as_mut().unwrap().rows;
    rows[1].counts[0] = Seen::Hidden(Some(30));
    rows[2].counts[1] = Seen::Hidden(Some(40));
    found_then_repaired(vec![table]);
}

#[test]
fn l10_all_trainings_less_each_of_them() {
    let table = Table::new(
        "trainings",
        &["uai", "training"],
        &[("area", &["uai"]), ("training", &["training"])],
        with_total("training", "ensemble"),
    )
    .coming(&[
        (&["A", "x"], &[50]),
        (&["A", "y"], &[13]),
        (&["A", "ensemble"], &[63]),
        (&["B", "x"], &[70]),
        (&["B", "ensemble"], &[70]),
    ]);
    found_then_repaired(vec![table]);
}

#[test]
fn l11_a_view_shows_what_the_table_hides() {
    let table = Table::new(
        "table",
        &["diploma", "training"],
        &[("training", &["diploma", "training"])],
        json!({}),
    )
    .coming(&[(&["d", "x"], &[50]), (&["d", "y"], &[13])]);
    let view = Table::new(
        "view",
        &["diploma"],
        &[("training", &["diploma"])],
        json!({}),
    )
    .published(1, &[(&["d"], &[63])]);
    found_then_repaired(vec![view, table]);
}

#[test]
fn l12_the_same_table_in_two_datasets_hides_the_same() {
    let rows: &[(&[&str], &[i64])] = &[
        (&["11"], &[12]),
        (&["24"], &[30]),
        (&["27"], &[40]),
        (&["FR"], &[82]),
    ];
    let table = |name| {
        Table::new(
            name,
            &["region"],
            &[("area", &["region"])],
            with_total("region", "FR"),
        )
    };
    // The first was released with 24 hidden beside 11; the second would hide 27.
    let mut first = table("one").published(1, rows);
    first.previous[0].facts.rows[1].counts[0] = Seen::Hidden(None);
    first.previous[0].facts.complementary = true;
    let second = table("two").coming(rows);
    found_then_repaired(vec![first, second]);
}

#[test]
fn a_revision_through_the_threshold_passes_both_ways() {
    let table = || {
        Table::new(
            "regions",
            &["region"],
            &[("area", &["region"])],
            json!({ "totals": { "region": ["FR"] }, "revision": 3 }),
        )
    };
    let before: &[(&[&str], &[i64])] = &[
        (&["11"], &[19]),
        (&["24"], &[14]),
        (&["27"], &[67]),
        (&["FR"], &[100]),
    ];
    let after: &[(&[&str], &[i64])] = &[
        (&["11"], &[21]),
        (&["24"], &[14]),
        (&["27"], &[67]),
        (&["FR"], &[102]),
    ];
    for (one, other) in [(before, after), (after, before)] {
        let protected = run(&[table().published(1, one).coming(other)], Leaks::Repair, 1);
        assert_eq!(protected.refused, Vec::<String>::new());
        let disclosure = &protected.tables[0].2;
        assert!(disclosure.passes);
    }
}

#[test]
fn what_former_releases_give_away_is_told_and_nothing_adds_to_it() {
    let rows: &[(&[&str], &[i64])] = &[(&["11"], &[12]), (&["24"], &[88]), (&["FR"], &[100])];
    let table = Table::new(
        "regions",
        &["region"],
        &[("area", &["region"])],
        with_total("region", "FR"),
    )
    .published(1, rows)
    .coming(rows);
    let protected = run(&[table], Leaks::Repair, 1);
    assert_eq!(protected.refused, Vec::<String>::new());
    let (_, hide, disclosure) = &protected.tables[0];
    assert_eq!(disclosure.verdicts.explained_by_earlier_release, 1);
    assert_eq!(hide.len(), 0, "what is public already may be said again");
}

#[test]
fn what_former_releases_leave_open_to_an_owner_is_told_and_nothing_adds_to_it() {
    let rows: &[(&[&str], &[i64])] = &[
        (&["11"], &[12]),
        (&["24"], &[14]),
        (&["27"], &[74]),
        (&["FR"], &[100]),
    ];
    let mut more = with_total("region", "FR");
    more["owner"] = json!("region");
    more["insiders"] = json!(true);
    let regions = Table::new("regions", &["region"], &[("area", &["region"])], more)
        .published(1, rows)
        .coming(rows);
    let parts = Table::new(
        "parts",
        &["region", "part"],
        &[("area", &["region", "part"])],
        json!({}),
    )
    .coming(&[(&["27", "a"], &[40]), (&["27", "b"], &[34])]);
    let protected = run(&[regions, parts], Leaks::Repair, 1);
    assert_eq!(protected.refused, Vec::<String>::new());
    let (_, _, disclosure) = &protected.tables[0];
    assert_eq!(disclosure.verdicts.explained_by_earlier_release, 2);
    assert_eq!(
        hidden(&protected),
        0,
        "what is public already may be said again"
    );
}

#[test]
fn what_only_the_sizes_of_hidden_counts_would_tell_is_no_excuse_for_showing_more() {
    // Pairs of years of the only région, then single years of France: 2022 is all that a reader lacks.
    let regions = Table::new(
        "regions",
        &["year", "region"],
        &[("year", &["year"]), ("area", &["region"])],
        json!({}),
    )
    .published(
        1,
        &[
            (&["2019_2020", "52"], &[25]),
            (&["2020_2021", "52"], &[23]),
            (&["2021_2022", "52"], &[24]),
        ],
    );
    let france = Table::new("france", &["year"], &[("year", &["year"])], json!({})).coming(&[
        (&["2019"], &[6]),
        (&["2020"], &[19]),
        (&["2021"], &[4]),
        (&["2022"], &[20]),
    ]);
    let protected = run(&[regions, france], Leaks::Repair, 1);
    assert_eq!(protected.refused, Vec::<String>::new());
    assert_eq!(hidden(&protected), 1, "2022 gives 2021, then 2020 and 2019");
}

#[test]
fn an_inherited_excuse_never_covers_what_our_threshold_hid() {
    let more = json!({
        "totals": { "region": ["FR"] },
        "inherits": { "publication": "https://producer.example/", "date": "2026-01-01" },
    });
    let rows: &[(&[&str], &[i64])] = &[(&["11"], &[12]), (&["24"], &[88]), (&["FR"], &[100])];
    let table = || {
        Table::new(
            "regions",
            &["region"],
            &[("area", &["region"])],
            more.clone(),
        )
    };
    // Ours: the true value is known, and the leak is ours to repair.
    let ours = found_then_repaired(vec![table().coming(rows)]);
    assert_eq!(ours.tables[0].2.verdicts.inherited, 0);
    // The producer's: the value is unknown to us, and public at the producer's.
    let mut theirs = table().coming(rows);
    theirs.current.as_mut().unwrap().rows[0].counts[0] = Seen::Hidden(None);
    let mut alone = theirs;
    // A sum within the table is ours to see, not declared by the producer: the excuse holds for what the rows say alone.
    alone.policy.total =
        vec![serde_json::from_value(json!({ "column": "region", "total": "FR" })).unwrap()];
    let protected = run(&[alone], Leaks::Refuse, 1);
    assert_eq!(protected.refused, Vec::<String>::new());
    assert_eq!(protected.tables[0].2.verdicts.inherited, 1);
}

#[test]
fn sums_that_nobody_declared_are_found_in_the_data() {
    let table = Table::new(
        "trainings",
        &["uai", "training"],
        &[("area", &["uai"]), ("training", &["training"])],
        json!({}),
    );
    let names = ["A", "B", "C", "D", "E", "F"];
    let rows: Vec<(Vec<&str>, Vec<i64>)> = names
        .iter()
        .zip(20..)
        .flat_map(|(uai, n)| {
            [
                (vec![*uai, "x"], vec![n]),
                (vec![*uai, "y"], vec![13]),
                (vec![*uai, "all"], vec![n + 13]),
            ]
        })
        .collect();
    let rows: Vec<(&[&str], &[i64])> = rows
        .iter()
        .map(|(key, counts)| (key.as_slice(), counts.as_slice()))
        .collect();
    let facts = table.facts(&rows, false);
    let found = resemble_totals(&table.policy, &facts, 2, &[]);
    let named: Vec<(&str, &str)> = found
        .iter()
        .map(|own| (own.column.as_str(), own.value.as_str()))
        .collect();
    assert_eq!(named, [("training", "all")]);
    let declared = Table::new(
        "trainings",
        &["uai", "training"],
        &[],
        with_total("training", "all"),
    );
    assert_eq!(resemble_totals(&declared.policy, &facts, 2, &[]), []);
}
