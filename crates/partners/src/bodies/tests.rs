//! Bodies against the contract: each is made of the parts of an example, must be that example field for field and in its
//! order, and must pass the contract's schema.

use aisle_contract::contract;
use aisle_model::session::SessionStatus;
use aisle_model::store::{PaymentProvider, Role, ShopperFlag, StoreStatus};
use aisle_model::webhook::WebhookType;
use aisle_model::{CardId, CheckInDeviceId, CustomerId, Moment, SessionNumber, ShopperId, StoreId, WebhookId};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::*;

mod orders;

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../../contract/examples/", $name, ".json"))
    };
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn on(time: &str) -> Printed {
    Printed(at(&format!("2023-01-19T{time}Z")))
}

fn session() -> SessionFace {
    let token = "d3a00526-1864-4f6e-bb2d-46e3ab7fa780";
    SessionFace {
        created_at: on("10:38:30"),
        updated_at: on("10:41:15.020"),
        id: SessionNumber(3021),
        customer_id: Some(CustomerId(42)),
        code: "c69bb289-1190-4156-b9f6-bfb7f61e85db".into(),
        code_first_scanned_at: Some(on("10:41:12.300")),
        code_last_scanned_at: Some(on("10:41:12.300")),
        customer_first_entered_at: Some(on("10:41:15.020")),
        customer_last_entered_at: Some(on("10:41:15.020")),
        customer_first_exited_at: None,
        customer_last_exited_at: None,
        customer_payment_instrument_id: None,
        customer_satisfaction: None,
        customer_satisfaction_submitted: false,
        group_size: Some(2),
        visitors: 1,
        location_id: None,
        priority: 0,
        session_token: token.into(),
        session_id: token.into(),
        referenced_session_id: None,
        status: SessionStatus::Active,
        store_id: Some(StoreId(2)),
        store_id_scannable_at: None,
        suspected_fraud: false,
        metadata: map(json!({"exampleKey": "exampleValue"})),
        expires_at: Some(on("11:38:30")),
        shopping_session_flags: Vec::new(),
    }
}

fn customer() -> CustomerFace {
    let metadata = map(json!({"arbitraryKey": "arbitraryValue"}));
    CustomerFace::of(CustomerId(42), Some("my-customer-94325".to_owned()), Some(metadata), Role::Customer)
}

fn store_ref() -> StoreRefFace {
    StoreRefFace { store: StoreId(2), unique: "6f1f0a3e-7c5b-4d0e-9a52-3b8a5f0c2d11".to_owned() }
}

fn store(origin: Printed, issue: Printed) -> StoreEnvelope {
    StoreEnvelope {
        store_id: StoreId(2),
        store: store_ref(),
        store_external_id: Some("mystore-0001".to_owned()),
        time_of_origin: origin,
        time_of_issue: issue,
    }
}

fn envelope(session: SessionFace, origin: Printed, issue: Printed) -> SessionEnvelope {
    SessionEnvelope {
        session_id: session.session_id.clone(),
        session: Some(session),
        customer: customer(),
        store: store(origin, issue),
    }
}

fn shopper(flags: &[ShopperFlag]) -> ShopperFace {
    ShopperFace { shopper_id: ShopperId::from("768593402456789"), shopper_flags: flags.to_vec() }
}

/// The text itself, so that order and form of every value count.
fn same(name: &str, body: &impl Serialize, example: &str) {
    let mine = serde_json::to_string_pretty(body).unwrap();
    pretty_assert(name, &mine, example.trim_end());
    fits(contract().webhook_schema(name).unwrap(), body);
}

fn pretty_assert(name: &str, mine: &str, theirs: &str) {
    for (place, (mine, theirs)) in mine.lines().zip(theirs.lines()).enumerate() {
        assert_eq!(mine, theirs, "line {} of {name}", place + 1);
    }
    assert_eq!(mine.lines().count(), theirs.lines().count(), "{name}");
}

fn fits(schema: &str, body: &impl Serialize) {
    let faults = contract().check(schema, &serde_json::to_value(body).unwrap());
    assert_eq!(faults, [], "{schema}");
}

#[test]
fn the_door() {
    let question = EntryCodeVerifyBody {
        store: store(on("10:41:12.300"), on("10:41:12.318")),
        customer_id: Some(CustomerId(42)),
        customer: customer(),
        role: Some(Role::Customer),
        check_in_device_id: Some(CheckInDeviceId(7)),
        entry_code: session().code,
        expected_group_size: Some(2),
        group_size: Some(2),
        payment: PaymentFace::none(),
        session_id: Some(session().session_id),
    };
    same("entryCodeVerify", &question, example!("entryCodeVerify"));
    let unknown = EntryCodeVerifyBody {
        customer_id: None,
        customer: CustomerFace::nobody(),
        role: None,
        check_in_device_id: None,
        expected_group_size: None,
        group_size: None,
        session_id: None,
        ..question
    };
    fits("EntryCodeVerifyWebhook", &unknown);
    let refusal = EntryCodeNotifyBody {
        store_id: StoreId(2),
        store: store_ref(),
        time_of_origin: on("10:41:40"),
        time_of_issue: on("10:41:40.021"),
        session_id: Some(session().session_id),
        customer: customer(),
        check_in_device_id: Some(CheckInDeviceId(7)),
        entry_code: session().code,
        error_message: aisle_model::check_in::Reason::Used.message(),
        error_code: aisle_model::check_in::Reason::Used.code(),
        external_reason: None,
    };
    same("entryCodeNotify", &refusal, example!("entryCodeNotify"));
}

#[test]
fn coming_and_going() {
    let entered = envelope(session(), on("10:41:15.020"), on("10:41:15.031"));
    let body = TransitionBody::of(entered.clone(), PaymentFace::none(), shopper(&[]));
    same("transitionEntered", &body, example!("transitionEntered"));
    let visitor = SessionEnvelope { session: None, customer: CustomerFace::nobody(), ..entered };
    fits("TransitionLeftWebhook", &TransitionBody::of(visitor, PaymentFace::none(), shopper(&[])));
}

#[test]
fn zones() {
    let alcohol = [ShopperFlag::Alcohol];
    let flagged = SessionFace {
        updated_at: on("10:43:20.750"),
        customer_last_entered_at: Some(on("10:41:17.480")),
        visitors: 2,
        shopping_session_flags: alcohol.to_vec(),
        ..session()
    };
    let trip = envelope(flagged, on("10:44:02.900"), on("10:44:03.612"));
    let example: Value = serde_json::from_str(example!("checkoutZoneLeft")).unwrap();
    let cart = example["cart"].as_array().cloned();
    let zone = ZoneName::of(&"1".into(), false);
    let body = CheckoutZoneBody::of(trip.clone(), zone, shopper(&alcohol), cart);
    assert_eq!(serde_json::to_value(&body).unwrap(), example);
    fits("CheckoutZoneLeftWebhook", &body);
    let check = |zone: &str, numeric: bool, expected: Value| {
        let body = CheckoutZoneBody::of(trip.clone(), ZoneName::of(&zone.into(), numeric), shopper(&[]), None);
        let value = serde_json::to_value(&body).unwrap();
        assert_eq!(value["checkoutZoneId"], expected);
        assert_eq!(value.get("cart"), None, "absent where nobody asked for it");
        fits("CheckoutZoneEnteredWebhook", &body);
    };
    check("17", false, json!("17"));
    check("17", true, json!(17));
    check("bar", true, json!("bar"));
    check("+17", true, json!("+17"));
    check("99999999999999999999999", true, json!("99999999999999999999999"));
}

#[test]
fn personal_data() {
    let text = |text: &str| Some(text.to_owned());
    let personal = PersonalInfoFace::of(text("user@example.com"), text("Alex"), text("Example"), text("+15550100"));
    let (origin, issue) = (at("2023-01-19T10:30:00Z"), at("2023-01-19T10:30:00.012Z"));
    let body = CustomerCreatedBody::of(customer(), personal, origin, issue);
    same("customerCreated", &body, example!("customerCreated"));
    let nothing = PersonalInfoFace::of(None, None, None, None);
    fits("CustomerCreatedWebhook", &CustomerCreatedBody::of(customer(), nothing, origin, issue));
}

#[test]
fn payments() {
    for provider in PaymentProvider::ALL {
        let face = PaymentFace::of(InstrumentFace {
            payment_provider: *provider,
            underlying_payment_provider: (*provider == PaymentProvider::Generic).then(|| "acquirer".to_owned()),
            stripe_customer_id: (*provider == PaymentProvider::Stripe).then(|| "cus_1".to_owned()),
            payment_instrument_id: CardId(311),
            card_brand: "visa".to_owned(),
            last4: Some("1111".to_owned()),
            expiration_date: Some("03/28".to_owned()),
            payment_instrument_token: Some("tok".to_owned()),
            pre_authorization: (),
        });
        fits("PaymentInfo", &face);
        let is_none = serde_json::to_value(&face).unwrap() == json!({"paymentProvider": "NONE"});
        assert_eq!(is_none, *provider == PaymentProvider::None);
    }
}

#[test]
fn the_owner() {
    for event in SettingEvent::ALL {
        let notice = OperationalNotice {
            event: *event,
            timestamp: on("10:41:12"),
            data: SettingTrouble {
                webhook_id: WebhookId(3),
                kind: WebhookType::Transitions,
                url: "https://shop.example/hook".to_owned(),
                failing_since: Some(on("10:00:00")),
                waiting: 4,
                last_status: None,
                last_error: Some("timeout".to_owned()),
            },
        };
        fits("OperationalNotice", &notice);
    }
    for event in StoreEvent::ALL {
        let data = StoreTrouble {
            store_id: Some(StoreId(2)),
            store: Some(store_ref()),
            status: (*event == StoreEvent::StatusChanged).then_some(StoreStatus::Closed),
            skew_ms: (*event == StoreEvent::ClockSkew).then_some(-700),
            ..StoreTrouble::default()
        };
        fits("StoreNotice", &StoreNotice { event: *event, timestamp: on("10:41:12"), data });
    }
}
