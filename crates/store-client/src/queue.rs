//! What is not decided yet, in the order of production.
//!
//! Pure: the delivery takes a batch from the front, and only a word of the server takes events out.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use crate::WireEvent;

/// Events that the server has not decided.
#[derive(Debug)]
pub(crate) struct Queue {
    events: VecDeque<WireEvent>,
    capacity: usize,
}

/// The body of one request and how many events are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) body: Bytes,
    pub(crate) events: usize,
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { events: VecDeque::new(), capacity: capacity.max(1) }
    }

    /// Gives the event back when the queue is full.
    pub(crate) fn push(&mut self, event: WireEvent) -> Result<(), WireEvent> {
        if self.events.len() >= self.capacity {
            return Err(event);
        }
        self.events.push_back(event);
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// The oldest events, as many as the limits allow and at least one; `None` when there is nothing to send.
    pub(crate) fn batch(&self, most_events: usize, most_bytes: usize) -> Option<Batch> {
        let first = self.events.front()?;
        let mut body = BytesMut::from(&first.line[..]);
        let mut events = 1;
        for event in self.events.iter().skip(1).take(most_events.max(1) - 1) {
            if body.len() + event.line.len() > most_bytes {
                break;
            }
            body.extend_from_slice(&event.line);
            events += 1;
        }
        Some(Batch { body: body.freeze(), events })
    }

    /// The event at a place counted from the front.
    pub(crate) fn get(&self, place: usize) -> Option<&WireEvent> {
        self.events.get(place)
    }

    /// The first so many are decided.
    pub(crate) fn forget(&mut self, decided: usize) {
        self.events.drain(..decided.min(self.events.len()));
    }

    /// Everything that is left, oldest first.
    pub(crate) fn take(&mut self) -> Vec<WireEvent> {
        self.events.drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn queue(lines: &[&str]) -> Queue {
        let mut queue = Queue::new(100);
        for line in lines {
            let line = Bytes::copy_from_slice(line.as_bytes());
            queue.push(WireEvent { id: Uuid::nil(), line }).unwrap();
        }
        queue
    }

    #[test]
    fn a_batch_keeps_the_order_and_the_limits() {
        let check = |most_events, most_bytes, body: &str| {
            let batch = queue(&["aa\n", "b\n", "cc\n"]).batch(most_events, most_bytes).unwrap();
            assert_eq!(batch.body, body);
            assert_eq!(batch.events, body.lines().count());
        };
        check(10, 100, "aa\nb\ncc\n");
        check(2, 100, "aa\nb\n");
        check(10, 5, "aa\nb\n");
        check(10, 4, "aa\n");
        check(10, 0, "aa\n");
        check(0, 100, "aa\n");
        assert_eq!(queue(&[]).batch(10, 10), None);
    }

    #[test]
    fn only_decided_events_leave_and_a_full_queue_refuses() {
        let mut queue = queue(&["a\n", "b\n", "c\n"]);
        queue.forget(2);
        assert_eq!(queue.batch(10, 10).unwrap().body, "c\n");
        queue.forget(9);
        assert_eq!(queue.len(), 0);

        let mut full = Queue::new(1);
        let event = WireEvent { id: Uuid::nil(), line: Bytes::from_static(b"a\n") };
        full.push(event.clone()).unwrap();
        assert_eq!(full.push(event.clone()), Err(event));
    }
}
