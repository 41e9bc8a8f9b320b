//! Régions académiques, whose numbers are not those of INSEE (table of the académies of the education ministry).

/// Code of the région académique, and that of the région in the Code officiel géographique.
const REGIONS: [(&str, &str); 18] = [
    ("01", "84"),
    ("02", "27"),
    ("03", "53"),
    ("04", "24"),
    ("05", "94"),
    ("06", "44"),
    ("07", "01"),
    ("08", "03"),
    ("09", "32"),
    ("10", "11"),
    ("11", "04"),
    ("12", "02"),
    ("13", "06"),
    ("14", "28"),
    ("15", "75"),
    ("16", "76"),
    ("17", "52"),
    ("18", "93"),
];

/// The COG code of a région académique.
pub(super) fn cog_of(region_academique: &str) -> Option<&'static str> {
    REGIONS
        .iter()
        .find(|(item, _)| *item == region_academique)
        .map(|(_, cog)| *cog)
}
