//! The static feed: a good change takes over, a bad one is told.

use crate::world;
use server::clock::Clock;
use server::feed::Update;
use server::feed::settings::TimetableSettings;
use server::feed::timetable_task::{TimetableError, TimetableSource};
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;

fn settings(source: &str) -> TimetableSettings {
    TimetableSettings {
        source: Some(source.to_owned()),
        file_period_s: 0.5,
        period_s: 0.5,
        ..Default::default()
    }
}

fn source(at: &str, data: &Path) -> TimetableSource {
    TimetableSource::new(&settings(at), data, Clock::machine()).unwrap()
}

async fn next(inbox: &mut mpsc::Receiver<Update>) -> Update {
    tokio::time::timeout(Duration::from_mins(1), inbox.recv()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_changed_file_takes_over_and_a_bad_one_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("gtfs.zip");
    let (zip, timetable) = world::city();
    std::fs::write(&path, &zip).unwrap();
    let mut source = source(path.to_str().unwrap(), dir.path());
    assert_eq!(source.first().await.unwrap().routes.len(), timetable.routes.len());
    let (updates, mut inbox) = mpsc::channel(4);
    tokio::spawn(source.run(updates));
    std::fs::write(&path, b"this is no zip").unwrap();
    match next(&mut inbox).await {
        Update::TimetableRefused { error } => assert!(error.contains("gtfs.zip"), "{error}"),
        other => panic!("{other:?}"),
    }
    let more = simulator::city::almaty_with(simulator::city::Measure::KamenskoyeReinforced);
    std::fs::write(&path, more.unwrap()).unwrap();
    match next(&mut inbox).await {
        Update::Timetable(new) => assert!(new.trips.len() > timetable.trips.len()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_last_good_copy_serves_while_the_address_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let (zip, timetable) = world::city();
    let body = zip.clone();
    let app = axum::Router::new().fallback(move || async move { body });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/gtfs.zip", listener.local_addr().unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    source(&url, dir.path()).first().await.unwrap();
    server.abort();
    let _ = server.await;
    let again = source(&url, dir.path()).first().await.unwrap();
    assert_eq!(again.trips.len(), timetable.trips.len());
    let empty = tempfile::tempdir().unwrap();
    let error = source(&url, empty.path()).first().await.unwrap_err();
    assert!(matches!(error, TimetableError::NotThere { .. }), "{error}");
}

#[tokio::test]
async fn a_folder_is_a_feed_too() {
    let dir = tempfile::tempdir().unwrap();
    let (zip, timetable) = world::city();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).unwrap();
        let name = entry.name().to_owned();
        let mut file = std::fs::File::create(dir.path().join(name)).unwrap();
        std::io::copy(&mut entry, &mut file).unwrap();
    }
    let mut source = source(dir.path().to_str().unwrap(), dir.path());
    assert_eq!(source.first().await.unwrap().trips.len(), timetable.trips.len());
    let empty = tempfile::tempdir().unwrap();
    let mut source = self::source(empty.path().to_str().unwrap(), dir.path());
    let error = source.first().await.unwrap_err().to_string();
    assert!(error.contains("no *.txt file"), "{error}");
}
