//! A new portal: an organization, an editor, nothing published.

use chrono::{DateTime, Utc};
use sha1::{Digest as _, Sha1};

use crate::credentials::EDITOR;
use crate::model::{Contact, Member, Organization, Role, State, User};
use crate::slug::slugify;

/// The first state. The accounts for tests are those of the conformance suite.
pub(crate) fn seed(now: DateTime<Utc>, test_accounts: bool) -> State {
    let names: &[&str] = if test_accounts {
        &[EDITOR, "admin", "partial", "outsider"]
    } else {
        &[EDITOR]
    };
    let user = |name: &&str| User {
        id: first_id(name),
        name: (*name).to_owned(),
        admin: *name == "admin",
        since: now,
    };
    let users: Vec<User> = names.iter().map(user).collect();
    let members = |wanted: &[(&str, Role)]| {
        let member = |(name, role): &(&str, Role)| {
            let user = users.iter().find(|user| user.name == *name)?;
            Some(Member {
                user: user.id.clone(),
                role: *role,
            })
        };
        wanted.iter().filter_map(member).collect::<Vec<_>>()
    };
    let organization = |name: &str, members: Vec<Member>| Organization {
        id: first_id(name),
        name: name.to_owned(),
        slug: slugify(name, &[]),
        members,
    };
    let roles = [
        (EDITOR, Role::Editor),
        ("admin", Role::Admin),
        ("partial", Role::PartialEditor),
    ];
    let mut organizations = vec![organization("Producteur d'essai", members(&roles))];
    if test_accounts {
        organizations.push(organization(
            "Autre organisation",
            members(&[("outsider", Role::Admin)]),
        ));
    }
    let contacts = vec![Contact {
        id: first_id("contact"),
        name: "Contact d'essai".to_owned(),
        email: "contact@example.org".to_owned(),
        organization: organizations[0].id.clone(),
    }];
    State {
        format: State::FORMAT,
        sequence: 0,
        users,
        organizations,
        contacts,
        datasets: Vec::new(),
        discussions: Vec::new(),
    }
}

/// The id of what a new portal has. It comes from the name: a plan that is made before the folder is holds after it.
fn first_id(name: &str) -> String {
    let mut id = crate::digest::hex(&Sha1::digest(name.as_bytes()));
    id.truncate(24);
    id
}

/// An id as the portal's database makes them: the second, then chance.
pub(crate) fn object_id(now: DateTime<Utc>) -> String {
    let chance = uuid::Uuid::new_v4().simple().to_string();
    format!(
        "{:08x}{}",
        now.timestamp().clamp(0, i64::from(u32::MAX)),
        &chance[16..]
    )
}
