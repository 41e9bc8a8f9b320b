//! What we add, always in new columns, one module per addition.
