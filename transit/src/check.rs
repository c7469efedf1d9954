//! Rules of the GTFS reference, checked on a feed. One rule, one file.
