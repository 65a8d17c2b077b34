//! Mails by SMTP.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{Mail, MailFailure, MailerFault};

const LONGEST: Duration = Duration::from_secs(30);

/// Replies that speak of the receiver or the mail itself: trying again gives the same.
const FINAL: std::ops::RangeInclusive<u16> = 550..=554;

/// The operator's mail server. A connection is opened for each mail: there are few.
pub(super) struct Server {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Server {
    pub(super) fn new(url: &str, from: &str) -> Result<Self, MailerFault> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| MailerFault::Server)?;
        let from = from.parse().map_err(|_| MailerFault::From(from.to_owned()))?;
        Ok(Self { from, transport: transport.timeout(Some(LONGEST)).build() })
    }

    pub(super) async fn send(&self, mail: &Mail) -> Result<(), MailFailure> {
        let message = self.message(mail)?;
        let sent = tokio::time::timeout(2 * LONGEST, self.transport.send(message)).await;
        let sent = sent.map_err(|_| again("the mail server takes too long"))?;
        sent.map(drop).map_err(|error| told(&error))
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailFailure> {
        let never = |reason: &str| MailFailure { is_final: true, reason: reason.to_owned() };
        let to = mail.to.parse().map_err(|_| never("the receiver's address is none"))?;
        let domain = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .message_id(Some(format!("<{}@{domain}>", mail.message_id)))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|_| never("the mail cannot be written down"))
    }
}

fn again(reason: &str) -> MailFailure {
    MailFailure { is_final: false, reason: reason.to_owned() }
}

/// A server's words often repeat the address; its number says enough.
fn told(error: &Error) -> MailFailure {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        return MailFailure { is_final: FINAL.contains(&code), reason: format!("the mail server answered {code}") };
    }
    again(if error.is_timeout() {
        "the mail server takes too long"
    } else if error.is_tls() {
        "no encryption could be agreed on with the mail server"
    } else {
        "the mail server cannot be reached"
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::super::Mailer;
    use super::*;

    fn mail() -> Mail {
        let text = |text: &str| text.to_owned();
        Mail {
            message_id: text("7"),
            to: text("ada@example.com"),
            subject: text("Hello"),
            text: text("Your code is\n\n01234\n"),
        }
    }

    /// A mail server for one connection, which gives this answer to the receiver; what it was told.
    async fn server(to_receiver: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        #[expect(clippy::disallowed_methods, reason = "awaited by the test")]
        let told = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let (mut told, mut is_data) = (String::new(), false);
            stream.write_all(b"220 ready\r\n").await.unwrap();
            let mut line = String::new();
            while stream.read_line(&mut line).await.unwrap() > 0 {
                told.push_str(&line);
                let answer = match line.trim_end() {
                    "." => "250 taken",
                    _ if is_data => "",
                    "DATA" => "354 go on",
                    command if command.starts_with("RCPT") => to_receiver,
                    "QUIT" => "221 bye",
                    _ => "250 fine",
                };
                is_data = match line.trim_end() {
                    "DATA" => true,
                    "." => false,
                    _ => is_data,
                };
                line.clear();
                if !answer.is_empty() {
                    stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                }
            }
            told
        });
        (url, told)
    }

    #[tokio::test]
    async fn a_mail_reaches_the_server_as_it_was_written() {
        let (url, told) = server("250 fine").await;
        let mailer = Mailer::smtp(&url, "Corner <no-reply@corner.example>").unwrap();
        mailer.send(&mail()).await.unwrap();
        drop(mailer);
        let told = told.await.unwrap();
        for line in [
            "MAIL FROM:<no-reply@corner.example>",
            "RCPT TO:<ada@example.com>",
            "Message-ID: <7@corner.example>",
            "Subject: Hello",
            "\r\n01234\r\n",
        ] {
            assert!(told.contains(line), "{line} is not in {told}");
        }
    }

    #[tokio::test]
    async fn what_a_server_refuses_is_told_without_its_words() {
        for (answer, code, is_final) in [
            ("550 no ada@example.com here", 550, true),
            ("451 ada@example.com comes too often", 451, false),
            ("535 who are you", 535, false),
        ] {
            let (url, told) = server(answer).await;
            let mailer = Mailer::smtp(&url, "no-reply@corner.example").unwrap();
            let refused = mailer.send(&mail()).await.unwrap_err();
            assert_eq!(refused, MailFailure { is_final, reason: format!("the mail server answered {code}") });
            drop(mailer);
            told.await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_may_come_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        drop(listener);
        let mailer = Mailer::smtp(&url, "no-reply@corner.example").unwrap();
        let refused = mailer.send(&mail()).await.unwrap_err();
        assert_eq!((refused.is_final, &*refused.reason), (false, "the mail server cannot be reached"));
    }

    #[test]
    fn a_bad_server_or_sender_says_what_to_write() {
        let fault = |url: &str, from: &str| Mailer::smtp(url, from).unwrap_err().to_string();
        assert!(fault("http://user:secret@host", "a@corner.example").starts_with("the mail server must be smtps://"));
        assert!(!fault("http://user:secret@host", "a@corner.example").contains("secret"));
        assert!(fault("smtps://host", "nobody").starts_with("\"nobody\" is no sender"));
    }
}
