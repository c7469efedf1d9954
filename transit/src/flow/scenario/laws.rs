//! Laws that hold whatever the buses do.
