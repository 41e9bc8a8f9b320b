//! What a configuration says that no portal, reader or producer could use: told by `debouches check`, before a night does.

use debouches_http::is_contact;
use debouches_model::escape::{is_unsafe, line};

use super::resolve::NO_CONTACT;
use super::{DatasetConfig, Pipeline, PortalKind};

/// Licences that udata portals know.
const LICENCES: [&str; 12] = [
    "cc-by",
    "cc-by-sa",
    "cc-zero",
    "fr-lo",
    "lov2",
    "notspecified",
    "odc-by",
    "odc-odbl",
    "odc-pddl",
    "other-at",
    "other-open",
    "other-pd",
];

/// Frequencies that udata portals know.
const FREQUENCIES: [&str; 25] = [
    "annual",
    "biennial",
    "bimonthly",
    "biweekly",
    "continuous",
    "daily",
    "fourTimesADay",
    "fourTimesAWeek",
    "hourly",
    "irregular",
    "monthly",
    "punctual",
    "quarterly",
    "quinquennial",
    "semiannual",
    "semidaily",
    "semimonthly",
    "semiweekly",
    "threeTimesADay",
    "threeTimesAMonth",
    "threeTimesAWeek",
    "threeTimesAYear",
    "triennial",
    "unknown",
    "weekly",
];

/// Granularities that are no level of a zone.
const OTHER_GRANULARITIES: [&str; 2] = ["other", "poi"];

/// Countries (ISO 3166-1 alpha-2).
const COUNTRIES: &str = "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by \
    bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk \
    fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir \
    is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk \
    ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm \
    pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf \
    tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw";

/// Départements (code officiel géographique of INSEE).
const DEPARTMENTS: &str = "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 \
    38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 \
    74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 2A 2B 971 972 973 974 976";

/// Codes of the zones of a level.
enum Codes {
    /// One of these, separated by blanks.
    Among(&'static str),
    /// Any, of that many characters at least and at most.
    Long(usize, usize),
}

/// Levels of the zones that udata portals know, and their codes: groups of countries and smaller levels are those of the geozones
/// of data.gouv.fr, régions those of the code officiel géographique.
const LEVELS: [(&str, Codes); 10] = [
    ("country", Codes::Among(COUNTRIES)),
    ("country-group", Codes::Among("ue world")),
    ("country-subset", Codes::Long(2, 16)),
    ("fr:arrondissement", Codes::Long(3, 4)),
    ("fr:canton", Codes::Long(4, 5)),
    ("fr:collectivite", Codes::Long(3, 9)),
    ("fr:commune", Codes::Long(5, 5)),
    ("fr:departement", Codes::Among(DEPARTMENTS)),
    ("fr:epci", Codes::Long(9, 9)),
    (
        "fr:region",
        Codes::Among("01 02 03 04 06 11 24 27 28 32 44 52 53 75 76 84 93 94"),
    ),
];

/// What is wrong, and what may be forgotten.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// A run would fail, or publish what nobody can use.
    pub problems: Vec<String>,
    /// A run would do less than it is asked.
    pub warnings: Vec<String>,
}

impl Doubts {
    /// What there is to say of a configuration; `is_set` tells whether a variable holds something.
    #[must_use]
    pub fn of(pipeline: &Pipeline, is_set: &dyn Fn(&str) -> bool) -> Self {
        let mut doubts = Self::default();
        doubts.contact(pipeline);
        for dataset in &pipeline.datasets {
            doubts.dataset(dataset);
        }
        if let Some(webhook) = &pipeline.operations.webhook
            && !is_set(&webhook.url_env)
        {
            let variable = &webhook.url_env;
            doubts.warnings.push(format!(
                "[operations.webhook]: {variable} is not set, nobody will be told: export {variable}=https://…"
            ));
        }
        doubts
    }

    fn contact(&mut self, pipeline: &Pipeline) {
        let contact = pipeline.contact.trim();
        let is_address = contact.starts_with("https://")
            || contact.starts_with("http://")
            || contact
                .split_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        if contact == NO_CONTACT && !publishes_for_real(pipeline) {
            self.warnings
                .push("no `contact`: producers cannot write to you".to_owned());
        } else if !is_contact(contact) {
            self.problems.push(
                "`contact` cannot be sent in a header: visible ASCII characters are expected"
                    .to_owned(),
            );
        } else if !is_address {
            self.problems.push(format!(
                "`contact` is `{contact}`: a mailbox or the address of a page is expected"
            ));
        } else if contact.ends_with(".invalid") && publishes_for_real(pipeline) {
            self.problems.push(format!(
                "`contact` is the placeholder `{contact}`: producers must be able to write to you"
            ));
        }
    }

    fn dataset(&mut self, dataset: &DatasetConfig) {
        let who = format!("dataset `{}`", dataset.id());
        let notice = &dataset.notice;
        let mut problem = |text: String| self.problems.push(format!("{who}: {text}"));
        if !LICENCES.contains(&notice.licence.as_str()) {
            problem(format!(
                "licence `{}` is not one that portals know",
                notice.licence
            ));
        }
        if !FREQUENCIES.contains(&notice.frequency.as_str()) {
            problem(format!(
                "frequency `{}` is not one that portals know",
                notice.frequency
            ));
        }
        for zone in notice.zones.iter().filter(|zone| !is_zone(zone)) {
            problem(format!(
                "zone `{zone}` is not one that portals know, as `country:fr`"
            ));
        }
        let granularity = notice.granularity.as_str();
        if codes_of(granularity).is_none() && !OTHER_GRANULARITIES.contains(&granularity) {
            problem(format!(
                "granularity `{granularity}` is not one that portals know, as `fr:region`"
            ));
        }
        if notice.title.trim().is_empty() {
            problem("the title is empty".to_owned());
        } else if notice.title.chars().any(is_unsafe) {
            problem(format!(
                "the title `{}` has characters that nobody sees",
                line(&notice.title, 200)
            ));
        }
        let drift = &dataset.drift;
        for (name, budget, most) in [
            ("rows", drift.rows, 1.0),
            ("slice_rows", drift.slice_rows, 1.0),
            ("new_vintage_rows", drift.new_vintage_rows, 1.0),
            ("keys", drift.keys, 1.0),
            ("hidden", drift.hidden, 1.0),
            ("slice_hidden", drift.slice_hidden, 1.0),
            ("rate", drift.rate, 100.0),
            ("slice_rate", drift.slice_rate, 100.0),
            ("quantile", drift.quantile, 100.0),
        ] {
            if budget > most {
                problem(format!(
                    "drift budget `{name}` is {budget}: it can never be passed, {most} at most"
                ));
            }
        }
    }
}

fn publishes_for_real(pipeline: &Pipeline) -> bool {
    let is_udata = |kind: &PortalKind| matches!(kind, PortalKind::Udata { .. });
    pipeline.portals.iter().any(|portal| is_udata(&portal.kind))
}

/// The codes of a level that portals know.
fn codes_of(level: &str) -> Option<&'static Codes> {
    let mut levels = LEVELS.iter();
    let (_, codes) = levels.find(|(known, _)| *known == level)?;
    Some(codes)
}

fn is_zone(zone: &str) -> bool {
    let Some((level, code)) = zone.rsplit_once(':') else {
        return false;
    };
    match codes_of(level) {
        Some(Codes::Among(codes)) => codes.split(' ').any(|known| known == code),
        Some(Codes::Long(least, most)) => {
            let is_code = |c: char| c.is_ascii_alphanumeric() || c == '-';
            (*least..=*most).contains(&code.len()) && code.chars().all(is_code)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_a_level_and_a_code() {
        for zone in [
            "country:fr",
            "country-group:ue",
            "fr:region:84",
            "fr:departement:2A",
        ] {
            assert!(is_zone(zone), "{zone}");
        }
        for zone in [
            "",
            "country:zz",
            "country-group:xx",
            "fr:region:99",
            "fr:departement:20",
            "fr:departement:zzz",
            "france",
            "country:",
            "country:frr",
            "fr:commune:123",
            "fr:rue:1",
            "country:f r",
        ] {
            assert!(!is_zone(zone), "{zone}");
        }
    }
}
