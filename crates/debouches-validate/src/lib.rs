//! Bytes to a checked table: shapes and rules.
