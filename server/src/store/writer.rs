//! The single writer of the record: a thread of its own, so that neither a slow disk nor a database that is
//! gone stops anything else.
//!
//! Rows come over a channel, wait in memory, and go into the database in one transaction as soon as the one
//! before has ended: with one batch a tick, one transaction a tick. When the database fails, everything that
//! waits goes to the spill file, and from there into the database, in order, when it is back.

use super::commit::Committer;
use super::error::StoreError;
use super::load::Load;
use super::queue::{Head, Queue};
use super::retention::{Cleaning, Sweep};
use super::settings::StoreSettings;
use crate::record::Batch;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use transit::EpochS;

/// First wait after a failure; it doubles with each further one.
const RETRY_FIRST: Duration = Duration::from_millis(250);

/// Hands rows to the writer. Cheap to clone; never waits.
#[derive(Clone)]
pub struct WriterHandle {
    messages: mpsc::UnboundedSender<Message>,
    shared: Arc<Shared>,
    waiting: watch::Receiver<usize>,
}

/// How the writer fares, for the banner, `/metrics` and `jolda doctor`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriterStatus {
    /// Nothing can be written just now; rows wait.
    pub down: bool,
    /// Rows that wait, in memory and on disk.
    pub waiting_rows: usize,
    /// Of these on disk, bytes.
    pub spilled_bytes: u64,
    /// Rows written since the start.
    pub written_rows: u64,
    /// Rows for which neither memory nor disk had a place.
    pub lost_rows: u64,
    /// Rows that the database will not take as data; each is in the log.
    pub refused_rows: u64,
    /// The last failure, in words.
    pub last_error: Option<String>,
}

#[derive(Default)]
struct Shared {
    down: AtomicBool,
    /// Rows in the channel.
    sent_rows: AtomicUsize,
    spilled_bytes: AtomicU64,
    written_rows: AtomicU64,
    lost_rows: AtomicU64,
    refused_rows: AtomicU64,
    last_error: Mutex<Option<String>>,
    queue_rows: usize,
    inbox_rows: usize,
}

pub(super) enum Message {
    Load(Load),
    Sweep(EpochS),
    Flush(oneshot::Sender<()>),
    Close(oneshot::Sender<()>),
}

impl WriterHandle {
    /// Hands over a tick's rows. Never waits; an empty batch is nothing.
    pub fn send(&self, batch: Batch) {
        self.post(Load { batch, meta: Vec::new() });
    }

    /// Sets an entry of `meta`, after everything that was sent before.
    pub fn set_meta(&self, key: &str, value: &str) {
        let meta = vec![(key.to_owned(), value.to_owned())];
        self.post(Load { batch: Batch::default(), meta });
    }

    /// For those who make rows faster than a city does (history at the start, a replay): waits until the
    /// writer has room, then sends.
    pub async fn send_when_ready(&self, batch: Batch) -> Result<(), StoreError> {
        let half = self.shared.queue_rows / 2;
        let mut waiting = self.waiting.clone();
        while *waiting.borrow_and_update() + self.shared.sent_rows.load(Ordering::Acquire) > half {
            waiting.changed().await.map_err(|_| StoreError::Closed)?;
        }
        self.send(batch);
        Ok(())
    }

    /// Waits until everything that was sent is in the database.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        self.messages.send(Message::Flush(done)).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)
    }

    /// Nothing can be written just now: for the banner.
    pub fn is_down(&self) -> bool {
        self.shared.down.load(Ordering::Relaxed)
    }

    /// How the writer fares.
    pub fn status(&self) -> WriterStatus {
        let shared = &self.shared;
        WriterStatus {
            down: self.is_down(),
            waiting_rows: *self.waiting.borrow() + shared.sent_rows.load(Ordering::Relaxed),
            spilled_bytes: shared.spilled_bytes.load(Ordering::Relaxed),
            written_rows: shared.written_rows.load(Ordering::Relaxed),
            lost_rows: shared.lost_rows.load(Ordering::Relaxed),
            refused_rows: shared.refused_rows.load(Ordering::Relaxed),
            last_error: shared.last_error.lock().map_or(None, |e| e.clone()),
        }
    }

    /// Deletes what is older than the retention settings allow, in small pieces between writes.
    pub fn sweep(&self, now: EpochS) {
        let _ = self.messages.send(Message::Sweep(now));
    }

    pub(super) async fn close(&self) {
        let (done, answer) = oneshot::channel();
        if self.messages.send(Message::Close(done)).is_ok() {
            let _ = answer.await;
        }
    }

    fn post(&self, load: Load) {
        let rows = load.rows();
        if rows == 0 {
            return;
        }
        // The thread takes rows off the channel even while a transaction runs, so this bound is reached only
        // by a sender who should have used `send_when_ready`, or when the disk hangs.
        let before = self.shared.sent_rows.fetch_add(rows, Ordering::AcqRel);
        let room = before == 0 || before + rows <= self.shared.inbox_rows;
        if !room || self.messages.send(Message::Load(load)).is_err() {
            self.shared.sent_rows.fetch_sub(rows, Ordering::AcqRel);
            self.shared.lost_rows.fetch_add(rows as u64, Ordering::Relaxed);
            tracing::error!(rows, "rows of the record are lost: the writer is full or closed");
        }
    }
}

/// Starts the thread.
pub(super) fn start(
    committer: Committer,
    queue: Queue,
    settings: &StoreSettings,
) -> std::io::Result<WriterHandle> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, receiver) = mpsc::unbounded_channel();
    let (waiting_sender, waiting) = watch::channel(queue.rows());
    let shared = Arc::new(Shared {
        queue_rows: settings.queue_rows.max(1),
        inbox_rows: settings.inbox_rows.max(1),
        ..Shared::default()
    });
    let handle = WriterHandle { messages: sender, shared: shared.clone(), waiting };
    let mut writer = Writer {
        committer,
        inbox: Inbox {
            queue,
            flushes: Vec::new(),
            sweep: None,
            closing: None,
            ended: false,
            in_flight_rows: 0,
            shared,
            waiting: waiting_sender,
        },
        retry_max: Duration::from_secs(settings.retry_max_s).max(RETRY_FIRST),
        close_timeout: Duration::from_secs(settings.close_timeout_s),
        cleaning: Cleaning::new(settings.retention),
        retry: RETRY_FIRST,
    };
    std::thread::Builder::new()
        .name("jolda-store".into())
        .spawn(move || runtime.block_on(writer.run(receiver)))?;
    Ok(handle)
}

/// What came over the channel and is not done.
struct Inbox {
    queue: Queue,
    flushes: Vec<oneshot::Sender<()>>,
    sweep: Option<EpochS>,
    closing: Option<oneshot::Sender<()>>,
    ended: bool,
    /// Rows of the running transaction that are nowhere else.
    in_flight_rows: usize,
    shared: Arc<Shared>,
    waiting: watch::Sender<usize>,
}

impl Inbox {
    fn take(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Load(load)) => {
                let rows = load.rows();
                self.queue.accept(load);
                // While the database is gone nothing may stay in memory only: a killed process would lose it.
                if self.shared.down.load(Ordering::Relaxed) {
                    self.queue.move_to_disk();
                }
                self.publish();
                self.shared.sent_rows.fetch_sub(rows, Ordering::AcqRel);
            }
            Some(Message::Sweep(now)) => self.sweep = Some(now),
            Some(Message::Flush(done)) => self.flushes.push(done),
            Some(Message::Close(done)) => {
                self.closing = Some(done);
                self.ended = true;
            }
            None => self.ended = true,
        }
    }

    fn publish(&self) {
        self.waiting.send_replace(self.queue.rows() + self.in_flight_rows);
        self.shared.spilled_bytes.store(self.queue.spilled_bytes(), Ordering::Relaxed);
    }
}

struct Writer {
    committer: Committer,
    inbox: Inbox,
    retry_max: Duration,
    close_timeout: Duration,
    cleaning: Cleaning,
    retry: Duration,
}

impl Writer {
    async fn run(&mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        while !self.inbox.ended {
            // Everything that is there goes into one transaction.
            while let Ok(message) = messages.try_recv() {
                self.inbox.take(Some(message));
            }
            if let Some(head) = self.inbox.queue.head() {
                self.write(head, &mut messages).await;
                continue;
            }
            self.inbox.publish();
            self.inbox.flushes.drain(..).for_each(|done| done.send(()).unwrap_or(()));
            if self.inbox.ended {
                break;
            }
            match self.next_sweep() {
                Some(sweep) => self.clean(sweep).await,
                None => self.inbox.take(messages.recv().await),
            }
        }
        self.finish().await;
    }

    /// One transaction, while the channel is kept empty.
    async fn write(&mut self, head: Head, messages: &mut mpsc::UnboundedReceiver<Message>) {
        let Self { committer, inbox, .. } = self;
        let rows = head.load().rows();
        inbox.in_flight_rows = if matches!(head, Head::Memory(_)) { rows } else { 0 };
        inbox.publish();
        let outcome = {
            let commit = std::pin::pin!(committer.commit(head.load()));
            attend(inbox, messages, commit).await
        };
        self.inbox.in_flight_rows = 0;
        match outcome {
            Ok(refused) => {
                self.inbox.queue.written(&head);
                self.succeeded(rows as u64 - refused, refused);
            }
            Err(error) => {
                self.inbox.queue.put_back(head);
                self.failed(&error);
                self.pause(messages).await;
                self.retry = (self.retry * 2).min(self.retry_max);
            }
        }
        self.inbox.publish();
    }

    /// Waits before the next try, but not longer than the server lives.
    async fn pause(&mut self, messages: &mut mpsc::UnboundedReceiver<Message>) {
        let mut pause = std::pin::pin!(tokio::time::sleep(self.retry));
        while !self.inbox.ended {
            tokio::select! {
                () = &mut pause => return,
                message = messages.recv() => self.inbox.take(message),
            }
        }
    }

    fn succeeded(&mut self, written: u64, refused: u64) {
        let shared = &self.inbox.shared;
        self.retry = RETRY_FIRST;
        shared.written_rows.fetch_add(written, Ordering::Relaxed);
        shared.refused_rows.fetch_add(refused, Ordering::Relaxed);
        self.note_lost();
        if self.inbox.shared.down.swap(false, Ordering::Relaxed) {
            tracing::info!(waiting_rows = self.inbox.queue.rows(), "the database is back");
        }
    }

    fn failed(&mut self, error: &StoreError) {
        let shared = &self.inbox.shared;
        if let Ok(mut last) = shared.last_error.lock() {
            *last = Some(error.to_string());
        }
        if !shared.down.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the database is gone; rows wait on disk");
        }
        self.inbox.queue.move_to_disk();
        self.note_lost();
    }

    fn note_lost(&mut self) {
        let lost = self.inbox.queue.take_rows_lost();
        self.inbox.shared.lost_rows.fetch_add(lost, Ordering::Relaxed);
    }

    fn next_sweep(&mut self) -> Option<Sweep> {
        if let Some(now) = self.inbox.sweep.take() {
            self.cleaning.begin(now);
        }
        self.cleaning.next(self.committer.is_sqlite())
    }

    async fn clean(&mut self, sweep: Sweep) {
        match self.committer.delete(sweep.sql, sweep.before).await {
            Ok(deleted) => self.cleaning.deleted(deleted),
            Err(error) => {
                tracing::warn!(%error, "old rows could not be deleted; tried again in an hour");
                self.cleaning.give_up();
            }
        }
    }

    /// Writes the rest if the database is there in time; else it waits on disk for the next start.
    async fn finish(&mut self) {
        let Self { committer, inbox, .. } = self;
        let rest = async {
            while let Some(head) = inbox.queue.head() {
                let rows = head.load().rows() as u64;
                match committer.commit(head.load()).await {
                    Ok(refused) => {
                        inbox.queue.written(&head);
                        inbox.shared.written_rows.fetch_add(rows - refused, Ordering::Relaxed);
                    }
                    Err(error) => {
                        inbox.queue.put_back(head);
                        return Some(error);
                    }
                }
            }
            None
        };
        let gave_up = match tokio::time::timeout(self.close_timeout, rest).await {
            Ok(error) => error,
            Err(_) => Some(StoreError::Timeout(self.close_timeout.as_secs())),
        };
        self.inbox.queue.move_to_disk();
        if let Some(error) = gave_up {
            tracing::warn!(%error, rows = self.inbox.queue.rows(),
                "the database is gone; rows wait on disk for the next start");
        }
        self.inbox.publish();
        self.committer.close().await;
        self.inbox.flushes.drain(..).for_each(|done| done.send(()).unwrap_or(()));
        if let Some(done) = self.inbox.closing.take() {
            let _ = done.send(());
        }
    }
}

/// Waits for `work` and meanwhile takes what comes.
async fn attend<F: Future + Unpin>(
    inbox: &mut Inbox,
    messages: &mut mpsc::UnboundedReceiver<Message>,
    mut work: F,
) -> F::Output {
    loop {
        tokio::select! {
            biased;
            outcome = &mut work => return outcome,
            message = messages.recv(), if !inbox.ended => inbox.take(message),
        }
    }
}
