//! One line of the table of contents: an operation of the contract and the function that carries it out.

use std::time::Duration;

use aisle_contract::Fault;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// What a handler is.
pub(crate) type Handle = fn(Call) -> BoxFuture<'static, Result<Answer, Problem>>;

/// An operation and its handler. Method, path, token, scope and schemas come from the contract.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    /// `operationId`.
    pub(crate) id: &'static str,
    pub(crate) handle: Handle,
    pub(crate) also_checked_by: Option<fn(&Value) -> Vec<Fault>>,
    pub(crate) reading: Reading,
    pub(crate) deadline: Deadline,
    pub(crate) notices_theft: bool,
    /// Whether requests count against the rate limit of their token.
    pub(crate) counts: bool,
}

/// Who reads the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is read, parsed, coerced and judged before the handler runs.
    Judged,
    /// The same, but faults of the body do not refuse the request: the handler finds them in `call.faults`.
    Shown,
    /// The handler reads it, as it comes.
    Streamed,
}

/// How long the handler may take.
#[derive(Clone, Copy)]
pub(crate) enum Deadline {
    /// What the operator set.
    Usual,
    /// So long: for calls that wait on purpose.
    Within(Duration),
    /// The handler ends by itself.
    Own,
}

impl Route {
    pub(crate) const fn new(id: &'static str, handle: Handle) -> Self {
        Self {
            id,
            handle,
            also_checked_by: None,
            reading: Reading::Judged,
            deadline: Deadline::Usual,
            notices_theft: false,
            counts: true,
        }
    }

    /// A token of the app that is used here long after it was exchanged ends its log-in. Elsewhere it is only refused: an
    /// app may send what it had waiting.
    pub(crate) const fn notices_theft(mut self) -> Self {
        self.notices_theft = true;
        self
    }

    /// Faults of the coerced body that no schema can say, reported together with the others.
    pub(crate) const fn also_checked_by(mut self, check: fn(&Value) -> Vec<Fault>) -> Self {
        self.also_checked_by = Some(check);
        self
    }

    /// See [`Reading::Shown`].
    #[allow(dead_code, reason = "for the receivers of webhooks")]
    pub(crate) const fn shows_faults(mut self) -> Self {
        self.reading = Reading::Shown;
        self
    }

    /// See [`Reading::Streamed`]: `call.take_stream()`.
    #[allow(dead_code, reason = "for the event stream")]
    pub(crate) const fn reads_body_itself(mut self) -> Self {
        self.reading = Reading::Streamed;
        self
    }

    /// A longer (or shorter) deadline than the usual.
    #[allow(dead_code, reason = "for calls that wait on purpose")]
    pub(crate) const fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Deadline::Within(deadline);
        self
    }

    /// The rate limit of its token is not for it: it has one of its own.
    pub(crate) const fn uncounted(mut self) -> Self {
        self.counts = false;
        self
    }

    /// No deadline: the handler ends by itself.
    #[allow(dead_code, reason = "for the event stream")]
    pub(crate) const fn with_own_deadline(mut self) -> Self {
        self.deadline = Deadline::Own;
        self
    }
}

/// `route!("createCustomer", create::handle)`: a function `async fn(Call) -> Result<Answer, Problem>` for an operation.
macro_rules! route {
    ($id:literal, $handle:path) => {
        $crate::route::Route::new($id, |call| Box::pin($handle(call)))
    };
}
#[allow(unused_imports, reason = "for areas")]
pub(crate) use route;
