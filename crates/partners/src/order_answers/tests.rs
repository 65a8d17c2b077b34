//! The table of push-webhooks.md, section 8.2, and the rules of section 12, on fixtures.

use aisle_model::{Currency, Money};
use bytes::Bytes;

use super::*;
use crate::{Attempt, Failure, FailureKind};

fn attempt(body: &str, failure: Option<FailureKind>) -> Attempt {
    Attempt {
        status: Some(200),
        failure: failure.map(|kind| Failure { kind, detail: String::new() }),
        excerpt: String::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
        address: None,
        connect_ms: None,
        total_ms: 1,
        retry_after: None,
    }
}

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn cents(minor: i64) -> Money {
    Money { minor, currency: usd() }
}

fn sent() -> Vec<SentLine> {
    let line = |id, external_id: &str| SentLine { id, external_id: Some(external_id.to_owned()) };
    vec![line(9001, "seltzer"), line(9002, "sandwich"), line(9003, "twin"), line(9004, "twin")]
}

fn mutate(body: &str) -> CartAnswer {
    read_cart_mutation(&attempt(body, None), &sent(), usd(), |id| id == "known-product")
}

fn good(body: &str) -> CartChange {
    match mutate(body) {
        CartAnswer::Changed(change) => change,
        CartAnswer::NoAnswer { why } => panic!("{body}: {why:?}"),
    }
}

/// The new list in short: numbers of changed lines, names of added ones.
fn lines(change: &CartChange) -> Vec<String> {
    let short = |line: &LineChange| match line {
        LineChange::Changed { id, .. } => id.to_string(),
        LineChange::Added { external_id, .. } => external_id.clone(),
    };
    change.lines.iter().flatten().map(short).collect()
}

#[test]
fn totals_are_crucial_and_exact() {
    let check = |price: &str, tax: &str, expected: Option<(i64, i64)>| {
        let body = format!(r#"{{"totalPrice":{price},"totalTax":{tax}}}"#);
        let totals = match mutate(&body) {
            CartAnswer::Changed(change) => Some((change.total_price.minor, change.total_tax.minor)),
            CartAnswer::NoAnswer { why } => {
                assert_eq!(why, FailureKind::AnswerNotUnderstood);
                None
            }
        };
        assert_eq!(totals, expected, "{body}");
    };
    check("11.94", "\"1.09\"", Some((1194, 109)));
    check("11.940000000000001", "0", Some((1194, 0)));
    check("1e1", "0.0", Some((1000, 0)));
    check("0", "0", Some((0, 0)));
    for (price, tax) in [
        ("11.945", "0"),
        ("\"11,94\"", "0"),
        ("\"1_0\"", "0"),
        ("\"\"", "0"),
        ("\"+1\"", "0"),
        ("1", "2"),
        ("1", "-0.01"),
        ("-1", "-1"),
        ("null", "0"),
        ("true", "0"),
        ("1", "null"),
    ] {
        check(price, tax, None);
    }
}

#[test]
fn no_answer_is_told_from_an_answer() {
    let check = |body: &str, failure: Option<FailureKind>, why: FailureKind| {
        let attempt = attempt(body, failure);
        let expected = CartAnswer::NoAnswer { why };
        assert_eq!(read_cart_mutation(&attempt, &sent(), usd(), |_| true), expected, "{body}");
        assert_eq!(read_order_price(&attempt, &sent(), usd()), expected, "{body}");
    };
    check("", None, FailureKind::AnswerNotUnderstood);
    check("OK", None, FailureKind::AnswerNotJson);
    check("[]", None, FailureKind::AnswerNotUnderstood);
    check(r#"{"totalPrice":1,"totalTax":0,"cart":{}}"#, None, FailureKind::AnswerNotUnderstood);
    let many = format!(r#"{{"totalPrice":1,"totalTax":0,"cart":[{}1]}}"#, "1,".repeat(1000));
    check(&many, None, FailureKind::AnswerNotUnderstood);
    for why in [FailureKind::Timeout, FailureKind::Http5xx, FailureKind::Redirect, FailureKind::AnswerTooLarge] {
        check(r#"{"totalPrice":1,"totalTax":0}"#, Some(why), why);
    }
}

#[test]
fn the_worked_trip_adds_a_deposit() {
    let change = good(
        r#"{"cart":[{"id":9001},{"id":9002},{"externalId":"deposit-bottle","name":"Bottle deposit","price":"0.05",
            "totalPrice":"0.05","totalTax":"0.00"}],"totalPrice":"11.94","totalTax":"1.09"}"#,
    );
    assert_eq!(lines(&change), ["9001", "9002", "deposit-bottle"]);
    assert_eq!((change.removed, change.ignored), (vec![9003, 9004], vec![]));
    let Some(LineChange::Added { values, described, .. }) = change.lines.unwrap().pop() else { panic!() };
    assert_eq!((values.price, values.total_tax, values.quantity), (Some(cents(5)), Some(cents(0)), None));
    assert_eq!(described["name"], "Bottle deposit");
}

#[test]
fn lines_change_come_go_and_are_ignored_by_the_rules() {
    let check = |cart: &str, kept: &[&str], removed: &[i64], ignored: &[usize]| {
        let change = good(&format!(r#"{{"totalPrice":9,"totalTax":0,"cart":{cart}}}"#));
        assert_eq!(
            (lines(&change), &*change.removed, &*change.ignored),
            (kept.iter().map(|one| (*one).to_owned()).collect(), removed, ignored),
            "{cart}"
        );
    };
    let all = [9001, 9002, 9003, 9004];
    check("[]", &[], &all, &[]);
    check(r#"[{"id":9001}]"#, &["9001"], &all[1..], &[]);
    check(r#"[{"externalId":"sandwich"}]"#, &["9002"], &[9001, 9003, 9004], &[]);
    check(r#"[{"id":7,"externalId":"seltzer"}]"#, &["9001"], &all[1..], &[]);
    check(r#"[{"id":7}]"#, &[], &all, &[0]);
    check(r#"[{"externalId":"twin"}]"#, &[], &all, &[0]);
    check(r#"[{"externalId":"twin","name":"A third"}]"#, &["twin"], &all, &[]);
    check(r#"[{"externalId":"known-product"}]"#, &["known-product"], &all, &[]);
    check(r#"[{"externalId":"new"},{"name":"x"},7,null]"#, &[], &all, &[0, 1, 2, 3]);
    check(r#"[{"id":9001,"quantity":0},{"id":9002,"quantity":2}]"#, &["9002"], &[9001, 9003, 9004], &[]);
    check(r#"[{"id":9001},{"id":9001,"quantity":0}]"#, &["9001"], &all[1..], &[1]);
    for bad in [
        r#""quantity":-1"#,
        r#""quantity":1.5"#,
        r#""price":"1.234""#,
        r#""totalPrice":-1"#,
        r#""totalPrice":1,"totalTax":2"#,
        r#""totalPrice":1,"totalTax":-1"#,
        r#""taxLines":[{"name":"x"}]"#,
        r#""discounts":[{"amount":1}]"#,
    ] {
        check(&format!(r#"[{{"id":9001,{bad}}}]"#), &[], &all[1..], &[0]);
    }
    check(r#"[{"externalId":"v","name":"Voucher","totalPrice":-2,"totalTax":-1}]"#, &["v"], &all, &[]);
    check(r#"[{"externalId":"v","name":"Voucher","totalPrice":-2,"totalTax":-3}]"#, &[], &all, &[0]);
}

#[test]
fn without_a_cart_the_lines_stay() {
    for cart in ["", r#","cart":null"#] {
        let change = good(&format!(r#"{{"totalPrice":9,"totalTax":0,"externalId":"R-1","extraText":"Thanks"{cart}}}"#));
        assert_eq!((change.lines, change.removed), (None, vec![]));
        assert_eq!((change.external_id.as_deref(), change.extra_text.as_deref()), (Some("R-1"), Some("Thanks")));
    }
}

#[test]
fn a_price_calculator_neither_adds_nor_removes() {
    let body = r#"{"totalPrice":11.89,"totalTax":1.09,"cart":[{"id":9001,"totalPrice":1,"taxLines":[{"title":"VAT",
        "price":"0.10","rate":0.25}]},{"externalId":"new","name":"New"}]}"#;
    let CartAnswer::Changed(change) = read_order_price(&attempt(body, None), &sent(), usd()) else { panic!() };
    assert_eq!((lines(&change), &*change.removed, &*change.ignored), (vec!["9001".to_owned()], &[][..], &[1][..]));
    let Some([LineChange::Changed { values, .. }]) = change.lines.as_deref() else { panic!() };
    let tax = &values.tax_lines.as_deref().unwrap()[0];
    assert_eq!((&*tax.name, tax.amount, tax.rate), ("VAT", cents(10), Some("0.25".parse().unwrap())));
}

#[test]
fn over_money_silence_never_decides() {
    let settled = |body: &str, word: PaymentWord| {
        let CheckoutAnswer::Settled(settlement) = read_checkout(&attempt(body, None)) else { panic!("{body}") };
        assert_eq!(settlement.word, word, "{body}");
        settlement
    };
    let paid = settled(
        r#"{"paymentStatus":"paid","paymentTransactionId":"pay_1234","externalId":"R-1","status":"unpaid"}"#,
        PaymentWord::Paid,
    );
    assert_eq!((paid.payment_transaction_id.as_deref(), paid.external_id.as_deref()), (Some("pay_1234"), Some("R-1")));
    settled(r#"{"status":"processing"}"#, PaymentWord::Processing);
    settled(r#"{"paymentStatus":null,"status":"paid"}"#, PaymentWord::Paid);
    let unpaid = settled(r#"{"paymentStatus":"unpaid","reason":"No funds"}"#, PaymentWord::Unpaid);
    assert_eq!(unpaid.reason.as_deref(), Some("No funds"));
    let unclear = [
        ("", None, FailureKind::AnswerNotUnderstood),
        (r#"{"status":"OK"}"#, None, FailureKind::AnswerNotUnderstood),
        (r#"{"paymentStatus":"success","status":"paid"}"#, None, FailureKind::AnswerNotUnderstood),
        ("paid", None, FailureKind::AnswerNotJson),
        ("", Some(FailureKind::AnswerTooLarge), FailureKind::AnswerTooLarge),
    ];
    for (body, failure, why) in unclear {
        assert_eq!(read_checkout(&attempt(body, failure)), CheckoutAnswer::Unclear { why }, "{body}");
    }
    for why in [
        FailureKind::Timeout,
        FailureKind::Http4xx,
        FailureKind::Http5xx,
        FailureKind::Redirect,
        FailureKind::Connect,
        FailureKind::TargetRefused,
    ] {
        let body = r#"{"paymentStatus":"paid"}"#;
        assert_eq!(read_checkout(&attempt(body, Some(why))), CheckoutAnswer::NoAnswer { why });
    }
}
