//! Tables: Arrow inside, domain outside.
