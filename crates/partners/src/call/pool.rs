//! Connections that are kept open between calls.
//!
//! They are kept by scheme, host and port, and one is handed out only if the address it leads to
//! is among those that were resolved and checked for this very attempt. So a name that has moved,
//! or that now points into a refused range, is not reached through an older connection.

use super::connection::Connection;
use crate::Target;
use crate::address::Host;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

const MAX_IDLE_PER_ORIGIN: usize = 64;
const MAX_IDLE_TIME: Duration = Duration::from_secs(30);
const SWEEP_INTERVAL: Duration = Duration::from_secs(10);

/// What a connection leads to, apart from the address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    is_plain_http: bool,
    host: Host,
    port: u16,
}

impl Origin {
    pub fn of(target: &Target) -> Self {
        let Target { is_plain_http, ref host, port, .. } = *target;
        Self { is_plain_http, host: host.clone(), port }
    }
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Idle {
    fn is_usable(&self) -> bool {
        !self.connection.is_closed() && self.since.elapsed() < MAX_IDLE_TIME
    }
}

#[derive(Default)]
struct State {
    idle: HashMap<Origin, Vec<Idle>>,
    is_sweeping: bool,
    /// Holds the sweeper; it ends with the pool.
    sweeper: JoinSet<()>,
}

/// The idle connections of one client. It belongs to one runtime.
#[derive(Default)]
pub(super) struct Pool {
    state: Mutex<State>,
}

impl Pool {
    /// The connection that was used last, of those that lead to one of these addresses.
    pub fn take(&self, origin: &Origin, addresses: &[IpAddr]) -> Option<Connection> {
        let mut state = self.lock();
        let idle = state.idle.get_mut(origin)?;
        idle.retain(Idle::is_usable);
        // One that is not ready is still writing a request that was answered early.
        let position =
            idle.iter().rposition(|idle| idle.connection.is_ready() && addresses.contains(&idle.connection.address))?;
        Some(idle.remove(position).connection)
    }

    /// Keeps a connection whose last answer was read to its end.
    pub fn put(self: &Arc<Self>, origin: Origin, connection: Connection) {
        let mut state = self.lock();
        let idle = state.idle.entry(origin).or_default();
        if idle.len() >= MAX_IDLE_PER_ORIGIN {
            idle.remove(0);
        }
        idle.push(Idle { connection, since: Instant::now() });
        if !state.is_sweeping {
            self.start_sweeping(&mut state);
        }
    }

    /// Without this, connections to a host that is never called again would stay open until the
    /// host closes them.
    fn start_sweeping(self: &Arc<Self>, state: &mut State) {
        let pool = Arc::downgrade(self);
        state.is_sweeping = true;
        state.sweeper = JoinSet::new();
        state.sweeper.spawn(async move {
            loop {
                sleep(SWEEP_INTERVAL).await;
                let Some(pool) = pool.upgrade() else { return };
                if !pool.sweep() {
                    return;
                }
            }
        });
    }

    /// Drops what has expired. False if nothing is left, and with that the sweeper ends.
    fn sweep(&self) -> bool {
        let mut state = self.lock();
        state.idle.retain(|_, idle| {
            idle.retain(Idle::is_usable);
            !idle.is_empty()
        });
        state.is_sweeping = !state.idle.is_empty();
        state.is_sweeping
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change of the state is complete by itself, so a panic elsewhere leaves it sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
