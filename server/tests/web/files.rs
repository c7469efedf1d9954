//! Files of the site: packed, cached by their names, and nothing outside their folders.

use crate::city::{City, Settings, body};
use crate::http::header;
use axum::body::Body;
use axum::http::{Request, header};
use server::http::{Basemap, SiteSettings};

#[tokio::test]
async fn files_are_served_compressed_cached_and_by_range() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, data: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, data).unwrap();
    };
    put("site/pkg/frontend.abc.js", b"export {}");
    put("site/pkg/frontend.abc.js.br", b"(packed)");
    put("site/assets/map.css", b"body{}");
    put("site/hash.txt", b"js: abc\nwasm: def\n");
    put("basemap/streets.geojson", b"{}");
    put("city.pmtiles", b"0123456789");
    let site = SiteSettings {
        site_dir: folder.path().join("site"),
        basemap: Basemap::File(folder.path().join("city.pmtiles")),
        ..SiteSettings::default()
    };
    let city = City::open(Settings { site, ..Settings::default() }).await;
    let packed = Request::get("/pkg/frontend.abc.js").header(header::ACCEPT_ENCODING, "br");
    let packed = city.ask(packed.body(Body::empty()).unwrap()).await;
    assert_eq!(header(&packed, "content-encoding"), "br");
    assert_eq!(header(&packed, "content-type"), "text/javascript");
    assert!(header(&packed, "cache-control").contains("immutable"));
    assert_eq!(body(packed).await, "(packed)");
    assert!(!header(&city.get("/assets/map.css").await, "cache-control").contains("immutable"));
    assert_eq!(city.get("/basemap/streets.geojson").await.status(), 404, "a file is the map");
    let part = Request::get("/basemap/map.pmtiles")
        .header(header::RANGE, "bytes=2-4")
        .header(header::ACCEPT_ENCODING, "gzip, br");
    let part = city.ask(part.body(Body::empty()).unwrap()).await;
    assert_eq!(part.status(), 206);
    assert_eq!(header(&part, "content-encoding"), "");
    assert_eq!(body(part).await, "234");
    for outside in ["/pkg/../hash.txt", "/pkg/%2e%2e/hash.txt", "/assets/..%2fhash.txt", "/pkg/"] {
        assert_eq!(city.get(outside).await.status(), 404, "{outside}");
    }
    let missing = city.get("/pkg/frontend.old.js").await;
    assert_eq!(header(&missing, "cache-control"), "no-store", "a missing file may come");
}

#[tokio::test]
async fn a_city_without_a_map_of_its_own_asks_for_none_and_is_given_no_other_s() {
    let folder = tempfile::tempdir().unwrap();
    let streets = |at: &str| {
        std::fs::create_dir_all(folder.path().join(at)).unwrap();
        std::fs::write(folder.path().join(at).join("streets.geojson"), at).unwrap();
    };
    // The built site carries the demo city's streets.
    streets("site/basemap");
    streets("ours");
    let site_dir = folder.path().join("site");
    let with = |basemap| {
        let site = SiteSettings { site_dir: site_dir.clone(), basemap, ..SiteSettings::default() };
        City::open(Settings { site, ..Settings::default() })
    };
    let plain = with(Basemap::default()).await;
    assert!(plain.text("/?lang=en").await.contains("data-basemap=\"plain\""));
    assert_eq!(plain.get("/basemap/streets.geojson").await.status(), 404);
    let own = with(Basemap::Folder(folder.path().join("ours"))).await;
    assert!(own.text("/?lang=en").await.contains("data-basemap=\"none\""));
    assert_eq!(own.text("/basemap/streets.geojson").await, "ours");
}
