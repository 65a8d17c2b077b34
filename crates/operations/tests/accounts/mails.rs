//! The outbox of mails.

use aisle_database::testing::on_both_databases;
use aisle_model::Millis;
use aisle_operations::App;
use aisle_operations::accounts::{mails, password_reset};
use aisle_partners::Mailer;

use crate::fixture::{Fixture, fixture, from};

const MINUTE: i64 = 60_000;

async fn waiting(app: &App) -> i64 {
    app.database.read(|c| Box::pin(aisle_database::rows::mails::waiting(c, 1000))).await.unwrap()
}

/// The same server whose folder for mails is away.
fn broken(f: &Fixture) -> App {
    let mailer = Mailer::folder(std::path::Path::new("/nonexistent/mails"));
    App { mailer: Some(mailer), ..f.app.clone() }
}

#[tokio::test]
async fn a_mail_that_failed_is_sent_later_and_only_once() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        password_reset::start(&f.app, &f.nobody(), from(1), "flow-name", "ada@example.com").await.unwrap();
        mails::send_due(&broken(&f)).await.unwrap();
        assert_eq!(waiting(&f.app).await, 1);
        assert!(f.mails().await.is_empty(), "not due yet");
        f.app.clock.advance(Millis(5000));
        assert_eq!(f.mails().await.len(), 1);
        assert_eq!((waiting(&f.app).await, f.mails().await.len()), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_code_is_given_up_when_it_is_of_no_use_any_more() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        password_reset::start(&f.app, &f.nobody(), from(1), "flow-name", "ada@example.com").await.unwrap();
        for _ in 0..20 {
            mails::send_due(&broken(&f)).await.unwrap();
            f.app.clock.advance(Millis(MINUTE));
        }
        assert_eq!(waiting(&f.app).await, 0);
        assert!(f.mails().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn mails_for_nobody_leave_the_outbox() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        password_reset::start(&f.app, &f.nobody(), from(1), "flow-name", "nobody@example.com").await.unwrap();
        assert_eq!(waiting(&f.app).await, 1);
        assert!(f.mails().await.is_empty());
        assert_eq!(waiting(&f.app).await, 0);
    })
    .await;
}

#[tokio::test]
async fn two_nodes_send_each_mail_once() {
    on_both_databases(async |database| {
        let f = fixture(database).await;
        for place in 0..6 {
            let (email, flow) = (format!("eve{place}@example.com"), format!("flow-number-{place}"));
            f.with_password(&email, "correct horse").await;
            password_reset::start(&f.app, &f.nobody(), from(place), &flow, &email).await.unwrap();
        }
        let (one, other) = (f.app.clone(), f.app.clone());
        let (one, other) = tokio::join!(mails::send_due(&one), mails::send_due(&other));
        assert!(!one.unwrap() && !other.unwrap());
        assert_eq!(f.mails().await.len(), 6);
    })
    .await;
}
