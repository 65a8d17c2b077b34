//! The same events give the same facts, however they were cut into batches and connections.

use aisle_database::testing::on_both_databases;
use aisle_floor::{Fact, Floor};
use aisle_model::Offset;
use aisle_model::event::Direction;
use aisle_operations::stream::Incoming;

use crate::fixture::{World, crossed, event, heartbeat, positions, settled, world};

fn trip() -> Vec<Incoming> {
    let mut number = 0;
    let mut next = |millis, body| {
        number += 1;
        event(number, millis, body)
    };
    let mut events = vec![next(0, heartbeat()), next(100, positions("t1", -0.5))];
    events.push(next(500, crossed(Direction::In)));
    for step in 0..10 {
        events.push(next(600 + 100 * step, positions("t1", 0.5)));
    }
    events.push(next(1700, crossed(Direction::Out)));
    events.push(next(1750, positions("t1", -0.6)));
    for step in 0..10 {
        events.push(next(1800 + 300 * step, positions("t2", -2.0)));
    }
    events.push(next(4800, settled(4800, vec![])));
    events
}

async fn facts(world: &World) -> Vec<Fact> {
    let mut floor = Floor::new(world.store);
    let (mut facts, mut after) = (Vec::new(), Offset(0));
    loop {
        let read = world.entries(after).await;
        if read.entries.is_empty() {
            return facts;
        }
        for entry in &read.entries {
            floor.apply(entry, &mut facts);
        }
        after = read.up_to;
    }
}

/// The facts without the ids that are each store's own.
fn told(facts: &[Fact]) -> String {
    let mut text = format!("{facts:#?}");
    for fact in facts {
        if let Fact::CameIn { shopper, visitor_session, .. } = fact {
            text = text.replace(shopper.as_str(), "shopper");
            text = text.replace(&visitor_session.to_string(), "visit");
        }
    }
    text
}

#[tokio::test]
async fn any_cut_gives_the_same_facts() {
    on_both_databases(|database| async move {
        let mut world = world(database).await;
        let mut known: Option<String> = None;
        for (place, size) in [1, 2, 3, 7, 100].into_iter().enumerate() {
            if place > 0 {
                let name = format!("Store {place}");
                world.store = crate::fixture::add_store(&world.app, &world.caller, &name).await;
            }
            for batch in trip().chunks(size) {
                world.send(batch.to_vec()).await;
                world.send(batch.to_vec()).await;
            }
            let facts = facts(&world).await;
            let came = |fact: &&Fact| matches!(fact, Fact::CameIn { .. });
            let left = |fact: &&Fact| matches!(fact, Fact::Left { .. });
            assert_eq!(facts.iter().filter(came).count(), 1, "{facts:?}");
            assert_eq!(facts.iter().filter(left).count(), 1, "{facts:?}");
            let told = told(&facts);
            assert_eq!(told, *known.get_or_insert(told.clone()), "{size}");
        }
    })
    .await;
}
