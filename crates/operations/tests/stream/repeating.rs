//! Duplicates, replacements, gaps and promises, over as many requests as you like.

use aisle_database::testing::on_both_databases;
use aisle_model::entry::EntryBody;
use aisle_model::event::{Direction, StoreEvent};
use aisle_model::{EventId, Millis, Offset, SourceName};
use aisle_operations::stream::{Decision, Incoming, Refused, read_cursor};

use crate::fixture::{ACCEPTED, START, crossed, event, heartbeat, incoming, positions, settled, world};

const CONFLICT: Decision = Decision::Refused(Refused::Conflict);

fn replacing(number: u64, replaced: u64, millis: i64) -> Incoming {
    let plain = event(number, millis, crossed(Direction::Out)).event;
    incoming(StoreEvent { supersedes: Some(EventId(uuid::Uuid::from_u128(u128::from(replaced)))), ..plain })
}

#[tokio::test]
async fn the_same_again_is_a_duplicate_and_other_content_a_conflict() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let first = event(1, 10, crossed(Direction::In));
        let other = event(1, 11, crossed(Direction::In));
        let decisions = world.send(vec![first.clone(), first.clone(), other.clone()]).await;
        assert_eq!(decisions, [ACCEPTED, Decision::Duplicate, CONFLICT]);
        let newest = world.newest().await;
        assert_eq!(world.send(vec![other]).await, [CONFLICT]);
        assert_eq!(world.send(vec![first]).await, [Decision::Duplicate]);
        assert_eq!(world.newest().await, newest);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_replaced_once_and_by_its_like() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let sent = vec![
            event(1, 10, crossed(Direction::In)),
            event(2, 10, positions("t", 1.0)),
            replacing(3, 1, 20),
            replacing(4, 1, 20),
            replacing(5, 2, 20),
            replacing(6, 3, 30),
        ];
        let expected = [ACCEPTED, ACCEPTED, ACCEPTED, CONFLICT, CONFLICT, ACCEPTED];
        assert_eq!(world.send(sent.clone()).await, expected);
        let again =
            [Decision::Duplicate, Decision::Duplicate, Decision::Duplicate, CONFLICT, CONFLICT, Decision::Duplicate];
        assert_eq!(world.send(sent).await, again);
    })
    .await;
}

#[tokio::test]
async fn what_comes_after_its_replacement_has_no_effect() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        assert_eq!(world.send(vec![replacing(8, 7, 20)]).await, [ACCEPTED]);
        let late = event(7, 10, crossed(Direction::Out));
        assert_eq!(world.send(vec![late.clone()]).await, [ACCEPTED]);
        assert_eq!(world.send(vec![late]).await, [Decision::Duplicate]);
        assert_eq!(world.send(vec![replacing(9, 7, 20)]).await, [CONFLICT]);
        let entries = world.entries(Offset(0)).await.entries;
        let last = entries.last().unwrap();
        let EntryBody::Event(event) = &last.body else {
            panic!("{last:?}");
        };
        assert!(matches!(&event.body, aisle_model::event::EventKind::Other { kind, .. } if kind == "gate.crossed"));
    })
    .await;
}

#[tokio::test]
async fn the_cursor_knows_gaps_promises_and_the_clock() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let mut beat = event(1, 300, heartbeat());
        beat.event.at = START.plus(Millis(300));
        world.send(vec![beat]).await;
        world.send(vec![event(5, 400, crossed(Direction::In))]).await;
        let late = Decision::Accepted { ignored: false, late: true };
        let sent = vec![
            event(6, 1000, settled(900, vec![(2, 2)])),
            event(3, 450, crossed(Direction::In)),
            event(7, 1000, settled(500, vec![])),
        ];
        assert_eq!(world.send(sent).await, [ACCEPTED, late, ACCEPTED]);
        let cursor = read_cursor(&world.app, &world.caller, world.store, None);
        let cursor = cursor.await.unwrap();
        let (name, source) = &cursor.sources[0];
        assert_eq!(name, &SourceName("vision".to_owned()));
        assert_eq!(source.last_seq, Some(7));
        assert_eq!(source.gaps, [(4, 4)]);
        assert_eq!(source.settled_up_to, Some(START.plus(Millis(900))));
        assert_eq!(source.skew_ms, Some(300));
        assert_eq!(cursor.newest, world.newest().await);
    })
    .await;
}
