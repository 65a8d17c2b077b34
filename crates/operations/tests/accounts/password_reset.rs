//! Resetting a password with a mailed code.

use aisle_database::sql;
use aisle_database::testing::{fetch_all, on_both_databases};
use aisle_model::Millis;
use aisle_operations::accounts::password_reset;
use aisle_operations::customers::{self, Password};
use aisle_operations::{App, Failure};
use aisle_testkit::assert_conflict;

use crate::fixture::{Fixture, faults, fixture, from, too_often};

const MINUTE: i64 = 60_000;
const FLOW: &str = "6bdbfb2d-65b2-491c-bc97-c0ac73338476";

async fn start(f: &Fixture, flow: &str, email: &str) -> Result<(), Failure> {
    password_reset::start(&f.app, &f.nobody(), from(1), flow, email).await
}

async fn verify(f: &Fixture, flow: &str, code: &str) -> Result<String, Failure> {
    password_reset::verify(&f.app, &f.nobody(), from(1), flow, code).await
}

async fn finish(f: &Fixture, token: &str, password: &str) -> Result<(), Failure> {
    password_reset::finish(&f.app, &f.nobody(), from(1), token, &Password::new(password)).await
}

fn other(code: &str) -> String {
    format!("{:05}", (code.parse::<u32>().unwrap() + 1) % 100_000)
}

#[tokio::test]
async fn a_mailed_code_sets_a_password_once_and_ends_every_log_in() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        let device = f.device().await;
        start(&f, FLOW, "ADA@example.com").await.unwrap();
        let code = f.mailed_code().await;
        let token = verify(&f, FLOW, &code).await.unwrap();
        assert!(token.starts_with("prt_"), "{token}");
        assert_eq!(faults(verify(&f, FLOW, &code).await), ["code any.invalid"], "a code is good once");
        finish(&f, &token, "correct horse").await.unwrap();
        assert!(f.bearer(&device.token).await.is_none());
        assert!(f.log_in(1, "ada@example.com", "correct horse").await.unwrap().is_some());
        assert_eq!(faults(finish(&f, &token, "another horse").await), ["token any.invalid"], "a token is good once");
        let (to, mail) = f.mails().await.pop().unwrap();
        assert_eq!(to, "Ada@Example.com");
        assert!(mail.contains("every device was logged out"), "{mail}");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_address_is_answered_alike_and_gets_no_mail() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        start(&f, FLOW, "nobody@example.com").await.unwrap();
        assert!(f.mails().await.is_empty());
        assert_eq!(faults(verify(&f, FLOW, "00000").await), ["code any.invalid"]);
        for flow in [FLOW, "unknown-flow"] {
            assert_eq!(faults(verify(&f, flow, "nonsense").await), ["code any.invalid"]);
        }
        assert_eq!(faults(finish(&f, FLOW, "correct horse").await), ["token any.invalid"]);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_codes_end_a_flow() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        start(&f, FLOW, "ada@example.com").await.unwrap();
        let code = f.mailed_code().await;
        for _ in 0..5 {
            assert_eq!(faults(verify(&f, FLOW, &other(&code)).await), ["code any.invalid"]);
        }
        assert_eq!(faults(verify(&f, FLOW, &code).await), ["code any.invalid"]);
    })
    .await;
}

/// Guesses at one instant are counted one by one.
#[tokio::test]
async fn guesses_at_one_instant_do_not_pass_the_limit_together() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        start(&f, FLOW, "ada@example.com").await.unwrap();
        let code = f.mailed_code().await;
        let mut guesses = vec![other(&code); 20];
        guesses.push(code);
        let tries = guesses.iter().map(|guess| verify(&f, FLOW, guess));
        let outcomes = futures::future::join_all(tries).await;
        let right = outcomes.into_iter().flatten().count();
        assert!(right <= 1);
        let wrong = f.app.database.read(|c| {
            Box::pin(async move {
                let rows = fetch_all(c, sql!("select wrong_codes from password_resets")).await?;
                rows[0].get::<i64>("wrong_codes")
            })
        });
        let wrong: i64 = wrong.await.unwrap();
        assert!(wrong <= 5, "{wrong}");
    })
    .await;
}

#[tokio::test]
async fn codes_and_tokens_have_their_time() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        start(&f, FLOW, "ada@example.com").await.unwrap();
        let code = f.mailed_code().await;
        f.app.clock.advance(Millis(15 * MINUTE));
        assert_eq!(faults(verify(&f, FLOW, &code).await), ["code any.invalid"]);
        start(&f, FLOW, "ada@example.com").await.unwrap();
        let again = f.mailed_code().await;
        let token = verify(&f, FLOW, &again).await.unwrap();
        f.app.clock.advance(Millis(10 * MINUTE));
        assert_eq!(faults(finish(&f, &token, "correct horse").await), ["token any.invalid"]);
        assert_eq!(password_reset::purge(&f.app, 10).await.unwrap(), 0, "a moment ago");
        f.app.clock.advance(Millis(1));
        assert_eq!(password_reset::purge(&f.app, 10).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_flow_has_one_address_and_an_address_one_flow() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        start(&f, FLOW, "ada@example.com").await.unwrap();
        let code = f.mailed_code().await;
        for email in ["eve@example.com", "nobody@example.com"] {
            assert_conflict(start(&f, FLOW, email).await, "Password reset token is in use");
        }
        start(&f, "another-flow", "ada@example.com").await.unwrap();
        assert_eq!(faults(verify(&f, FLOW, &code).await), ["code any.invalid"], "the newer flow counts");
        let newer = f.mailed_code().await;
        verify(&f, "another-flow", &newer).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn three_mails_an_hour_and_five_a_day_go_to_an_address() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        for (waited_hours, mails) in [(0, 3), (1, 5), (1, 5), (22, 8)] {
            f.app.clock.advance(Millis(waited_hours * 60 * MINUTE));
            for place in 0..4 {
                let flow = format!("flow-{mails}-{place}-{waited_hours}");
                start(&f, &flow, "ada@example.com").await.unwrap();
                f.mails().await;
            }
            assert_eq!(f.mails().await.len(), mails, "{waited_hours} h later");
        }
    })
    .await;
}

#[tokio::test]
async fn starts_and_verifications_are_limited_by_address() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        for place in 0..20 {
            start(&f, &format!("flow-number-{place}"), &format!("x{place}@example.com")).await.unwrap();
        }
        assert_eq!(too_often(start(&f, FLOW, "ada@example.com").await), 3601);
        for _ in 0..50 {
            verify(&f, FLOW, "00000").await.unwrap_err();
        }
        assert_eq!(too_often(verify(&f, FLOW, "00000").await), 901);
    })
    .await;
}

#[tokio::test]
async fn without_a_way_to_send_mails_nobody_can_start() {
    on_both_databases(async |database| {
        let mut f = fixture(database).await;
        f.app = App { mailer: None, ..f.app };
        for email in ["ada@example.com", "nobody@example.com"] {
            assert!(matches!(start(&f, FLOW, email).await, Err(Failure::Busy(_))));
        }
    })
    .await;
}

#[tokio::test]
async fn a_deleted_customers_flow_and_mails_are_gone() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        start(&f, FLOW, "ada@example.com").await.unwrap();
        let token = {
            let code = f.mailed_code().await;
            verify(&f, FLOW, &code).await.unwrap()
        };
        customers::delete(&f.app, &f.caller, f.customer).await.unwrap();
        assert_eq!(faults(finish(&f, &token, "correct horse").await), ["token any.invalid"]);
        start(&f, "another-flow", "ada@example.com").await.unwrap();
        assert_eq!(f.mails().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_finished_reset_clears_failed_log_ins() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        for _ in 0..5 {
            assert!(f.log_in(1, "ada@example.com", "forgotten").await.unwrap().is_none());
        }
        start(&f, FLOW, "ada@example.com").await.unwrap();
        let code = f.mailed_code().await;
        let token = verify(&f, FLOW, &code).await.unwrap();
        finish(&f, &token, "correct horse").await.unwrap();
        assert!(f.log_in(1, "ada@example.com", "correct horse").await.unwrap().is_some());
    })
    .await;
}
