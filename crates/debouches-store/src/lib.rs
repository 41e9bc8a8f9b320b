//! Where artefacts live: the only owner of paths.
