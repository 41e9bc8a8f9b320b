//! The addresses of the public site. They are promises to those who link: a test freezes them.

use crate::content::Uai;

/// Where establishments, trainings and territories search from.
pub const HOME: &str = "index.html";
/// The room of the datasets.
pub const DATA_ROOM: &str = "donnees/index.html";
/// What a dataset is made of, in its folder.
pub const LINEAGE: &str = "provenance.html";
/// The list of all the trainings.
pub const TRAININGS: &str = "formation/index.html";
/// The sentences to quote.
pub const QUOTES: &str = "chiffres/index.html";
/// The accessibility statement.
pub const ACCESSIBILITY: &str = "accessibilite.html";
/// Where the rows of any table are asked for.
pub const EXPLORER: &str = "explorateur/index.html";
/// The reader of Parquet that the explorer runs.
pub const EXPLORER_READER: &str = "explorateur/parquet.js";
/// What the explorer runs: its tables and its code.
pub const EXPLORER_CODE: &str = "explorateur/explorateur.js";
/// How to read the figures.
pub const READING: &str = "lire/index.html";
/// The style sheet of all pages but frames.
pub const STYLE: &str = "style.css";
/// The style sheet that an operator lays over ours.
pub const THEME: &str = "theme.css";
/// The search: its index and its code.
pub const SEARCH: &str = "recherche.js";
/// What programs find.
pub const API: &str = "api/index.json";
/// The same, as an `OpenAPI` description.
pub const OPENAPI: &str = "openapi.json";
/// The list of site maps.
pub const SITEMAP: &str = "sitemap.xml";
/// What the site holds and what it was made of.
pub const SITE: &str = "site.json";

/// The folder of an establishment.
#[must_use]
pub fn establishment(uai: &Uai) -> String {
    format!("etablissement/{uai}")
}

/// The page of an establishment.
#[must_use]
pub fn establishment_page(uai: &Uai) -> String {
    format!("etablissement/{uai}/index.html")
}

/// The figures of an establishment, for programs.
#[must_use]
pub fn establishment_json(uai: &Uai) -> String {
    format!("etablissement/{uai}/donnees.json")
}

/// The figures of an establishment, for spreadsheets.
#[must_use]
pub fn establishment_csv(uai: &Uai) -> String {
    format!("etablissement/{uai}/donnees.csv")
}

/// The frame that an establishment shows on its site.
#[must_use]
pub fn frame(uai: &Uai) -> String {
    format!("etablissement/{uai}/integrer.html")
}

/// The picture of a training of an establishment.
#[must_use]
pub fn picture(uai: &Uai, code: &str) -> String {
    format!("etablissement/{uai}/{}.svg", segment(code))
}

/// A pinned state of an establishment, which never changes.
#[must_use]
pub fn pinned_page(uai: &Uai, digest12: &str) -> String {
    format!("etablissement/{uai}/v/{digest12}.html")
}

/// The same, for programs.
#[must_use]
pub fn pinned_json(uai: &Uai, digest12: &str) -> String {
    format!("etablissement/{uai}/v/{digest12}.json")
}

/// The pinned states of an establishment, with their versions and days.
#[must_use]
pub fn history(uai: &Uai) -> String {
    format!("etablissement/{uai}/v/historique.json")
}

/// The page of a training.
#[must_use]
pub fn training_page(code: &str) -> String {
    format!("formation/{}/index.html", segment(code))
}

/// The figures of a training, for programs.
#[must_use]
pub fn training_json(code: &str) -> String {
    format!("formation/{}/donnees.json", segment(code))
}

/// The page of a région.
#[must_use]
pub fn region_page(cog: &str) -> String {
    format!("region/{}/index.html", segment(cog))
}

/// The feed of a région.
#[must_use]
pub fn region_feed(cog: &str) -> String {
    format!("region/{}/feed.atom", segment(cog))
}

/// The page of an académie.
#[must_use]
pub fn academy_page(code: &str) -> String {
    format!("academie/{}/index.html", segment(code))
}

/// The page of a département.
#[must_use]
pub fn department_page(cog: &str) -> String {
    format!("departement/{}/index.html", segment(cog))
}

/// From a code of a training to its addresses.
#[must_use]
pub fn alias(code_type: &str, code: &str) -> String {
    format!("code/{}/{}.json", segment(code_type), segment(code))
}

/// A JSON Schema.
#[must_use]
pub fn schema(name: &str) -> String {
    format!("schema/{name}.schema.json")
}

/// The digests of a part of the site.
#[must_use]
pub fn shard(name: &str) -> String {
    format!("empreintes/{name}.json")
}

/// A site map.
#[must_use]
pub fn sitemap(name: &str) -> String {
    format!("sitemap-{name}.xml")
}

/// The way from a page to the root.
#[must_use]
pub fn to_root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}

/// A code as part of a path: letters, digits and `-`; anything else is written `_` and its number, so that no code leaves its
/// folder and no two codes share a path.
#[must_use]
pub fn segment(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    for byte in code.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("_{byte:02x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_frozen() {
        let uai = Uai::new("0010856A").unwrap();
        assert_eq!(
            [
                establishment_page(&uai),
                establishment_json(&uai),
                establishment_csv(&uai),
                frame(&uai),
                picture(&uai, "23220031212"),
                pinned_page(&uai, "0123456789ab"),
                pinned_json(&uai, "0123456789ab"),
                history(&uai),
                training_page("50022137"),
                training_json("50022137"),
                region_page("53"),
                region_feed("53"),
                academy_page("14"),
                department_page("2A"),
                alias("mefstat11", "23220031212"),
                schema("etablissement"),
                shard("etablissement-001"),
                sitemap("etablissement"),
            ]
            .map(String::from),
            [
                "etablissement/0010856A/index.html",
                "etablissement/0010856A/donnees.json",
                "etablissement/0010856A/donnees.csv",
                "etablissement/0010856A/integrer.html",
                "etablissement/0010856A/23220031212.svg",
                "etablissement/0010856A/v/0123456789ab.html",
                "etablissement/0010856A/v/0123456789ab.json",
                "etablissement/0010856A/v/historique.json",
                "formation/50022137/index.html",
                "formation/50022137/donnees.json",
                "region/53/index.html",
                "region/53/feed.atom",
                "academie/14/index.html",
                "departement/2A/index.html",
                "code/mefstat11/23220031212.json",
                "schema/etablissement.schema.json",
                "empreintes/etablissement-001.json",
                "sitemap-etablissement.xml",
            ]
        );
        assert_eq!(
            [
                HOME,
                DATA_ROOM,
                TRAININGS,
                QUOTES,
                ACCESSIBILITY,
                SEARCH,
                EXPLORER,
                EXPLORER_READER,
                EXPLORER_CODE,
                API,
                OPENAPI,
                SITE
            ],
            [
                "index.html",
                "donnees/index.html",
                "formation/index.html",
                "chiffres/index.html",
                "accessibilite.html",
                "recherche.js",
                "explorateur/index.html",
                "explorateur/parquet.js",
                "explorateur/explorateur.js",
                "api/index.json",
                "openapi.json",
                "site.json"
            ]
        );
    }

    #[test]
    fn a_code_never_leaves_its_folder() {
        assert_eq!(segment("../a/b"), "_2e_2e_2fa_2fb");
        assert_eq!(to_root("etablissement/0010856A/v/x.html"), "../../../");
    }
}
