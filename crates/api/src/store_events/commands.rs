//! `GET /api/store/v1/stores/{storeId}/commands` and `POST …/commands/{commandId}/ack`.

use std::time::Duration;

use aisle_model::{CommandId, StoreId};
use aisle_operations::commands::OpenCommand;
use aisle_operations::commands::{self, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

#[derive(Deserialize)]
struct Query {
    after: Option<String>,
    wait: u64,
}

#[derive(Serialize)]
struct Face {
    commands: Vec<CommandFace>,
    cursor: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommandFace {
    command_id: CommandId,
    kind: String,
    issued_at: String,
    expires_at: String,
    payload: Value,
}

fn face(command: OpenCommand) -> Result<CommandFace, Problem> {
    let payload = serde_json::from_str(&command.payload)
        .map_err(|error| Problem::Internal(format!("payload of command {}: {error}", command.id)))?;
    Ok(CommandFace {
        command_id: command.id,
        kind: command.kind,
        issued_at: command.issued_at.to_string(),
        expires_at: command.expires_at.to_string(),
        payload,
    })
}

/// Open commands, perhaps after a wait.
pub(crate) async fn poll(call: Call) -> Result<Answer, Problem> {
    let store = StoreId(call.path("storeId")?);
    let query: Query = call.query()?;
    let after = match query.after.as_deref() {
        None | Some("") => 0,
        Some(text) => text.parse().map_err(|_| Problem::query("after"))?,
    };
    let wait = Duration::from_secs(query.wait);
    let polled = commands::poll(&call.app, &call.caller, store, after, wait).await?;
    Ok(Answer::ok(&Face {
        commands: polled.commands.into_iter().map(face).collect::<Result<_, _>>()?,
        cursor: polled.cursor.to_string(),
    }))
}

#[derive(Deserialize)]
struct Acknowledgement {
    outcome: Outcome,
    detail: Option<String>,
}

/// What became of a command.
pub(crate) async fn acknowledge(call: Call) -> Result<Answer, Problem> {
    let store = StoreId(call.path("storeId")?);
    let command = CommandId(call.path("commandId")?);
    let said: Acknowledgement = call.body()?;
    let (outcome, detail) = (said.outcome, said.detail);
    commands::acknowledge(&call.app, &call.caller, store, command, outcome, detail).await?;
    Ok(Answer::no_content())
}
