//! An agency on a loopback port. It serves what the test gives it, and fails as the test says.

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use axum::routing::get;
use server::clock::Clock;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the agency answers to a fetch of its feed.
#[derive(Clone, Debug)]
pub enum Answer {
    /// What is so at the moment of the fetch, epoch seconds.
    Live(fn(i64) -> Vec<u8>),
    /// These bytes, with status 200.
    Bytes(Vec<u8>),
    /// This status and no body.
    Status(u16),
    /// A page of HTML with status 200, as broken proxies give.
    Html,
    /// Nothing for a minute.
    Hang,
}

#[derive(Debug)]
struct Desk {
    timetable: Mutex<Vec<u8>>,
    feed: Mutex<Answer>,
    alerts: Mutex<Vec<u8>>,
    fetches: Mutex<u64>,
}

/// A running agency; it stops when dropped.
#[derive(Debug)]
pub struct Agency {
    address: SocketAddr,
    desk: Arc<Desk>,
    task: tokio::task::JoinHandle<()>,
}

impl Agency {
    /// Opens with this GTFS zip and an unavailable feed.
    ///
    /// # Errors
    /// When no loopback port can be had.
    pub async fn open(timetable: Vec<u8>) -> Result<Self> {
        let desk = Arc::new(Desk {
            timetable: Mutex::new(timetable),
            feed: Mutex::new(Answer::Status(503)),
            alerts: Mutex::new(crate::line::message(Clock::machine().now(), Vec::new())),
            fetches: Mutex::new(0),
        });
        let app = Router::new()
            .route("/gtfs.zip", get(timetable_answer))
            .route("/vehicle-positions.pb", get(feed_answer))
            .route("/alerts.pb", get(alerts_answer))
            .with_state(desk.clone());
        let listener =
            tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no loopback port")?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // An agency that cannot serve is one that does not answer: the test sees that.
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { address, desk, task })
    }

    /// From now on the feed answers so.
    pub fn answer(&self, answer: Answer) {
        *self.desk.feed.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }

    /// From now on the timetable is this.
    pub fn publish_timetable(&self, zip: Vec<u8>) {
        *self.desk.timetable.lock().unwrap_or_else(PoisonError::into_inner) = zip;
    }

    /// From now on the alerts are this message.
    pub fn publish_alerts(&self, message: Vec<u8>) {
        *self.desk.alerts.lock().unwrap_or_else(PoisonError::into_inner) = message;
    }

    /// How often the feed was asked for.
    pub fn fetches(&self) -> u64 {
        *self.desk.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Address of a path of this agency.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Agency {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn timetable_answer(State(desk): State<Arc<Desk>>) -> Vec<u8> {
    desk.timetable.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

async fn alerts_answer(State(desk): State<Arc<Desk>>) -> Vec<u8> {
    desk.alerts.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

async fn feed_answer(State(desk): State<Arc<Desk>>) -> Response<Body> {
    *desk.fetches.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    let answer = desk.feed.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match answer {
        Answer::Live(made) => Response::new(Body::from(made(Clock::machine().now()))),
        Answer::Bytes(bytes) => Response::new(Body::from(bytes)),
        Answer::Html => Response::new(Body::from("<html><body>Bad gateway</body></html>")),
        Answer::Status(code) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() =
                StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response
        }
        Answer::Hang => {
            tokio::time::sleep(Duration::from_mins(1)).await;
            Response::new(Body::empty())
        }
    }
}
