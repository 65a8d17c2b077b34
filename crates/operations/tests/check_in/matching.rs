//! A visitor and a registered shopper are reported to be one person.

use aisle_database::rows;
use aisle_database::rows::shoppers::Shopper;
use aisle_database::testing::on_both_databases;
use aisle_model::store::{Role, ShopperState};
use aisle_model::webhook::WebhookType;
use aisle_model::{SessionNumber, ShopperId, VisitorSessionId};
use aisle_operations::entry_codes::NewEntryCode;
use aisle_operations::shoppers::{self, ReportedMatch, report_match};
use aisle_operations::{Failure, Refusal};
use serde_json::json;

use crate::fixture::{Door, START, door};

/// Somebody inside without a session; answers their provisional one.
pub async fn visitor(door: &Door, id: &str) -> VisitorSessionId {
    let provisional = VisitorSessionId(door.app.chance.uuid());
    save(door, id, None, Some(provisional)).await;
    provisional
}

async fn registered(door: &Door, id: &str, session: SessionNumber) {
    save(door, id, Some(session), None).await;
}

async fn save(door: &Door, id: &str, session: Option<SessionNumber>, provisional: Option<VisitorSessionId>) {
    let (state, role) = match session {
        Some(_) => (ShopperState::Registered, Role::Customer),
        None => (ShopperState::Visitor, Role::Unknown),
    };
    let shopper = Shopper {
        id: id.into(),
        store: door.store,
        state,
        role,
        session,
        visitor_session: provisional,
        tracks: Vec::new(),
        position: None,
        zones: Vec::new(),
        flags: Vec::new(),
        interactions: 0,
        restricted_interactions: 0,
        marks: Vec::new(),
        entered_at: START,
        entered_gate: None,
        left_at: None,
        last_seen_at: START,
    };
    let saved = door.app.database.change(move |c| {
        let shopper = shopper.clone();
        Box::pin(async move { rows::shoppers::save(c, &shopper).await })
    });
    saved.await.unwrap();
}

const REGISTERED: &str = "768593402456789";
const VISITOR: &str = "766789212312312";

#[tokio::test]
async fn a_match_is_told_once_and_shown_with_the_visitor() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        door.asks("https://told.example/", WebhookType::IdentityMatching, 0).await;
        let session = door.code(NewEntryCode::default()).await;
        registered(&door, REGISTERED, session.number).await;
        let provisional = visitor(&door, VISITOR).await;
        let reported = ReportedMatch {
            registered: REGISTERED.into(),
            session: session.token.clone(),
            visitor: VISITOR.into(),
            visitor_session: provisional.to_string(),
        };
        for _ in 0..2 {
            let told = report_match(&door.app, &door.caller, door.store, reported.clone());
            told.await.unwrap();
        }
        let notices = door.notices("identityMatching").await;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0]["visitorShopperId"], VISITOR);
        assert_eq!(notices[0]["sessionId"], json!(session.token));
        assert_eq!(notices[0]["session"]["id"], json!(session.number));
        let read = shoppers::read(&door.app, &door.caller, door.store, VISITOR.into());
        let candidates = read.await.unwrap().candidates;
        assert_eq!(candidates.len(), 1);
        assert_eq!(candidates[0].shopper, ShopperId::from(REGISTERED));
        assert_eq!(candidates[0].basis, "reported");

        // A visitor who is registered by now changes nothing.
        let other = door.code(NewEntryCode::default()).await;
        registered(&door, VISITOR, other.number).await;
        let told = report_match(&door.app, &door.caller, door.store, reported);
        told.await.unwrap();
        assert_eq!(door.notices("identityMatching").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn ids_that_name_nobody_are_all_told_and_wrong_pairs_refused() {
    on_both_databases(|database| async move {
        let door = door(database).await;
        let session = door.code(NewEntryCode::default()).await;
        registered(&door, REGISTERED, session.number).await;
        let provisional = visitor(&door, VISITOR).await;
        let other = visitor(&door, "766789212312313").await;
        let report = |registered: &str, session: &str, visitor: &str, visitor_session: String| {
            let reported = ReportedMatch {
                registered: registered.into(),
                session: session.into(),
                visitor: visitor.into(),
                visitor_session,
            };
            report_match(&door.app, &door.caller, door.store, reported)
        };
        let unknown = report("1", "x", "2", "no-uuid".to_owned()).await;
        let Err(Failure::Refused(Refusal::Invalid(faults))) = unknown else {
            panic!("{unknown:?}");
        };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        let all = ["registeredShopperId", "registeredSessionId", "visitorShopperId", "visitorSessionId"];
        assert_eq!(fields, all);
        let apart = Refusal::conflict("Shopper is not on this session");
        let token = session.token.as_str();
        for outcome in [
            report(VISITOR, token, VISITOR, provisional.to_string()).await,
            report(REGISTERED, token, VISITOR, other.to_string()).await,
        ] {
            match outcome {
                Err(Failure::Refused(refusal)) => assert_eq!(refusal, apart),
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
}
