//! The browser's files: WebAssembly through wasm-bindgen as a library, names by content hash, everything
//! compressed once here instead of on every answer.

use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    hash::Hasher,
    path::{Path, PathBuf},
    process::Command,
};

mod output;
mod toolchain;

use output::Output;

/// A face of the page as WebAssembly: its files' first name (`NAME.<hash>.js`, `NAME.<hash>.wasm`), the feature
/// that makes it, what its lines of `hash.txt` begin with, and its folder in Cargo's target.
struct Bundle {
    name: &'static str,
    feature: &'static str,
    key: &'static str,
    target: &'static str,
}
/// The islands, and the operator's desk: what one does not need it does not load. Cargo gives a library's
/// WebAssembly one name whatever its features, so two faces in one folder would be linked anew each time.
const BUNDLES: [Bundle; 2] = [
    Bundle { name: "frontend", feature: "hydrate", key: "", target: "" },
    Bundle { name: "desk", feature: "desk", key: "desk.", target: "web-desk" },
];
const TARGET: &str = "wasm32-unknown-unknown";
const MAPLIBRE: &str = "web/node_modules/maplibre-gl";
const MAPLIBRE_FILES: [&str; 3] =
    ["dist/maplibre-gl.mjs", "dist/maplibre-gl-worker.mjs", "dist/maplibre-gl.css"];
const PMTILES: &str = "web/node_modules/pmtiles";
const PMTILES_FILES: [&str; 1] = ["dist/pmtiles.js"];
const NOTO: &str = "web/node_modules/@fontsource/noto-sans";
/// Kazakh needs both Cyrillic files.
const NOTO_FILES: [&str; 3] = [
    "files/noto-sans-latin-500-normal.woff2",
    "files/noto-sans-cyrillic-500-normal.woff2",
    "files/noto-sans-cyrillic-ext-500-normal.woff2",
];

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Optimised and compressed.
    release: bool,
    /// Where the site goes.
    out: Option<PathBuf>,
    /// The map's own GeoJSON.
    basemap: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments after `web`.
    pub fn from_args(args: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let mut path =
                || rest.next().map(PathBuf::from).with_context(|| format!("{arg} needs a folder"));
            match arg.as_str() {
                "--release" => options.release = true,
                "--out" => options.out = Some(path()?),
                "--basemap" => options.basemap = Some(path()?),
                other => bail!("unknown argument {other}\n{}", crate::USAGE),
            }
        }
        Ok(options)
    }
}

/// Builds the site. Quick when nothing changed: a file that is already right is neither written nor
/// compressed again.
pub fn build(options: &Options) -> Result<()> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let site = options.out.clone().unwrap_or_else(|| target.join("site"));
    fs::create_dir_all(&site).with_context(|| site.display().to_string())?;
    let mut output = Output::new(options.release);
    let mut hashes = String::new();
    for bundle in &BUNDLES {
        let wasm = compile(bundle, &target, options.release)?;
        hashes.push_str(&bind(bundle, &wasm, &site, options.release, &mut output)?);
    }
    fs::write(site.join("hash.txt"), hashes)?;
    copy_assets(&site.join("assets"), &mut output)?;
    copy_basemap(options.basemap.as_deref(), &site.join("basemap"), &mut output)?;
    eprintln!("{}: {}", site.display(), output.summary());
    Ok(())
}

/// Cargo's WebAssembly file.
fn compile(bundle: &Bundle, target: &Path, release: bool) -> Result<PathBuf> {
    let profile = if release { "wasm-release" } else { "wasm-dev" };
    let target = target.join(bundle.target);
    let mut cargo = toolchain::command("cargo");
    if let Some(name) = toolchain::with_target(TARGET)? {
        cargo.env("RUSTUP_TOOLCHAIN", name);
    }
    cargo.args(["build", "--package", "frontend", "--lib", "--target", TARGET]);
    cargo.args(["--profile", profile, "--no-default-features", "--features", bundle.feature]);
    cargo.arg("--target-dir").arg(&target);
    run(&mut cargo)?;
    Ok(target.join(TARGET).join(profile).join("frontend.wasm"))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}

/// Makes a bundle's files of `pkg/`, unless they were made of this very file; its lines of `hash.txt`.
fn bind(
    bundle: &Bundle,
    wasm: &Path,
    site: &Path,
    release: bool,
    output: &mut Output,
) -> Result<String> {
    let Bundle { name, key, .. } = bundle;
    let pkg = site.join("pkg");
    let stamp_file = site.join(format!(".built-of-{name}"));
    let stamp = format!("{} release={release}", hash(&read(wasm)?));
    // The stamp, then the lines.
    if let Ok(made) = fs::read_to_string(&stamp_file)
        && let Some((of, lines)) = made.split_once('\n')
        && of == stamp
        && pkg.is_dir()
    {
        return Ok(lines.to_owned());
    }
    let raw = site.join(format!(".bindgen-{name}"));
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_path(wasm).out_name(name).web(true)?.typescript(false);
    bindgen.debug(!release).keep_debug(!release);
    bindgen.remove_name_section(release).remove_producers_section(release);
    bindgen.generate(&raw)?;
    // The old names go: a page that still knows them is older than this build and must load anew.
    remove_old(&pkg, name)?;
    let mut hashes = String::new();
    for (kind, file) in [("js", format!("{name}.js")), ("wasm", format!("{name}_bg.wasm"))] {
        let data = read(&raw.join(file))?;
        let hash = hash(&data);
        output.write(&pkg.join(format!("{name}.{hash}.{kind}")), &data)?;
        hashes.extend([key, kind, ": ", &hash, "\n"]);
    }
    copy_snippets(&raw.join("snippets"), &pkg.join("snippets"), output)?;
    fs::remove_dir_all(&raw)?;
    fs::write(stamp_file, format!("{stamp}\n{hashes}"))?;
    Ok(hashes)
}

fn remove_old(pkg: &Path, name: &str) -> Result<()> {
    let Ok(files) = fs::read_dir(pkg) else { return Ok(()) };
    for file in files {
        let path = file?.path();
        let own = path.file_name().and_then(|n| n.to_str());
        if own.is_some_and(|n| n.starts_with(&format!("{name}."))) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// The `inline_js` of our crates, which wasm-bindgen names by its own hash.
fn copy_snippets(from: &Path, to: &Path, output: &mut Output) -> Result<()> {
    if from.is_dir() { output.copy_folder(from, to) } else { Ok(()) }
}

fn copy_assets(to: &Path, output: &mut Output) -> Result<()> {
    output.copy_folder(Path::new("assets"), to)?;
    let npm: [(&str, &[&str], &str, Option<&str>); 3] = [
        (MAPLIBRE, &MAPLIBRE_FILES, "maplibre", Some("LICENSE.txt")),
        // Its package has no file of its own for the licence (BSD-3-Clause).
        (PMTILES, &PMTILES_FILES, "pmtiles", None),
        (NOTO, &NOTO_FILES, "fonts", Some("LICENSE")),
    ];
    for (package, files, folder, licence) in npm {
        let package = Path::new(package);
        if !package.is_dir() {
            bail!(
                "{} is not there: run scripts/setup.sh, or (cd web && npm ci)",
                package.display()
            );
        }
        for file in files {
            let name = Path::new(file).file_name().context("a file without a name")?;
            output.write(&to.join(folder).join(name), &read(&package.join(file))?)?;
        }
        if let Some(licence) = licence {
            output.write(&to.join(folder).join("LICENSE.txt"), &read(&package.join(licence))?)?;
        }
    }
    Ok(())
}

/// Without a basemap the map draws routes and stops on plain ground, so its absence is only said.
fn copy_basemap(from: Option<&Path>, to: &Path, output: &mut Output) -> Result<()> {
    let from = match from {
        Some(dir) if !dir.is_dir() => bail!("{} is not a folder", dir.display()),
        Some(dir) => dir.to_owned(),
        None => {
            let Some(dir) = the_only_basemap()? else {
                eprintln!("no data/*/basemap: the map will have plain ground");
                return Ok(());
            };
            dir
        }
    };
    output.copy_folder(&from, to)
}

fn the_only_basemap() -> Result<Option<PathBuf>> {
    let Ok(cities) = fs::read_dir("data") else { return Ok(None) };
    let mut found = Vec::new();
    for city in cities {
        let dir = city?.path().join("basemap");
        if dir.is_dir() {
            found.push(dir);
        }
    }
    if found.len() > 1 {
        bail!("several basemaps ({found:?}): choose one with --basemap");
    }
    Ok(found.pop())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A name for these bytes: enough to tell builds apart, not a seal.
fn hash(data: &[u8]) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(data);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(args: &[&str]) -> Result<Options> {
        Options::from_args(&args.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_read() {
        let read = options(&["--release", "--out", "somewhere"]).unwrap();
        assert_eq!(read, Options { release: true, out: Some("somewhere".into()), basemap: None });
        assert_eq!(options(&[]).unwrap(), Options::default());
    }

    #[test]
    fn a_wrong_argument_is_named() {
        assert!(options(&["--fast"]).unwrap_err().to_string().contains("--fast"));
        assert!(options(&["--out"]).unwrap_err().to_string().contains("--out needs a folder"));
    }

    #[test]
    fn same_bytes_same_name() {
        assert_eq!(hash(b"abc"), hash(b"abc"));
        assert_ne!(hash(b"abc"), hash(b"abd"));
        assert_eq!(hash(b"").len(), 16);
    }
}
