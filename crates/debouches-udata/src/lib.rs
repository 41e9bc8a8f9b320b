//! The portal's API as types; dangerous requests cannot be written.
