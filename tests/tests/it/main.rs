//! End to end: the real server, real databases; and the tidiness of the house.

mod austin;
mod tidy;
