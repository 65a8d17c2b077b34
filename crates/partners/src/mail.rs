//! Mails: handed to the operator's mail server, or written to a folder for development.
//!
//! The server is the operator's choice, not a retailer's, so the rules for addresses of [`crate::GuardedClient`] do not
//! hold for it. TLS is that of the other calls (rustls with ring, the roots of webpki).

#[cfg(feature = "smtp")]
mod smtp;

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One plain mail.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the parts of a mail")]
pub struct Mail {
    /// The same for every try.
    pub message_id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// A mail that was not taken. It names nobody, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct MailFailure {
    /// Whether it is of no use to try again.
    pub is_final: bool,
    /// What happened.
    pub reason: String,
}

/// Mails cannot be sent like this. The text says what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailerFault {
    /// The sender.
    #[error("{0:?} is no sender: write an address, as in Corner Shop <no-reply@shop.example>")]
    From(String),
    /// The server. It is not repeated, for it may hold a password.
    #[error(
        "the mail server must be smtps://user:password@host:465, smtp://user:password@host:587?tls=required or, \
         without encryption, smtp://host:25"
    )]
    Server,
    /// The program was built without the part that talks to mail servers.
    #[error("this program was built without `--features smtp`; it can only write mails to a folder")]
    NotBuilt,
}

/// Sends mails; clones share what they send through.
#[derive(Clone)]
pub struct Mailer(Arc<Way>);

enum Way {
    #[cfg(feature = "smtp")]
    Server(smtp::Server),
    Folder(PathBuf),
}

impl Mailer {
    /// Through a mail server.
    #[cfg(feature = "smtp")]
    pub fn smtp(url: &str, from: &str) -> Result<Self, MailerFault> {
        Ok(Self(Arc::new(Way::Server(smtp::Server::new(url, from)?))))
    }

    /// Through a mail server.
    #[cfg(not(feature = "smtp"))]
    pub fn smtp(_url: &str, _from: &str) -> Result<Self, MailerFault> {
        Err(MailerFault::NotBuilt)
    }

    /// Into a folder that is there, one file a mail, for a person to read.
    pub fn folder(folder: &Path) -> Self {
        Self(Arc::new(Way::Folder(folder.to_owned())))
    }

    /// Sends a mail, or says why not, within a minute.
    pub async fn send(&self, mail: &Mail) -> Result<(), MailFailure> {
        match &*self.0 {
            #[cfg(feature = "smtp")]
            Way::Server(server) => server.send(mail).await,
            Way::Folder(folder) => write(folder, mail).await,
        }
    }
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailer(…)")
    }
}

/// The same mail twice is one file.
async fn write(folder: &Path, mail: &Mail) -> Result<(), MailFailure> {
    let Mail { message_id, to, subject, text } = mail;
    let file = folder.join(format!("{message_id}.txt"));
    let written = tokio::fs::write(file, format!("To: {to}\nSubject: {subject}\n\n{text}")).await;
    written.map_err(|error| MailFailure {
        is_final: false,
        reason: format!("the folder for mails cannot be written to: {}", error.kind()),
    })
}
