//! The practice portal: a small udata-compatible server with a web page, state in a folder.
