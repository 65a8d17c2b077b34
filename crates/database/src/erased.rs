//! Changes and reads whose types were forgotten, so that the machinery around them is compiled once and not once for
//! every closure of the program.

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use crate::connection::{Connection, Failure};
use crate::database::{Change, run_closure};
use crate::error::Error;

/// Work on a connection that tells its caller the outcome by itself.
pub(crate) trait Work: Send {
    /// Runs it and keeps the outcome. `true`: what it wrote shall stay.
    fn run<'a>(&'a mut self, connection: &'a mut Connection) -> BoxFuture<'a, bool>;
    /// Tells the caller the outcome. Who has hung up is not told; the work is done all the same.
    fn answer(self: Box<Self>);
    /// Tells the caller that nothing was done, whatever the outcome was: it may rest on what did not last.
    fn refuse(self: Box<Self>, error: Error);
}

/// Where the caller waits.
pub(crate) type Outcome<T, E> = oneshot::Receiver<Result<T, E>>;

struct Waiting<F, T, E> {
    closure: F,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

fn waiting<F, T, E>(closure: F) -> (Waiting<F, T, E>, Outcome<T, E>) {
    let (caller, outcome) = oneshot::channel();
    (Waiting { closure, outcome: None, caller }, outcome)
}

/// A change: may be run again after it was rolled back.
pub(crate) fn change<F, T, E>(closure: F) -> (Box<dyn Work>, Outcome<T, E>)
where
    F: Change<T, E>,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (waiting, outcome) = waiting(closure);
    (Box::new(waiting), outcome)
}

/// A read: is run once.
pub(crate) fn read<F, T, E>(closure: F) -> (Box<dyn Work>, Outcome<T, E>)
where
    F: FnOnce(&mut Connection) -> BoxFuture<'_, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (waiting, outcome) = waiting(Some(closure));
    (Box::new(Read(waiting)), outcome)
}

impl<F, T, E> Work for Waiting<F, T, E>
where
    F: Change<T, E>,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn run<'a>(&'a mut self, connection: &'a mut Connection) -> BoxFuture<'a, bool> {
        async move {
            let mut outcome = None;
            let future = async { outcome = Some((self.closure)(&mut *connection).await) }.boxed();
            let finished = run_closure(future).await;
            let outcome = finished.map_err(E::from).and_then(|()| judged(outcome, connection));
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        }
        .boxed()
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            drop(self.caller.send(outcome));
        }
    }

    fn refuse(self: Box<Self>, error: Error) {
        drop(self.caller.send(Err(error.into())));
    }
}

struct Read<F, T, E>(Waiting<Option<F>, T, E>);

impl<F, T, E> Work for Read<F, T, E>
where
    F: FnOnce(&mut Connection) -> BoxFuture<'_, Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn run<'a>(&'a mut self, connection: &'a mut Connection) -> BoxFuture<'a, bool> {
        async move {
            let mut outcome = None;
            if let Some(closure) = self.0.closure.take() {
                let future = async { outcome = Some(closure(&mut *connection).await) }.boxed();
                let finished = run_closure(future).await;
                let missing = || Err(Error::misuse("a read has no outcome").into());
                self.0.outcome = Some(finished.map_err(E::from).and_then(|()| outcome.unwrap_or_else(missing)));
            }
            true
        }
        .boxed()
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.0.outcome {
            drop(self.0.caller.send(outcome));
        }
    }

    fn refuse(self: Box<Self>, error: Error) {
        drop(self.0.caller.send(Err(error.into())));
    }
}

/// What a finished change comes to: see [`crate::connection`] on statements that failed.
fn judged<T, E: From<Error>>(outcome: Option<Result<T, E>>, connection: &Connection) -> Result<T, E> {
    let value = outcome.unwrap_or_else(|| Err(Error::misuse("a change has no outcome").into()))?;
    if connection.failure != Failure::None {
        return Err(Error::misuse("a change went on after a failed statement").into());
    }
    Ok(value)
}
