//! What can go wrong with a table.

use std::io;

/// A table that cannot be read, built or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The bytes could not be read or written.
    #[error("cannot read or write the bytes of the table")]
    Io(#[from] io::Error),
    /// The bytes are not delimited text; the text is the beginning of what was found.
    #[error("not delimited text: it begins with `{begins_with}`")]
    NotText {
        /// Beginning of the body.
        begins_with: String,
    },
    /// The body is JSON, and not a list of records.
    #[error("line {line}: {problem}")]
    NotRecords {
        /// Line of the file.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// The body is of a known kind that is not read; the text names it.
    #[error("a body of kind {what} is not read")]
    Unsupported {
        /// What it is.
        what: &'static str,
    },
    /// A limit that protects the machine was passed.
    #[error("line {line}: {what} is over the limit of {limit}")]
    OverLimit {
        /// Line of the file.
        line: u64,
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A column that does not exist or has another type.
    #[error("the table has no {expected} column `{name}`")]
    NoColumn {
        /// Name asked for.
        name: String,
        /// Type asked for.
        expected: &'static str,
    },
    /// A column that nothing describes.
    #[error("column `{name}` has no description")]
    Undescribed {
        /// Name of the column.
        name: String,
    },
    /// A column whose length is not that of the table.
    #[error("column `{name}` has {actual} rows where the table has {expected}")]
    Length {
        /// Name of the column.
        name: String,
        /// Its length.
        actual: usize,
        /// Length of the table.
        expected: usize,
    },
    /// A stored table that is not one of ours.
    #[error("the stored table is not readable: {0}")]
    Foreign(String),
    /// Arrow refused.
    #[error("cannot handle the table in memory")]
    Arrow(#[from] arrow::error::ArrowError),
    /// Parquet refused.
    #[error("cannot write the Parquet file")]
    Parquet(#[from] parquet::errors::ParquetError),
}
