//! Sources to bytes, one module per kind of source.
