//! Who calls, and what they may do.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::model::{Dataset, Organization, Role, State, User};
use crate::refusal::Refusal;

/// The person behind a request, put there by the authorisation of requests.
#[derive(Debug, Clone, Default)]
pub(crate) struct Caller(pub(crate) Option<User>);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl Caller {
    /// The person, or a refusal when there is none.
    pub(crate) fn known(&self) -> Result<&User, Refusal> {
        self.0.as_ref().ok_or_else(Refusal::no_key)
    }

    fn is(&self, id: &str) -> bool {
        self.0.as_ref().is_some_and(|user| user.id == id)
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.0.as_ref().is_some_and(|user| user.admin)
    }

    pub(crate) fn role(&self, organization: &Organization) -> Option<Role> {
        organization
            .members
            .iter()
            .find(|member| self.is(&member.user))
            .map(|member| member.role)
    }

    fn role_for(&self, state: &State, dataset: &Dataset) -> Option<Role> {
        self.role(state.organization(dataset.organization.as_deref()?)?)
    }

    /// Whether a dataset is ours to see, drafts included.
    pub(crate) fn owns(&self, state: &State, dataset: &Dataset) -> bool {
        self.is_admin()
            || dataset.owner.as_deref().is_some_and(|owner| self.is(owner))
            || self.role_for(state, dataset).is_some()
    }

    /// Whether a dataset is ours to write.
    pub(crate) fn edits(&self, state: &State, dataset: &Dataset) -> bool {
        let by_role = match self.role_for(state, dataset) {
            Some(Role::Admin | Role::Editor) => true,
            Some(Role::PartialEditor) => dataset.assigned.iter().any(|user| self.is(user)),
            None => false,
        };
        by_role || self.is_admin() || dataset.owner.as_deref().is_some_and(|owner| self.is(owner))
    }
}
