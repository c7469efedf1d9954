//! One source, and all that its server may do to it.

use crate::world::small_message;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use server::clock::Clock;
use server::feed::live_source::{LiveSource, Shared};
use server::feed::settings::FeedSettings;
use server::feed::{Part, Update};
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use transit::ids::FeedIdx;

type Answer = Box<dyn Fn(&HeaderMap) -> Response<Body> + Send + Sync>;

/// A server whose answer can be changed; it counts its requests.
#[derive(Clone)]
struct Desk {
    answer: Arc<Mutex<Arc<Answer>>>,
    requests: Arc<Mutex<Vec<HeaderMap>>>,
    url: String,
}

impl Desk {
    async fn open(answer: impl Fn(&HeaderMap) -> Response<Body> + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/vp.pb", listener.local_addr().unwrap());
        let answer: Arc<Answer> = Arc::new(Box::new(answer));
        let desk = Self { answer: Arc::new(Mutex::new(answer)), requests: Arc::default(), url };
        let app = Router::new().fallback(serve).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        desk
    }

    fn answers(&self, answer: impl Fn(&HeaderMap) -> Response<Body> + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(Box::new(answer));
    }

    fn requests(&self) -> Vec<HeaderMap> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(State(desk): State<Desk>, headers: HeaderMap) -> Response<Body> {
    desk.requests.lock().unwrap().push(headers.clone());
    let answer = Arc::clone(&desk.answer.lock().unwrap());
    answer(&headers)
}

fn ok(body: impl Into<Body>) -> Response<Body> {
    Response::new(body.into())
}

fn settings() -> FeedSettings {
    FeedSettings { id: "buses".into(), period_s: 0.25, backoff_max_s: 0.25, ..Default::default() }
}

fn start(address: &str, settings: &FeedSettings) -> mpsc::Receiver<Update> {
    let (updates, inbox) = mpsc::channel(8);
    let shared = Shared { clock: Clock::machine(), keep: None, updates };
    let source = LiveSource::new(FeedIdx(0), Part::Main, address, settings, shared).unwrap();
    tokio::spawn(source.run());
    inbox
}

async fn next(inbox: &mut mpsc::Receiver<Update>) -> Update {
    tokio::time::timeout(Duration::from_secs(20), inbox.recv()).await.unwrap().unwrap()
}

/// The number of positions, or the words of a failure.
async fn told(inbox: &mut mpsc::Receiver<Update>) -> Result<usize, String> {
    match next(inbox).await {
        Update::Dataset { dataset, .. } => Ok(dataset.positions()),
        Update::Failed { error, .. } => Err(error),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn unchanged_answers_are_not_news() {
    let desk = Desk::open(|headers| {
        let known = headers.get(header::IF_NONE_MATCH).is_some_and(|v| v == "\"one\"");
        let mut answer = ok(if known { vec![] } else { small_message(100) });
        if known {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        }
        answer.headers_mut().insert(header::ETAG, "\"one\"".parse().unwrap());
        answer
            .headers_mut()
            .insert(header::LAST_MODIFIED, "Thu, 01 Jan 1970 00:02:00 GMT".parse().unwrap());
        answer
    })
    .await;
    let mut inbox = start(&desk.url, &settings());
    assert_eq!(told(&mut inbox).await, Ok(1));
    while desk.requests().len() < 3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let second = &desk.requests()[1];
    assert_eq!(second[header::IF_NONE_MATCH], "\"one\"");
    assert_eq!(second[header::IF_MODIFIED_SINCE], "Thu, 01 Jan 1970 00:02:00 GMT");
    // The same bytes from a server without validators are no news either; other bytes are.
    desk.answers(|_| ok(small_message(100)));
    let seen = desk.requests().len();
    while desk.requests().len() < seen + 3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(inbox.try_recv().is_err());
    desk.answers(|_| ok(small_message(130)));
    assert_eq!(told(&mut inbox).await, Ok(1));
}

#[tokio::test]
async fn a_broken_server_is_told_in_words_and_forgiven() {
    let desk = Desk::open(|_| ok(small_message(100))).await;
    let mut inbox = start(&desk.url, &settings());
    assert_eq!(told(&mut inbox).await, Ok(1));
    desk.answers(|_| ok("<html><body>502 Bad Gateway</body></html>"));
    let error = told(&mut inbox).await.unwrap_err();
    assert!(error.contains("not protobuf: it looks like HTML"), "{error}");
    desk.answers(|_| {
        let mut answer = ok("");
        *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        answer
    });
    // Failures that were on their way may still say HTML.
    let error = loop {
        let error = told(&mut inbox).await.unwrap_err();
        if !error.contains("HTML") {
            break error;
        }
    };
    assert!(error.contains("429"), "{error}");
    desk.answers(|_| ok(small_message(100)));
    let back = loop {
        if let Ok(positions) = told(&mut inbox).await {
            break positions;
        }
    };
    assert_eq!(back, 1, "the bytes that were known before the failure are news again");
}

#[tokio::test]
async fn gzip_is_unpacked_and_endless_bodies_are_cut() {
    let packed = |body: &[u8]| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(body).unwrap();
        gzip.finish().unwrap()
    };
    let good = packed(&small_message(100));
    // 64 MB of nothing, 64 KB on the wire.
    let bomb = packed(&vec![0; 64 << 20]);
    let gzip = |body: Vec<u8>| {
        let mut answer = ok(body);
        answer.headers_mut().insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
        answer
    };
    let desk = Desk::open(move |_| gzip(good.clone())).await;
    let settings = FeedSettings { size_limit_bytes: 1 << 20, ..settings() };
    let mut inbox = start(&desk.url, &settings);
    assert_eq!(told(&mut inbox).await, Ok(1));
    desk.answers(move |_| gzip(bomb.clone()));
    let error = told(&mut inbox).await.unwrap_err();
    assert!(error.contains("larger than the limit of 1048576 bytes"), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let desk = Desk::open(|_| {
        ok(Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>()))
    })
    .await;
    let settings = FeedSettings { timeout_s: 0.3, ..settings() };
    let error = told(&mut start(&desk.url, &settings)).await.unwrap_err();
    assert!(error.contains("within the time-out"), "{error}");
    let error = told(&mut start("http://127.0.0.1:9/vp.pb", &settings)).await.unwrap_err();
    assert!(error.contains("no connection"), "{error}");
}

#[tokio::test]
async fn a_key_does_not_follow_a_redirect_to_another_host() {
    let other = Desk::open(|_| ok(small_message(100))).await;
    let target = other.url.clone();
    let desk = Desk::open(move |_| {
        let mut answer = ok("");
        *answer.status_mut() = StatusCode::FOUND;
        answer.headers_mut().insert(header::LOCATION, target.parse().unwrap());
        answer
    })
    .await;
    let headers = [("x-api-key".to_owned(), "secret".to_owned())].into();
    let with_key = FeedSettings { headers, ..settings() };
    let error = told(&mut start(&desk.url, &with_key)).await.unwrap_err();
    assert!(error.contains("redirected to another host"), "{error}");
    assert!(other.requests().is_empty());
    assert_eq!(desk.requests()[0]["x-api-key"], "secret");
    assert_eq!(told(&mut start(&desk.url, &settings())).await, Ok(1), "without a key it may");
}

#[tokio::test]
async fn a_file_is_read_when_it_changes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("vp.pb");
    std::fs::write(&path, small_message(100)).unwrap();
    let mut inbox = start(path.to_str().unwrap(), &settings());
    assert_eq!(told(&mut inbox).await, Ok(1));
    std::fs::remove_file(&path).unwrap();
    let error = told(&mut inbox).await.unwrap_err();
    assert!(error.contains("vp.pb"), "{error}");
    std::fs::write(&path, small_message(100)).unwrap();
    while told(&mut inbox).await.is_err() {}
}

#[tokio::test]
async fn a_missing_secret_is_told_by_name() {
    let headers = [("x-api-key".to_owned(), "${JOLDA_TEST_NO_SUCH_KEY}".to_owned())].into();
    let settings = FeedSettings { headers, ..settings() };
    let (updates, _inbox) = mpsc::channel(8);
    let shared = Shared { clock: Clock::machine(), keep: None, updates };
    let url = "http://127.0.0.1:9/vp.pb";
    let error = LiveSource::new(FeedIdx(0), Part::Main, url, &settings, shared).err().unwrap();
    assert!(error.to_string().contains("JOLDA_TEST_NO_SUCH_KEY"), "{error}");
}
