//! Settings of HTTP, each with its unit and default.

use crate::view::Language;
use std::path::{Path, PathBuf};

/// What is under the buses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Basemap {
    /// Plain ground: nothing is asked for.
    #[default]
    Plain,
    /// Our schematic map of the GeoJSON files in this folder, no outside request.
    Folder(PathBuf),
    /// A `.pmtiles` file of the operator's, served by us.
    File(PathBuf),
    /// URL of a style of the operator's choice.
    Style {
        /// The style.
        url: String,
        /// Origins of its tiles, glyphs and sprites where they differ from the style's own
        /// (`https://tiles.example.org`): they are let through the Content-Security-Policy.
        origins: Vec<String>,
    },
}

/// Pages and files.
#[derive(Clone, Debug)]
pub struct SiteSettings {
    /// Language of a reader who states none.
    pub default_language: Language,
    /// The built site: `pkg/`, `assets/`, `hash.txt`.
    pub site_dir: PathBuf,
    /// What is under the buses.
    pub basemap: Basemap,
}

/// A file of every built site.
pub const SITE_MARK: &str = "hash.txt";

/// The built site: `folder` where it holds one, else one beside the binary. A server that is started in
/// another folder finds its pages all the same; where there is none, `folder`.
pub fn site_folder(folder: &Path, binary: Option<&Path>) -> PathBuf {
    let beside = binary.and_then(Path::parent).into_iter();
    let beside = beside.flat_map(|at| [at.join("site"), at.join("../site")]);
    let mut places = std::iter::once(folder.to_owned()).chain(beside);
    places.find(|at| at.join(SITE_MARK).is_file()).unwrap_or_else(|| folder.to_owned())
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            default_language: Language::default(),
            site_dir: "target/site".into(),
            basemap: Basemap::default(),
        }
    }
}

/// Bounds on what is asked.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpLimits {
    /// Open connections at once; more are closed unheard. A WebSocket leaves this count for that of `live`.
    pub connections: usize,
    /// Open connections of one address at once; not counted behind a proxy, which has one address for all.
    pub connections_per_address: usize,
    /// Longest time that a reader may take to send the head of a request, or stay silent between two,
    /// milliseconds.
    pub head_timeout_ms: u64,
    /// Requests in work at once, all readers together; more are refused with 503.
    pub concurrent_requests: usize,
    /// Requests in work at once of one address; more are refused with 429.
    pub concurrent_requests_per_address: usize,
    /// Longest time for one answer, milliseconds.
    pub request_timeout_ms: u64,
    /// The same for a request that brings files, milliseconds: a telephone's line is slow.
    pub upload_timeout_ms: u64,
    /// Longest path with query, bytes.
    pub uri_bytes: usize,
    /// Longest body of a request, bytes. Nothing that is read today has one.
    pub body_bytes: usize,
    /// API requests an address may make in a burst.
    pub api_burst: u32,
    /// API requests an address may make per second, after the burst.
    pub api_per_second: f64,
    /// Addresses whose rate is remembered.
    pub addresses: usize,
    /// Most vehicles in one answer.
    pub vehicles: usize,
    /// Most stops in one answer.
    pub stops: usize,
    /// Most segments in one answer.
    pub segments: usize,
    /// Most lines of the timetable in one answer.
    pub network: usize,
    /// Most rows of the record (headways, incidents) in one answer.
    pub rows: usize,
    /// Longest window of the record that one request may ask for, seconds.
    pub window_s: i64,
    /// The server stands behind a proxy of ours that appends the reader's address to `X-Forwarded-For`.
    /// False: that header is not believed.
    pub behind_proxy: bool,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections: 25_000,
            connections_per_address: 512,
            head_timeout_ms: 30_000,
            concurrent_requests: 512,
            concurrent_requests_per_address: 64,
            request_timeout_ms: 10_000,
            upload_timeout_ms: 120_000,
            uri_bytes: 4_096,
            body_bytes: 64 * 1024,
            api_burst: 120,
            api_per_second: 20.0,
            addresses: 50_000,
            vehicles: 30_000,
            stops: 5_000,
            segments: 10_000,
            network: 50_000,
            rows: 10_000,
            window_s: 7 * 86_400,
            behind_proxy: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_found_beside_the_binary_where_the_settings_name_none() {
        let root = tempfile::tempdir().unwrap();
        let binary = root.path().join("release/jolda");
        std::fs::create_dir(root.path().join("release")).unwrap();
        let site = |name: &str| {
            let folder = root.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(SITE_MARK), "js: a").unwrap();
            folder
        };
        let named = root.path().join("named");
        assert_eq!(site_folder(&named, Some(&binary)), named, "none: what the settings say");
        let above = site("site");
        let found = site_folder(&named, Some(&binary));
        assert_eq!(found.canonicalize().unwrap_or(found), above.canonicalize().unwrap());
        let beside = site("release/site");
        assert_eq!(site_folder(&named, Some(&binary)), beside);
        assert_eq!(site_folder(&site("named"), Some(&binary)), named, "the settings come first");
    }
}
