//! Connections: accepted, counted, timed.

use super::settings::HttpLimits;
use crate::visitor::{AddressCounts, network_of};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// Largest head of a request, bytes.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Pause after a failed accept: out of descriptors, which only time mends.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop`, then lets requests in work end. Readers that take too long to
/// send a head are closed; so are those beyond the limits.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &HttpLimits,
    stop: impl Future<Output = ()>,
) {
    // A proxy is one address for everybody: its own limits count.
    let per_address =
        if limits.behind_proxy { limits.connections } else { limits.connections_per_address };
    let counts = AddressCounts::new(limits.connections, per_address);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits.head_timeout_ms))
        .max_buf_size(HEAD_BYTES_MAX);
    let (stopping, told) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Nothing is said to those beyond the limits: an answer costs more than the silence.
        if let Ok(open) = counts.open(network_of(address.ip())) {
            let connection = connection(&builder, stream, address, router.clone(), told.clone());
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended badly");
                }
                drop(open);
            });
        }
    }
    drop((listener, told));
    let _ = stopping.send(());
    // Each connection holds the other end until it is done.
    stopping.closed().await;
}

/// One connection, to its end; once told to stop, only to the end of the request in work.
fn connection(
    builder: &http1::Builder,
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    mut told: watch::Receiver<()>,
) -> impl Future<Output = hyper::Result<()>> + Send + 'static {
    // Frames are small and must not wait for more.
    let _ = stream.set_nodelay(true);
    let service = router.map_request(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        request.map(axum::body::Body::new)
    });
    let service = TowerToHyperService::new(service);
    let serving = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    async move {
        let mut serving = std::pin::pin!(serving);
        tokio::select! {
            done = serving.as_mut() => return done,
            _ = told.changed() => {}
        }
        serving.as_mut().graceful_shutdown();
        serving.await
    }
}
