//! Commands: once issued, given out until somebody answers or their time is over.

use std::time::Duration;

use aisle_database::rows;
use aisle_database::testing::on_both_databases;
use aisle_model::{CommandId, GateId, Millis};
use aisle_operations::commands::{self, Command, Outcome};
use aisle_operations::{Failure, Refusal};

use crate::fixture::{World, world};

async fn issue(world: &World, command: Command) {
    let (app, store) = (world.app.clone(), world.store);
    let change = world.app.database.change(move |c| {
        let (app, command) = (app.clone(), command.clone());
        Box::pin(async move {
            let store = rows::stores::find_any(c, store).await?.unwrap();
            commands::issue(c, &app, &store, &command).await
        })
    });
    change.await.unwrap();
    world.app.nudges.commands().notify_waiters();
}

async fn kinds(world: &World, after: i64, wait: Duration) -> (Vec<String>, i64) {
    let polled = commands::poll(&world.app, &world.caller, world.store, after, wait);
    let polled = polled.await.unwrap();
    let kinds = polled.commands.into_iter().map(|command| command.kind);
    (kinds.collect(), polled.cursor)
}

fn open_gate() -> Command {
    Command::GateOpen { gate_id: GateId(1), places: 1, check_in_device_id: None }
}

#[tokio::test]
async fn a_command_is_given_out_until_it_is_answered_or_over() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let now = Duration::ZERO;
        let (before, _) = kinds(&world, 0, now).await;
        let (_, after) = kinds(&world, 0, now).await;
        issue(&world, open_gate()).await;
        issue(&world, Command::LayoutChanged { version: 9 }).await;
        let both = vec!["gate.open".to_owned(), "layout.changed".to_owned()];
        let (given, cursor) = kinds(&world, after, now).await;
        assert_eq!(given, both);
        assert_eq!(kinds(&world, cursor, now).await, (Vec::new(), cursor));
        assert_eq!(kinds(&world, 0, now).await.0.len(), before.len() + 2);
        world.app.clock.advance(Millis(10_000));
        assert_eq!(kinds(&world, after, now).await.0, ["layout.changed"]);
        let polled = commands::poll(&world.app, &world.caller, world.store, after, now);
        let id = polled.await.unwrap().commands[0].id;
        for outcome in [Outcome::Done, Outcome::Failed] {
            let (app, caller) = (&world.app, &world.caller);
            commands::acknowledge(app, caller, world.store, id, outcome, None).await.unwrap();
        }
        assert_eq!(kinds(&world, after, now).await.0, Vec::<String>::new());
        let unknown = CommandId(uuid::Uuid::from_u128(5));
        let (app, caller) = (&world.app, &world.caller);
        let refused = commands::acknowledge(app, caller, world.store, unknown, Outcome::Done, None);
        assert!(matches!(refused.await, Err(Failure::Refused(Refusal::NotFound("Command")))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_waits_for_the_bell() {
    on_both_databases(|database| async move {
        let world = world(database).await;
        let (_, after) = kinds(&world, 0, Duration::ZERO).await;
        let polled = kinds(&world, after, Duration::from_secs(30));
        let issued = issue(&world, open_gate());
        let ((given, _), ()) = tokio::join!(polled, issued);
        assert_eq!(given, ["gate.open"]);
    })
    .await;
}
