//! Bodies about orders and shelves.

use aisle_model::{Currency, GondolaId, Money, OrderId, ProductId};
use rust_decimal::Decimal;

use super::*;

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../../../contract/examples/", $name, ".json"))
    };
}

fn usd(minor: i64) -> MoneyText {
    MoneyText(Money { minor, currency: Currency::parse("USD").unwrap() })
}

fn tax(name: &str, rate: Option<&str>, minor: i64) -> TaxLineFace {
    let rate = rate.map(|rate| rate.parse::<Decimal>().unwrap());
    TaxLineFace { name: name.to_owned(), rate, amount: usd(minor), tax_code: None }
}

/// A line without anything but its sums: price, total and tax.
fn line(id: i64, external_id: &str, name: &str, quantity: i64, (price, total, tax): (i64, i64, i64)) -> CartLineFace {
    CartLineFace {
        id,
        external_id: Some(external_id.to_owned()),
        product_id: None,
        order_product_external_id: None,
        name: name.to_owned(),
        barcode: None,
        sku: None,
        category: None,
        thumbnail: None,
        weight: None,
        tax_code: None,
        quantity,
        price: usd(price),
        subtotal_price: usd(total - tax),
        total_price: usd(total),
        total_tax: usd(tax),
        tax_lines: Vec::new(),
        discounts: Vec::new(),
        restricted: false,
        is_externally_added: false,
    }
}

fn cart() -> Vec<CartLineFace> {
    let seltzer = CartLineFace {
        product_id: Some(ProductText(ProductId(49_427_929_792_799))),
        barcode: Some("850050071228".to_owned()),
        thumbnail: Some("http://example.com".to_owned()),
        weight: Some(Grams(355.0)),
        tax_lines: vec![tax("Sales tax", Some("0.0825"), 15), tax("Alcohol excise", None, 20)],
        restricted: true,
        ..line(9001, "850050071228", "Black cherry hard seltzer", 1, (180, 215, 35))
    };
    let sandwich = CartLineFace {
        product_id: Some(ProductText(ProductId(1017))),
        barcode: Some("1234567890128".to_owned()),
        weight: Some(Grams(180.0)),
        tax_lines: vec![tax("Sales tax", Some("0.0825"), 74)],
        ..line(9002, "sandwich-017", "Cheese sandwich", 2, (450, 974, 74))
    };
    vec![seltzer, sandwich]
}

fn shown(total: (i64, i64), cart: Vec<CartLineFace>, issue: Printed) -> OrderShown {
    let session = SessionFace {
        updated_at: on("10:49:06.149"),
        customer_last_entered_at: Some(on("10:41:17.480")),
        customer_first_exited_at: Some(on("10:48:50.700")),
        customer_last_exited_at: Some(on("10:49:06.149")),
        visitors: 2,
        status: SessionStatus::Completed,
        shopping_session_flags: vec![ShopperFlag::Alcohol],
        ..session()
    };
    OrderShown {
        envelope: envelope(session, on("10:49:06.149"), issue),
        order: OrderId(1234),
        phase: OrderPhase::Completed,
        version: 2,
        cart,
        totals: OrderTotals { price: usd(total.0).0, tax: usd(total.1).0 },
    }
}

/// An example's property, which the test does not make itself.
fn issue_of(example: &str) -> Printed {
    let example: Value = serde_json::from_str(example).unwrap();
    Printed(at(example["timeOfIssue"].as_str().unwrap()))
}

#[test]
fn the_bill() {
    let example = example!("checkout");
    let deposit =
        CartLineFace { is_externally_added: true, ..line(9003, "deposit-bottle", "Bottle deposit", 1, (5, 5, 0)) };
    let order = shown((1194, 109), [cart(), vec![deposit]].concat(), issue_of(example));
    same("checkout", &CheckoutBody::of(order.clone(), PaymentFace::none()), example);
    for phase in OrderPhase::ALL {
        let order = OrderShown { phase: *phase, ..order.clone() };
        fits("CheckoutWebhook", &CheckoutBody::of(order, PaymentFace::none()));
    }
}

#[test]
fn the_questions_before_the_bill() {
    let example = example!("cartMutator");
    let whole: Value = serde_json::from_str(example).unwrap();
    let order = shown((1189, 109), cart(), issue_of(example));
    let body = CartMutatorBody::of(order.clone(), PaymentFace::none(), map(whole["metadata"].clone()));
    assert_eq!(serde_json::to_value(&body).unwrap(), whole, "the order within metadata is the writer's");
    fits("CartMutatorWebhook", &body);
    let discounted = CartLineFace {
        discounts: vec![DiscountLineFace {
            name: "Two for one".to_owned(),
            code: Some("2FOR1".to_owned()),
            rate: Some(Decimal::new(5, 1)),
            amount: usd(450),
        }],
        weight: Some(Grams(180.5)),
        ..cart().remove(1)
    };
    let order = OrderShown { cart: vec![discounted], ..order };
    fits("CartMutatorWebhook", &CartMutatorBody::of(order, PaymentFace::none(), Map::new()));
    let example = example!("evaluateOrderPrice");
    let order = shown((1189, 109), cart(), issue_of(example));
    same("evaluateOrderPrice", &EvaluateOrderPriceBody::of(order), example);
}

#[test]
fn frames_shelves_and_restricted_products() {
    let tracking = TrackingBody {
        store_id: StoreId(2),
        store: store_ref(),
        time_of_origin: on("10:43:21"),
        time_of_issue: on("10:43:22.105"),
        shopper_id: Some(ShopperId::from("768593402456789")),
        unique_event_id: "kiosk-3-000815".to_owned(),
    };
    same("tracking", &tracking, example!("tracking"));
    fits("TrackingWebhook", &TrackingBody { shopper_id: None, ..tracking });
    let error = PlanogramErrorBody {
        envelope: store(on("10:20:05"), on("10:20:05.014")),
        shelf_id: "2-5".to_owned(),
        gondola_id: "2".to_owned(),
        bin_index: Some(3),
    };
    same("planogramError", &error, example!("planogramError"));
    fits("PlanogramErrorWebhook", &PlanogramErrorBody { bin_index: None, ..error });
    let flagged = SessionFace {
        updated_at: on("10:43:20.750"),
        customer_last_entered_at: Some(on("10:41:17.480")),
        visitors: 2,
        shopping_session_flags: vec![ShopperFlag::Alcohol],
        ..session()
    };
    let touched = RestrictedProductsInteractionsBody::of(
        envelope(flagged, on("10:43:20.750"), on("10:43:20.764")),
        serde_json::from_value(json!("04178fa1-0b07-4e3f-b3ca-6c60d528cf82")).unwrap(),
        (ShopperId::from("768593402456789"), ShopperFlag::Alcohol),
        vec![ProductText(ProductId(49_427_929_792_799))],
        vec![GondolaId(2)],
    );
    same("restrictedProductsInteractions", &touched, example!("restrictedProductsInteractions"));
}
