//! Asks whether a PostgreSQL server on this machine would serve the tests, by connecting to it.
//!
//! Speaks the few messages of protocol 3.0 that this takes, so that neither `psql` nor a database driver is needed to
//! build or run the developer's commands. Does not answer a password request: a server that wants one is named by
//! `AISLE_TEST_POSTGRES_URL`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::say;

const PORT: u16 = 5432;
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];
const PATIENCE: Duration = Duration::from_secs(3);
const LONGEST_MESSAGE: usize = 1 << 20;
const SUITABLE: &str = "select current_setting('server_version_num')::int >= 150000 \
    and (rolsuper or rolcreatedb) from pg_roles where rolname = current_user";

/// The address of a server that lets us in, is recent enough, and lets us make databases.
pub fn running_server() -> Option<String> {
    let mut users = vec!["postgres".to_owned()];
    users.extend(std::env::var("USER").ok().filter(|user| user != "postgres"));
    for user in &users {
        let url = format!("postgres://{user}@127.0.0.1:{PORT}/postgres");
        if serves(&url, tcp(), user) {
            return Some(url);
        }
        for folder in SOCKET_FOLDERS {
            let host = folder.replace('/', "%2F");
            let url = format!("postgres://{user}@{host}:{PORT}/postgres");
            if serves(&url, unix(folder), user) {
                return Some(url);
            }
        }
    }
    None
}

fn serves<S: Read + Write>(url: &str, stream: Result<S>, user: &str) -> bool {
    let answer = stream.and_then(|mut stream| ask(&mut stream, user));
    match answer {
        Ok(true) => return true,
        Ok(false) => say(&format!("PostgreSQL: {url} is older than 15, or {user} may not make databases")),
        Err(error) => say(&format!("PostgreSQL: not {url}: {error:#}")),
    }
    false
}

fn tcp() -> Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], PORT)), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn unix(folder: &str) -> Result<UnixStream> {
    let stream = UnixStream::connect(format!("{folder}/.s.PGSQL.{PORT}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Logs in as `user` and asks [`SUITABLE`].
fn ask(stream: &mut (impl Read + Write), user: &str) -> Result<bool> {
    stream.write_all(&startup(user))?;
    let mut suitable = false;
    let mut asked = false;
    loop {
        let (kind, body) = message(stream)?;
        match kind {
            b'E' => bail!("{}", error_text(&body)),
            b'R' if body != [0, 0, 0, 0] => bail!("it wants a password for {user}"),
            // One row of one column: count (2 bytes), length (4 bytes), text.
            b'D' => suitable = body.get(6..) == Some(b"t"),
            b'Z' if asked => return Ok(suitable),
            b'Z' => {
                stream.write_all(&framed(Some(b'Q'), &[SUITABLE.as_bytes(), b"\0"].concat()))?;
                asked = true;
            }
            _ => {}
        }
    }
}

fn startup(user: &str) -> Vec<u8> {
    let mut body = 196_608_u32.to_be_bytes().to_vec();
    for text in ["user", user, "database", "postgres"] {
        body.extend(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    framed(None, &body)
}

fn framed(kind: Option<u8>, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("our messages are short");
    let mut bytes: Vec<u8> = kind.into_iter().collect();
    bytes.extend(length.to_be_bytes());
    bytes.extend(body);
    bytes
}

fn message(stream: &mut impl Read) -> Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).context("it hung up")?;
    let [kind, length @ ..] = head;
    let length = usize::try_from(u32::from_be_bytes(length))?;
    if !(4..LONGEST_MESSAGE).contains(&length) {
        bail!("it does not speak PostgreSQL's protocol");
    }
    let mut body = vec![0; length - 4];
    stream.read_exact(&mut body).context("it hung up")?;
    Ok((kind, body))
}

/// The field `M` of an error message: the text for people.
fn error_text(body: &[u8]) -> String {
    let field = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&b'M'));
    String::from_utf8_lossy(field.map_or(b"refused", |field| &field[1..])).into_owned()
}
