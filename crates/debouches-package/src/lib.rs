//! Tables to a release: CSV, Parquet, metadata, checksums, texts.
