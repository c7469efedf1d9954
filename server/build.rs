//! A new migration makes the server be built again: it is compiled in.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
