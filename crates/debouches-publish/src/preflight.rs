//! What the portal would refuse, or drop without a word, told before anything is sent. Reads only.

use debouches_model::Fault;
use debouches_udata::{Dataset, DatasetText, Me, Portal, Terms, UdataError, tag_slug};

use crate::desired::{Desired, Hosting, Target};

/// Longest texts that a udata portal takes, in characters.
const LONGEST: [(&str, usize); 3] = [("title", 350), ("summary", 200), ("description", 100_000)];

/// Largest file that is sent to a portal: no limit is published, and failures are told around 3 GB.
const LARGEST_FILE: u64 = 3 << 30;

/// Something that stands in the way of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// What it is, in a sentence.
    pub what: String,
    /// Who can remove it.
    pub fault: Fault,
}

impl Obstacle {
    fn operator(what: String) -> Self {
        Self {
            what,
            fault: Fault::Operator,
        }
    }

    fn permission(what: String) -> Self {
        Self {
            what,
            fault: Fault::Permission,
        }
    }
}

/// What stands in the way on the side of the account.
#[must_use]
pub fn account_obstacles(me: &Me, target: &Target) -> Vec<Obstacle> {
    let Some(organization) = &target.organization else {
        return Vec::new();
    };
    if me.administrator()
        || me
            .organizations
            .iter()
            .any(|member| &member.id == organization)
    {
        return Vec::new();
    }
    let what = if me
        .organizations
        .iter()
        .any(|member| &member.slug == organization || &member.name == organization)
    {
        format!(
            "organization `{organization}` is a name: the portal wants its identifier, which does not change"
        )
    } else {
        format!("the account of the key is not a member of organization {organization}")
    };
    vec![Obstacle::permission(what)]
}

/// What stands in the way of one dataset.
///
/// # Errors
/// When the portal cannot be asked about a zone or a contact point.
pub async fn obstacles(
    portal: &Portal,
    terms: &Terms,
    target: &Target,
    desired: &Desired,
    actual: Option<&Dataset>,
) -> Result<Vec<Obstacle>, UdataError> {
    let mut obstacles_met = text_obstacles(terms, &desired.text);
    for zone in &desired.text.spatial_zones {
        if !portal.knows_zone(zone).await? {
            obstacles_met.push(Obstacle::operator(format!(
                "the portal does not know zone `{zone}`"
            )));
        }
    }
    if let Some(organization) = target
        .organization
        .as_deref()
        .filter(|_| !target.contact_points.is_empty())
    {
        let known = portal.contact_points(organization).await?;
        for contact in target
            .contact_points
            .iter()
            .filter(|id| known.iter().all(|contact| &contact.id != *id))
        {
            obstacles_met.push(Obstacle::operator(format!(
                "organization {organization} has no contact point {contact}"
            )));
        }
    }
    if let Some(actual) = actual.filter(|actual| !actual.can_edit) {
        let what = format!(
            "the account of the key may not edit dataset {} of the portal",
            actual.id
        );
        obstacles_met.push(Obstacle::permission(what));
    }
    obstacles_met.extend(file_obstacles(terms, desired));
    Ok(obstacles_met)
}

fn text_obstacles(terms: &Terms, text: &DatasetText) -> Vec<Obstacle> {
    let mut obstacles_met = Vec::new();
    let mut refuse = |what: String| obstacles_met.push(Obstacle::operator(what));
    let texts = [&text.title, &text.description_short, &text.description];
    for ((what, limit), text) in LONGEST.into_iter().zip(texts) {
        let length = text.chars().count();
        if length > limit {
            refuse(format!(
                "the {what} has {length} characters, the portal takes {limit}"
            ));
        }
    }
    if text.title.trim().is_empty() || text.description.trim().is_empty() {
        refuse("the portal wants a title and a description".to_owned());
    }
    let lists = [
        ("licence", &text.license, &terms.licences),
        ("frequency", &text.frequency, &terms.frequencies),
        (
            "granularity",
            &text.spatial_granularity,
            &terms.granularities,
        ),
    ];
    for (what, value, known) in lists {
        if !known.is_empty() && !value.is_empty() && !known.contains(value) {
            refuse(format!("the portal does not know {what} `{value}`"));
        }
    }
    for tag in &text.tags {
        let slug = tag_slug(tag);
        if !(3..=96).contains(&slug.len()) {
            refuse(format!(
                "tag `{tag}` becomes `{slug}`: the portal takes 3 to 96 characters"
            ));
        }
    }
    if text.temporal_coverage.0 > text.temporal_coverage.1 {
        refuse("the temporal coverage ends before it begins".to_owned());
    }
    obstacles_met
}

fn file_obstacles(terms: &Terms, desired: &Desired) -> Vec<Obstacle> {
    let mut obstacles_met = Vec::new();
    let mut refuse = |what: String| obstacles_met.push(Obstacle::operator(what));
    if desired.resources.is_empty() && !desired.left_out.is_empty() {
        refuse("the portal accepts none of the files of the release".to_owned());
    }
    for file in &desired.resources {
        let plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
        };
        if !file.upload_name.bytes().all(plain) {
            refuse(format!(
                "file name `{}` would be changed by the portal: use a-z, 0-9, `-` and `.`",
                file.upload_name
            ));
        }
        if file.text.title.chars().count() > LONGEST[0].1 {
            refuse(format!(
                "the title of {} is longer than the portal takes",
                file.path
            ));
        }
        if file.hosting == Hosting::Hosted && file.bytes > LARGEST_FILE {
            refuse(format!(
                "{} has {} bytes, more than a portal takes: host it in a bucket",
                file.path, file.bytes
            ));
        }
        let Some(schema) = &file.text.schema else {
            continue;
        };
        if !terms.schemas.is_empty() {
            match terms.schemas.get(&schema.name) {
                None => refuse(format!(
                    "the portal does not know schema `{}` of {}",
                    schema.name, file.path
                )),
                Some(versions)
                    if schema.version != "latest" && !versions.contains(&schema.version) =>
                {
                    refuse(format!(
                        "the portal does not know version {} of schema `{}`",
                        schema.version, schema.name
                    ));
                }
                Some(_) => {}
            }
        }
    }
    let names: Vec<&str> = desired
        .resources
        .iter()
        .map(|file| file.upload_name.as_str())
        .collect();
    if let Some(twice) = names
        .iter()
        .enumerate()
        .find_map(|(index, name)| names[..index].contains(name).then_some(name))
    {
        refuse(format!("two files have the same name `{twice}`"));
    }
    obstacles_met
}
