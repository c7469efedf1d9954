//! Rules that no compiler checks: who may name whom, how long a file may be, what a file may be called.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const FILE_LINES_MAX: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Files under version control (or about to be), relative to the root.
fn files(extension: &str) -> Vec<PathBuf> {
    let out = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "git ls-files failed: is this a checkout?");
    let mut found: Vec<PathBuf> = String::from_utf8(out.stdout)
        .unwrap()
        .lines()
        .map(PathBuf::from)
        .filter(|p| p.extension().is_some_and(|e| e == extension) && root().join(p).is_file())
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn no_file_is_too_long_to_live_in() {
    let long: Vec<String> = files("rs")
        .iter()
        .map(|p| (p, read(p).lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES_MAX)
        .map(|(p, lines)| format!("{}: {lines} lines", p.display()))
        .collect();
    assert!(long.is_empty(), "split these by concern:\n{}", long.join("\n"));
}

#[test]
fn no_file_is_named_after_nothing() {
    let vague = ["util", "utils", "common", "helper", "helpers", "manager", "misc"];
    let named: Vec<_> = files("rs")
        .into_iter()
        .filter(|p| {
            p.iter().any(|part| vague.contains(&part.to_str().unwrap().trim_end_matches(".rs")))
        })
        .collect();
    assert!(named.is_empty(), "name these after what they do: {named:?}");
}

/// Direct dependencies of each member, without those for development.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let mut all = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let names = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|d| d["kind"].is_null())
            .map(|d| d["name"].as_str().unwrap().to_owned())
            .collect();
        all.insert(package["name"].as_str().unwrap().to_owned(), names);
    }
    all
}

#[test]
fn arrows_point_as_the_design_says() {
    const OURS: [&str; 10] = [
        "api",
        "transit",
        "appeals",
        "simulator",
        "frontend",
        "jolda-server",
        "xtask",
        "tests",
        "benches",
        "fuzz",
    ];
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("api", [].as_slice()),
        ("transit", &[]),
        ("appeals", &["transit"]),
        ("simulator", &["transit"]),
        ("frontend", &["api"]),
        ("jolda-server", &["api", "transit", "appeals", "simulator", "frontend"]),
        ("xtask", &["simulator", "transit"]),
        ("tests", &OURS),
        ("benches", &OURS),
        ("fuzz", &["transit"]),
    ]);
    for (package, names) in dependencies() {
        for name in names.iter().filter(|n| OURS.contains(&n.as_str())) {
            assert!(
                allowed[package.as_str()].contains(&name.as_str()),
                "{package} must not know {name}"
            );
        }
    }
}

#[test]
fn the_core_has_no_clock_no_threads_and_no_world() {
    const WORLD: [&str; 8] =
        ["tokio", "axum", "sqlx", "reqwest", "hyper", "tower", "getrandom", "crossbeam"];
    let all = dependencies();
    for core in ["api", "transit", "appeals", "simulator"] {
        let known: Vec<_> = all[core].iter().filter(|n| WORLD.contains(&n.as_str())).collect();
        assert!(known.is_empty(), "{core} must stay pure, but knows {known:?}");
    }
    let outside = ["std::fs", "std::net", "std::thread", "SystemTime", "Instant::now", "std::env"];
    for path in files("rs") {
        let pure =
            ["transit/src", "appeals/src", "simulator/src"].iter().any(|d| path.starts_with(d));
        if !pure {
            continue;
        }
        let text = read(&path);
        for word in outside {
            assert!(
                !text.contains(word),
                "{} names {word}: the core takes it as an argument",
                path.display()
            );
        }
    }
}

#[test]
fn rooms_of_the_server_do_not_know_each_other() {
    let rooms = ["feed", "store", "http", "live"];
    for room in rooms {
        for path in files("rs") {
            if !is_of(&path, room) {
                continue;
            }
            let text = read(&path);
            for other in rooms.iter().filter(|o| **o != room) {
                for form in [format!("crate::{other}::"), format!("super::super::{other}::")] {
                    assert!(
                        !text.contains(&form),
                        "{}: `{room}` must not know `{other}`",
                        path.display()
                    );
                }
            }
        }
    }
}

/// Rooms of the register, from the ground up: each may name those below it, none beside or above. The roof
/// joins what lies beneath it.
#[test]
fn rooms_of_the_register_stand_on_each_other() {
    const FLOORS: [&[&str]; 6] = [
        &["keys", "ledger"],
        &["personal", "ways"],
        &["outbox", "staff"],
        &["register"],
        &["channels", "evidence"],
        &["http", "demo", "office"],
    ];
    for (floor, rooms) in FLOORS.iter().enumerate().take(FLOORS.len() - 1) {
        for room in *rooms {
            let others: Vec<_> =
                FLOORS[floor..].iter().copied().flatten().filter(|o| *o != room).collect();
            for path in files("rs").iter().filter(|p| is_of(p, room)) {
                let text = read(path);
                for other in &others {
                    let forms = [format!("crate::{other}::"), format!("crate::{other};")];
                    assert!(
                        !forms.iter().any(|form| text.contains(form)),
                        "{}: `{room}` must not know `{other}`",
                        path.display()
                    );
                }
            }
        }
    }
}

/// A file of a room of the server.
fn is_of(path: &Path, room: &str) -> bool {
    path.starts_with(format!("server/src/{room}"))
        || path == Path::new(&format!("server/src/{room}.rs"))
}

#[test]
fn migrations_only_go_up() {
    for path in files("sql") {
        let text = read(&path).to_uppercase();
        assert!(!text.contains("DROP TABLE"), "{}: migrations only go up", path.display());
        assert!(!path.to_string_lossy().contains("down"), "{}", path.display());
    }
}

#[test]
fn files_that_the_documents_name_are_there() {
    let rooms: Vec<String> = ["api", "transit", "appeals", "simulator", "server", "frontend"]
        .into_iter()
        .chain(["migrations", "data", "docs", "tests", "benches", "fuzz", "xtask", "scripts"])
        .map(|room| format!("{room}/"))
        .collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let mut gone = Vec::new();
    for document in files("md") {
        let text = read(&document);
        let quoted = text.split('`').skip(1).step_by(2);
        let named =
            quoted.filter(|w| rooms.iter().any(|r| w.starts_with(r)) && w.chars().all(plain));
        gone.extend(
            named
                .filter(|path| !root().join(path).exists())
                .map(|path| format!("{}: {path}", document.display())),
        );
    }
    assert!(gone.is_empty(), "documents name what is not there:\n{}", gone.join("\n"));
}
