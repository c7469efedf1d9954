//! End-to-end harness: the real server, database and browser.
