//! The producer's handle: give events, wait until they are decided, ask what became of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aisle_model::StoreId;
use tokio::sync::{Notify, watch};

use crate::http::{AddressFault, Endpoint};
use crate::queue::Queue;
use crate::{Delivery, Rejection, Totals, Waits, WireEvent};

/// Rejections that are kept until somebody takes them; all are counted.
const MOST_REJECTIONS: usize = 100;

/// How much is kept and sent at once, and how long is waited.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Undecided events that are kept; `send` waits when there are as many.
    pub capacity: usize,
    /// Most events of one request.
    pub batch_events: usize,
    /// Most bytes of one request.
    pub batch_bytes: usize,
    /// Waits between tries.
    pub waits: Waits,
    /// How long the server may be silent within one request.
    pub patience: Duration,
    /// Of the jitter.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            capacity: 10_000,
            batch_events: 1_000,
            batch_bytes: 512 * 1024,
            waits: Waits::default(),
            patience: Duration::from_mins(1),
            seed: 0,
        }
    }
}

/// Delivery has ended; events that were not decided are still kept ([`StoreClient::take_undecided`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The server refuses the requests themselves: a wrong or revoked token, no such store.
    #[error("{0}")]
    Refused(String),
    /// [`StoreClient::close`] was called, or nobody runs the [`Delivery`] any more.
    #[error("the delivery of store events has ended")]
    Closed,
}

/// A producer's side of one store. Clones are the same producer; events of one clone keep their order.
#[derive(Debug, Clone)]
pub struct StoreClient {
    shared: Arc<Shared>,
}

/// What handle and delivery share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) endpoint: Endpoint,
    pub(crate) path: String,
    pub(crate) options: Options,
    state: Mutex<State>,
    /// Something was put into the queue, or the handle was closed.
    pub(crate) filled: Notify,
    /// Grows whenever something was decided or delivery stopped.
    progress: watch::Sender<u64>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) queue: Queue,
    pub(crate) totals: Totals,
    pub(crate) rejections: Vec<Rejection>,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) is_closing: bool,
}

impl State {
    pub(crate) fn reject(&mut self, rejection: Rejection) {
        if self.rejections.len() < MOST_REJECTIONS {
            self.rejections.push(rejection);
        }
    }
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tell_progress(&self) {
        self.progress.send_modify(|count| *count += 1);
    }
}

impl StoreClient {
    /// A client of the store and the delivery that the caller must run beside it.
    pub fn new(base_url: &str, store: StoreId, token: &str) -> Result<(StoreClient, Delivery), AddressFault> {
        Self::with(base_url, store, token, Options::default())
    }

    /// The same with other limits.
    pub fn with(
        base_url: &str,
        store: StoreId,
        token: &str,
        options: Options,
    ) -> Result<(StoreClient, Delivery), AddressFault> {
        let shared = Arc::new(Shared {
            endpoint: Endpoint::new(base_url, token)?,
            path: format!("/api/store/v1/stores/{store}"),
            options,
            state: Mutex::new(State {
                queue: Queue::new(options.capacity),
                totals: Totals::default(),
                rejections: Vec::new(),
                stopped: None,
                is_closing: false,
            }),
            filled: Notify::new(),
            progress: watch::Sender::new(0),
        });
        let delivery = Delivery::new(Arc::clone(&shared));
        Ok((StoreClient { shared }, delivery))
    }

    /// Takes events in the order of production; waits while the queue is full. Taken is not decided: see
    /// [`StoreClient::flush`]. An error means that events from some point on were not taken.
    pub async fn send(&self, events: impl IntoIterator<Item = WireEvent> + Send) -> Result<(), Stopped> {
        let mut progress = self.shared.progress.subscribe();
        let events: Vec<WireEvent> = events.into_iter().collect();
        for mut event in events {
            loop {
                progress.mark_unchanged();
                let refused = {
                    let mut state = self.shared.state();
                    if let Some(stopped) = &state.stopped {
                        return Err(stopped.clone());
                    }
                    if state.is_closing {
                        return Err(Stopped::Closed);
                    }
                    state.queue.push(event)
                };
                self.shared.filled.notify_one();
                let Err(refused) = refused else { break };
                event = refused;
                progress.changed().await.map_err(|_| Stopped::Closed)?;
            }
        }
        Ok(())
    }

    /// Waits until everything that was taken is decided.
    pub async fn flush(&self) -> Result<(), Stopped> {
        let mut progress = self.shared.progress.subscribe();
        loop {
            progress.mark_unchanged();
            {
                let state = self.shared.state();
                if state.queue.len() == 0 {
                    return Ok(());
                }
                if let Some(stopped) = &state.stopped {
                    return Err(stopped.clone());
                }
            }
            progress.changed().await.map_err(|_| Stopped::Closed)?;
        }
    }

    /// No more events; the delivery ends when the queue is empty.
    pub fn close(&self) {
        self.shared.state().is_closing = true;
        self.shared.filled.notify_one();
    }

    /// Events that are not decided yet.
    pub fn undecided(&self) -> usize {
        self.shared.state().queue.len()
    }

    /// What became of all events so far.
    pub fn totals(&self) -> Totals {
        self.shared.state().totals
    }

    /// The first hundred rejections since the last call; [`StoreClient::totals`] counts all.
    pub fn take_rejections(&self) -> Vec<Rejection> {
        std::mem::take(&mut self.shared.state().rejections)
    }

    /// The events that a stopped delivery left, oldest first, for another client. `None` while it runs.
    pub fn take_undecided(&self) -> Option<Vec<WireEvent>> {
        let mut state = self.shared.state();
        state.stopped.is_some().then(|| state.queue.take())
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.shared.path)
    }
}
