//! Polite HTTP: retry, rate, redaction, conditional GET, bounded download.
