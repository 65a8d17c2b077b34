//! A server process on a folder or a PostgreSQL database of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use aisle_database::Settings;
use aisle_database::testing::{TestDatabase, open_postgres};
use aisle_store_client::AdminClient;
use serde_json::Value;
use tempfile::TempDir;

/// Where the rows of a test are.
pub enum Rows {
    Embedded,
    Postgres(TestDatabase),
}

impl Rows {
    pub async fn postgres() -> Self {
        Self::Postgres(open_postgres().await)
    }

    fn url(&self) -> Option<&str> {
        match self {
            Self::Postgres(TestDatabase { settings: Settings::Postgres { url, .. }, .. }) => Some(url),
            _ => None,
        }
    }
}

/// A folder, a database and a port on which servers are started one after the other.
pub struct Place {
    pub folder: TempDir,
    /// Kept: the database goes with it.
    _rows: Rows,
    pub listen: String,
    url: Option<String>,
}

impl Place {
    pub fn new(rows: Rows) -> Self {
        let url = rows.url().map(str::to_owned);
        Self { folder: tempfile::tempdir().unwrap(), _rows: rows, listen: free_address(), url }
    }

    /// Where PostgreSQL is.
    pub fn database_url(&self) -> &str {
        self.url.as_deref().expect("a test on PostgreSQL")
    }

    /// The same with another way to the database.
    pub fn through(mut self, url: String) -> Self {
        self.url = Some(url);
        self
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aisle"));
        command.arg("--data-dir").arg(self.folder.path().join("data"));
        command.args(["--allow-egress", "127.0.0.0/8", "--listen", &self.listen]);
        if let Some(url) = &self.url {
            command.args(["--database-url", url]);
        }
        command.args(words).env("AISLE_LOG__FILTER", "warn").stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// A retailer with a furnished store.
    pub fn init(&self) -> Keys {
        let done = self.run(&["init", "--json", "--development"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Keys(serde_json::from_slice(&done.stdout).unwrap())
    }

    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub fn serve_with(&self, environment: &[(&str, &str)]) -> Server {
        let mut command = self.command(&["serve"]);
        command.envs(environment.iter().copied());
        Self::started(command)
    }

    /// A server whose logs, under this filter, go to a file.
    pub fn serve_logging(&self, filter: &str, format: &str, file: File) -> Server {
        let mut command = self.command(&["serve", "--log-format", format]);
        command.env("AISLE_LOG__FILTER", filter).stderr(file);
        Self::started(command)
    }

    fn started(mut command: Command) -> Server {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").map(str::to_owned);
        let Some(url) = url else { panic!("the server did not start: {}", child.wait().unwrap()) };
        Server { child, url }
    }
}

/// What `init` printed.
pub struct Keys(pub Value);

impl Keys {
    pub fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_else(|| panic!("init prints {key}"))
    }

    pub fn number(&self, key: &str) -> i64 {
        self.0[key].as_i64().unwrap_or_else(|| panic!("init prints {key}"))
    }

    pub fn admin(&self, url: &str) -> AdminClient {
        AdminClient::new(url, self.text("apiKey")).unwrap()
    }
}

/// A running server; killed when dropped.
pub struct Server {
    pub child: Child,
    pub url: String,
}

impl Server {
    /// Says something over HTTP, well-formed or not, with a token unless it is empty; answers status and the whole text.
    pub fn ask(&self, method: &str, path: &str, token: &str, content_type: &str, body: &str) -> (u16, String) {
        let address = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let authorization = if token.is_empty() { String::new() } else { format!("authorization: Bearer {token}\r\n") };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{authorization}\
             content-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        // In one piece: a server that refuses a head answers and closes without reading on.
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer[9..12].parse().unwrap(), answer)
    }

    /// SIGKILL: nothing can be finished.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it has died by itself.
    pub async fn death(mut self) -> ExitStatus {
        eventually("the death of the server", || {
            let ended = self.child.try_wait().unwrap();
            async move { ended.ok_or_else(|| "it lives".to_owned()) }
        })
        .await
    }

    /// SIGTERM, and the exit code.
    pub fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already when it was killed or stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Asks again and again until there is an answer; fails the test after a minute.
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, String>>,
{
    let ask_until = async {
        let mut last = String::new();
        let mut asked = tokio::time::interval(Duration::from_millis(50));
        let end = tokio::time::Instant::now() + Duration::from_secs(60);
        while tokio::time::Instant::now() < end {
            asked.tick().await;
            match ask().await {
                Ok(answer) => return Ok(answer),
                Err(why) => last = why,
            }
        }
        Err(last)
    };
    ask_until.await.unwrap_or_else(|last| panic!("{what} did not happen within a minute: {last}"))
}
