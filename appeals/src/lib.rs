//! What people say, and the law's clocks.
