//! Make the portal agree with the release: plan, apply, verify.
