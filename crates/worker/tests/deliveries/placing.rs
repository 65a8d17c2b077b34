//! Places in the pull feed.

use std::time::Duration;

use aisle_database::sql;
use aisle_operations::webhooks::feed;

use crate::world::{World, on_both};

#[tokio::test]
async fn a_message_that_is_gone_neither_stops_the_feed_nor_makes_it_spin() {
    on_both(async |world: World| {
        world.tamper(sql!("insert into unplaced_messages (message) values (-1)")).await;
        world.send("a", 1).await;
        let placed = tokio::time::timeout(Duration::from_secs(10), feed::place(&world.app)).await;
        placed.expect("it ends").unwrap();
        assert_eq!(world.number(sql!("select count(*) as n from feed")).await, 1);
        assert_eq!(world.number(sql!("select count(*) as n from unplaced_messages")).await, 0);
    })
    .await;
}
