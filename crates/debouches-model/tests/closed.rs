//! What a table must declare before a figure on people may leave it.

use debouches_model::spec::{TableSpec, Vocabulary, unmapped, weakened};

/// A table of one count, with what is given of its policy and of the count.
fn parsed(secrecy: &str, count: &str) -> Result<TableSpec, String> {
    let text = format!(
        r#"
        id = "t"
        kind = "indicators"
        title = "T"
        description = "D"
        producer = "P"
        key = ["region"]
        {secrecy}
        [[column]]
        name = "region"
        type = "text"
        role = "dimension"
        label = "R"
        description = "R"
        [[column]]
        name = "nb"
        type = "integer"
        role = "measure"
        unit = "personnes"
        {count}
        label = "N"
        description = "N"
        "#
    );
    TableSpec::parse(&text, &Vocabulary::default()).map_err(|error| error.to_string())
}

const POLICY: &str = "[secrecy]\nthreshold = 20\nrule = \"R\"\n";

#[test]
fn what_is_left_out_is_refused_with_the_line_to_write() {
    let refused = |secrecy: &str, count: &str, line: &str| {
        let error = parsed(secrecy, count).unwrap_err();
        assert!(error.contains(line), "{error}");
    };
    refused("", "", "write `[secrecy]`");
    refused(POLICY, "", "write `base = [\"nb\"]` in its `[[column]]`");
    let base = "base = [\"nb\"]";
    refused(
        POLICY,
        base,
        "write `region = \"none\"` in `[secrecy.totals]`",
    );
    refused(
        &format!("{POLICY}bases = \"producer\"\n"),
        "",
        "`nb` counts people",
    );
    let totals = format!("{POLICY}[secrecy.totals]\nregion = \"FR\"\n");
    let spec = parsed(&totals, base).unwrap();
    let secrecy = spec.secrecy.unwrap();
    assert_eq!(secrecy.totals["region"].0, ["FR"]);
    assert!(unmapped(&secrecy, &spec.key)[0].contains("write `[secrecy.universe]`"));
}

#[test]
fn an_option_that_protects_less_is_told() {
    let narrow = format!("{POLICY}width = 0\n[secrecy.totals]\nregion = \"none\"\n");
    let spec = parsed(&narrow, "base = [\"nb\"]").unwrap();
    assert_eq!(weakened(&spec.secrecy.unwrap()).len(), 1);
}
