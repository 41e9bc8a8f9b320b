//! Names from configuration, parsed once into a closed alphabet so that they are safe in any path or URL.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest name accepted, in characters.
const MAX_LENGTH: usize = 64;

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not a valid {kind}: use 1 to 64 characters among a-z, 0-9, `-` and `_`, starting with a letter or a digit"
)]
pub struct IdError {
    kind: &'static str,
    name: String,
}

fn is_closed_alphabet(name: &str) -> bool {
    name.len() <= MAX_LENGTH
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[schemars(with = "String")]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(name: &str) -> Result<Self, IdError> {
                if is_closed_alphabet(name) {
                    Ok(Self(name.to_owned()))
                } else {
                    Err(IdError { kind: $kind, name: name.chars().take(80).collect() })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(name: String) -> Result<Self, IdError> {
                name.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A source of bytes, as named in `pipeline.toml`.
    SourceId, "source name"
);
identifier!(
    /// A table, as named by its specification.
    TableId, "table name"
);
identifier!(
    /// A dataset of the portal, made of one or more tables.
    DatasetId, "dataset name"
);
identifier!(
    /// A portal, as named in `pipeline.toml`.
    PortalId, "portal name"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_a_folder_are_refused() {
        for name in [
            "",
            "..",
            "../x",
            "a/b",
            "A",
            "é",
            "-a",
            "a b",
            "a\n",
            &"a".repeat(65),
        ] {
            assert!(name.parse::<TableId>().is_err(), "{name:?} was accepted");
        }
        assert_eq!("ij_cfa-2".parse::<TableId>().unwrap().as_str(), "ij_cfa-2");
    }
}
