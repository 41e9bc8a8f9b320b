//! The portal's closed lists.

use chrono::TimeDelta;

/// Licences: id, name, address of the text.
pub(crate) const LICENCES: [(&str, &str, Option<&str>); 6] = [
    (
        "fr-lo",
        "Licence Ouverte / Open Licence",
        Some("https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf"),
    ),
    (
        "lov2",
        "Licence Ouverte / Open Licence version 2.0",
        Some("https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
    ),
    (
        "odc-odbl",
        "Open Data Commons Open Database License (ODbL)",
        Some("https://opendatacommons.org/licenses/odbl/summary/"),
    ),
    (
        "cc-by",
        "Creative Commons Attribution",
        Some("https://creativecommons.org/licenses/by/4.0/"),
    ),
    ("other-open", "Other (Open)", None),
    (NO_LICENCE, "License Not Specified", None),
];

/// What an unknown licence becomes.
pub(crate) const NO_LICENCE: &str = "notspecified";

/// Levels of territory: id, name. Two more granularities are not levels.
pub(crate) const LEVELS: [(&str, &str); 4] = [
    ("country", "Country"),
    ("fr:region", "French region"),
    ("fr:departement", "French county"),
    ("fr:commune", "French town"),
];

/// Granularities that are not levels.
pub(crate) const OTHER_GRANULARITIES: [(&str, &str); 2] =
    [("poi", "POI"), (NO_GRANULARITY, "Other")];

/// What a missing granularity becomes.
pub(crate) const NO_GRANULARITY: &str = "other";

/// Zones: level, code, name. Regions of 2016, codes of the official geographic code.
pub(crate) const ZONES: [(&str, &str, &str); 19] = [
    ("country", "fr", "France"),
    ("fr:region", "01", "Guadeloupe"),
    ("fr:region", "02", "Martinique"),
    ("fr:region", "03", "Guyane"),
    ("fr:region", "04", "La Réunion"),
    ("fr:region", "06", "Mayotte"),
    ("fr:region", "11", "Île-de-France"),
    ("fr:region", "24", "Centre-Val de Loire"),
    ("fr:region", "27", "Bourgogne-Franche-Comté"),
    ("fr:region", "28", "Normandie"),
    ("fr:region", "32", "Hauts-de-France"),
    ("fr:region", "44", "Grand Est"),
    ("fr:region", "52", "Pays de la Loire"),
    ("fr:region", "53", "Bretagne"),
    ("fr:region", "75", "Nouvelle-Aquitaine"),
    ("fr:region", "76", "Occitanie"),
    ("fr:region", "84", "Auvergne-Rhône-Alpes"),
    ("fr:region", "93", "Provence-Alpes-Côte d'Azur"),
    ("fr:region", "94", "Corse"),
];

/// Kinds of resource: id, name.
pub(crate) const RESOURCE_TYPES: [(&str, &str); 6] = [
    ("main", "Main file"),
    ("documentation", "Documentation"),
    ("update", "Update"),
    ("api", "API"),
    ("code", "Code repository"),
    ("other", "Other"),
];

/// How often a dataset promises to be updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    /// Nothing is promised, or nothing can be late.
    Open,
    /// At least once in this time.
    Within(TimeDelta),
    /// Nobody said.
    Unknown,
}

const NO_FREQUENCY: &str = "unknown";

/// Frequencies with a period: id, minutes.
const PERIODS: [(&str, i64); 33] = [
    ("oneMinute", 1),
    ("fiveMinutes", 5),
    ("tenMinutes", 10),
    ("fifteenMinutes", 15),
    ("thirtyMinutes", 30),
    ("hourly", 60),
    ("bihourly", 120),
    ("trihourly", 180),
    ("twelveHours", 720),
    ("severalTimesADay", DAY),
    ("threeTimesADay", DAY),
    ("semidaily", DAY),
    ("daily", DAY),
    ("fiveTimesAWeek", 7 * DAY),
    ("threeTimesAWeek", 7 * DAY),
    ("semiweekly", 7 * DAY),
    ("weekly", 7 * DAY),
    ("biweekly", 14 * DAY),
    ("threeTimesAMonth", 31 * DAY),
    ("semimonthly", 31 * DAY),
    ("monthly", 31 * DAY),
    ("bimonthly", 62 * DAY),
    ("quarterly", 93 * DAY),
    ("threeTimesAYear", 365 * DAY),
    ("semiannual", 365 * DAY),
    ("annual", 365 * DAY),
    ("biennial", 730 * DAY),
    ("triennial", 1095 * DAY),
    ("quadrennial", 1460 * DAY),
    ("quinquennial", 1825 * DAY),
    ("decennial", 3650 * DAY),
    ("bidecennial", 7300 * DAY),
    ("tridecennial", 10950 * DAY),
];

const DAY: i64 = 24 * 60;

const OPEN: [&str; 6] = [
    "continuous",
    "punctual",
    "irregular",
    "never",
    "notPlanned",
    "other",
];

/// Names of former versions, still accepted.
const PREVIOUS: [(&str, &str); 5] = [
    ("realtime", "continuous"),
    ("fourTimesADay", "severalTimesADay"),
    ("fourTimesAWeek", "other"),
    ("fortnighly", "biweekly"),
    ("biannual", "semiannual"),
];

/// The frequencies by id.
pub(crate) fn frequencies() -> impl Iterator<Item = &'static str> {
    OPEN[..1]
        .iter()
        .copied()
        .chain(PERIODS.iter().map(|(id, _)| *id))
        .chain(OPEN[1..].iter().copied())
        .chain([NO_FREQUENCY])
}

/// The id of a frequency, former names translated.
pub(crate) fn frequency(name: &str) -> Option<&'static str> {
    let name = PREVIOUS
        .iter()
        .find(|(previous, _)| *previous == name)
        .map_or(name, |(_, new)| *new);
    frequencies().find(|id| *id == name)
}

/// What a frequency promises.
pub(crate) fn period(frequency: Option<&str>) -> Period {
    let Some(frequency) = frequency.filter(|id| *id != NO_FREQUENCY) else {
        return Period::Unknown;
    };
    PERIODS
        .iter()
        .find(|(id, _)| *id == frequency)
        .map_or(Period::Open, |(_, minutes)| {
            Period::Within(TimeDelta::minutes(*minutes))
        })
}

const ARCHIVES: [&str; 8] = ["tar", "gz", "tgz", "rar", "zip", "7z", "xz", "bz2"];

/// Extensions that may be uploaded, beside archives. `parquet` is an option.
const FILES: [&str; 56] = [
    "csv", "txt", "json", "pdf", "xml", "rtf", "xsd", "ods", "odt", "odp", "odg", "xls", "xlsx",
    "doc", "docx", "pps", "ppt", "jpeg", "jpg", "jpe", "gif", "png", "dwg", "svg", "tiff", "ecw",
    "svgz", "jp2", "webp", "shp", "kml", "kmz", "gpx", "shx", "ovr", "geojson", "gpkg", "grib2",
    "rdf", "ttl", "n3", "dbf", "prj", "sql", "sqlite", "db", "epub", "sbn", "sbx", "cpg", "lyr",
    "owl", "dxf", "ics", "ssim", "other",
];

/// The extensions that may be uploaded, sorted.
pub(crate) fn extensions(parquet: bool) -> Vec<&'static str> {
    let mut all: Vec<&str> = ARCHIVES.iter().chain(&FILES).copied().collect();
    if parquet {
        all.push("parquet");
    }
    all.sort_unstable();
    all
}

/// The format of a file by its name: the last extension, and the one before it when the last is an archive's.
pub(crate) fn format(name: &str, parquet: bool) -> Option<String> {
    let (stem, last) = name.rsplit_once('.')?;
    let inner = stem
        .rsplit_once('.')
        .map(|(_, inner)| inner)
        .filter(|inner| ARCHIVES.contains(&last) && extensions(parquet).contains(inner));
    Some(inner.map_or(last.to_owned(), |inner| format!("{inner}.{last}")))
}

/// The media type that the portal guesses from a name.
pub(crate) fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "csv" => "text/csv",
        "txt" => "text/plain",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "gz" => "application/gzip",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odt" => "application/vnd.oasis.opendocument.text",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        // Parquet as well: the table that udata looks into does not know it.
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_those_of_a_real_portal() {
        assert_eq!(frequencies().count(), 40);
        assert_eq!(frequency("biannual"), Some("semiannual"));
        assert_eq!(frequency("yearly"), None);
        assert_eq!(period(Some("annual")), Period::Within(TimeDelta::days(365)));
        assert_eq!(
            (
                period(Some("punctual")),
                period(Some("unknown")),
                period(None)
            ),
            (Period::Open, Period::Unknown, Period::Unknown)
        );
        assert_eq!(format("a.2023.csv.gz", false).as_deref(), Some("csv.gz"));
        assert_eq!(format("a.2023.zip", false).as_deref(), Some("zip"));
        assert_eq!(format("a.geojson.csv", false).as_deref(), Some("csv"));
        assert!(!extensions(false).contains(&"parquet") && extensions(true).contains(&"parquet"));
    }
}
