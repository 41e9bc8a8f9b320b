//! Contact points: whom readers of a dataset can write to.

use debouches_http::{Method, Repeat};
use serde::Deserialize;
use serde_json::json;

use crate::call::Call;
use crate::{Portal, UdataError};

/// A contact point of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ContactPoint {
    /// Its identifier.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its mailbox.
    pub email: Option<String>,
}

#[derive(Deserialize)]
struct PageWire {
    data: Vec<ContactPoint>,
}

impl Portal {
    /// The contact points of an organization.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn contact_points(
        &self,
        organization: &str,
    ) -> Result<Vec<ContactPoint>, UdataError> {
        let mut url = self.at.join(&["organizations", organization, "contacts"])?;
        url.query_pairs_mut().append_pair("page_size", "100");
        let doing = format!("list the contact points of organization {organization}");
        let page: PageWire = Call::new(doing, Method::Get, Repeat::Safe, url)
            .send(self)
            .await?
            .read()?;
        Ok(page.data)
    }

    /// The contact point of that name and mailbox, made when it is not there: the portal answers with the one that
    /// exists, hence this can be repeated.
    ///
    /// # Errors
    /// When the portal refuses or does not answer.
    pub async fn ensure_contact(
        &self,
        organization: &str,
        name: &str,
        email: &str,
    ) -> Result<ContactPoint, UdataError> {
        let body = json!({ "name": name, "email": email, "role": "contact", "organization": organization });
        let doing = format!("make contact point `{name}`");
        Call::new(
            doing,
            Method::Post,
            Repeat::Safe,
            self.at.join(&["contacts"])?,
        )
        .json(&body)
        .send(self)
        .await?
        .read()
    }
}
