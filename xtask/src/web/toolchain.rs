//! Finds a toolchain that can compile for the browser.

use anyhow::{Result, bail};
use std::{fs, path::PathBuf, process::Command};

/// The fallback that `scripts/setup-wasm.sh` links where rustup cannot add the target.
const LINKED: &str = "wasm-local";

/// A command free of what `cargo run` has set for its children: it would pin the wrong toolchain.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in ["RUSTC", "RUSTDOC", "CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    command
}

/// `None`: the active toolchain has the target. Else the name of the one that has.
pub fn with_target(target: &str) -> Result<Option<&'static str>> {
    if has_target(None, target) {
        return Ok(None);
    }
    if has_target(Some(LINKED), target) {
        return Ok(Some(LINKED));
    }
    bail!("no standard library for {target}: run scripts/setup-wasm.sh")
}

fn has_target(toolchain: Option<&str>, target: &str) -> bool {
    let mut rustc = command("rustc");
    if let Some(name) = toolchain {
        rustc.env("RUSTUP_TOOLCHAIN", name);
    }
    let Ok(answer) = rustc.args(["--print", "target-libdir", "--target", target]).output() else {
        return false;
    };
    let dir = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    answer.status.success()
        && fs::read_dir(dir).is_ok_and(|files| {
            files.flatten().any(|f| f.file_name().to_string_lossy().starts_with("libcore-"))
        })
}
