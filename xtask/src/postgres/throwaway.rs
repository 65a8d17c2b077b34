//! A PostgreSQL cluster that lives as long as one command.
//!
//! Promises: it is stopped and its folder removed when the command ends, in whatever way. A guard process waits for
//! the end of a pipe that only this process holds open; the kernel closes it even after SIGKILL, which no `Drop` and
//! no signal handler could promise. Listens on 127.0.0.1 only, without a password.
//! Does not switch off `fsync` or `synchronous_commit`: the server under test looks at such settings when it starts.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::say;
use crate::tools::{current_user_id, install_debian_package, run_silently};

const OLDEST: u32 = 15;
const VERSIONS_FOLDER: &str = "/usr/lib/postgresql";
const GUARD: &str = r#"trap "" INT TERM HUP
cat >/dev/null
"$1/pg_ctl" --pgdata "$2/data" --mode immediate --wait stop >/dev/null 2>&1
rm -rf -- "$2""#;

/// A running cluster.
pub struct Cluster {
    port: u16,
    guard: Child,
    lifeline: Option<ChildStdin>,
}

/// The user that the server's processes run as.
#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Cluster {
    /// Makes a cluster in a new temporary folder and starts it.
    pub fn start() -> Result<Self> {
        let programs = programs()?;
        let owner = owner()?;
        let folder = std::env::temp_dir().join(format!("aisle-test-postgres-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        if let Some(owner) = owner {
            chown(&folder, Some(owner.user), Some(owner.group))?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let cluster = Self::guarded(&programs, &folder, owner, port)?;
        initialise(&programs, &folder, owner, port)?;
        let log = folder.join("log");
        let mut start = as_owner(&programs.join("pg_ctl"), &folder, owner);
        start.args(["--wait", "--timeout", "60", "--pgdata"]).arg(folder.join("data"));
        start.arg("--log").arg(&log).arg("start");
        run_silently(&mut start)
            .with_context(|| fs::read_to_string(&log).unwrap_or_else(|_| "it left no log".into()))?;
        Ok(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn guarded(programs: &Path, folder: &Path, owner: Option<Owner>, port: u16) -> Result<Self> {
        let mut command = as_owner(Path::new("sh"), Path::new("/"), owner);
        command.args(["-c", GUARD, "guard"]).arg(programs).arg(folder);
        let mut guard = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        let lifeline = guard.stdin.take();
        Ok(Self { port, guard, lifeline })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        match self.guard.wait() {
            Ok(status) if status.success() => say("PostgreSQL: stopped and removed"),
            other => say(&format!("PostgreSQL: its clean-up went wrong: {other:?}")),
        }
    }
}

fn initialise(programs: &Path, folder: &Path, owner: Option<Owner>, port: u16) -> Result<()> {
    let data = folder.join("data");
    let mut initdb = as_owner(&programs.join("initdb"), folder, owner);
    initdb.arg("--pgdata").arg(&data);
    initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
    run_silently(&mut initdb)?;
    let mut settings = OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
    write!(
        settings,
        "\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\n"
    )?;
    Ok(())
}

/// `initdb` refuses to run as root, so root hands over to the user that Debian's package makes.
fn owner() -> Result<Option<Owner>> {
    if current_user_id()? != 0 {
        return Ok(None);
    }
    let number = |option: &str| -> Result<u32> {
        let text = run_silently(Command::new("id").args([option, "postgres"]))
            .context("root needs a system user `postgres` to start PostgreSQL as")?;
        text.trim().parse().context("`id` gave no number")
    };
    Ok(Some(Owner { user: number("-u")?, group: number("-g")? }))
}

fn as_owner(program: &Path, folder: &Path, owner: Option<Owner>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group).env("HOME", folder);
    }
    command
}

/// The folder of `initdb` and `pg_ctl`, after installing the package when that is allowed and needed.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = installed_programs() {
        return Ok(folder);
    }
    install_debian_package("postgresql")?;
    match installed_programs() {
        Some(folder) => Ok(folder),
        None => bail!("the package is installed, but {VERSIONS_FOLDER} has no PostgreSQL {OLDEST} or later"),
    }
}

fn installed_programs() -> Option<PathBuf> {
    let newest = fs::read_dir(VERSIONS_FOLDER)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| *version >= OLDEST)
        .filter(|version| has_programs(&Path::new(VERSIONS_FOLDER).join(format!("{version}/bin"))))
        .max();
    match newest {
        Some(version) => Some(Path::new(VERSIONS_FOLDER).join(format!("{version}/bin"))),
        None => std::env::split_paths(&std::env::var_os("PATH")?).find(|folder| has_programs(folder)),
    }
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file())
}
