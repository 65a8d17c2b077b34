//! What a database remembers about the server that uses it.

use crate::{Connection, Error, sql};

/// The value under a name; `value` is kept first when there is none yet.
pub async fn remembered(c: &mut Connection, name: &str, value: Vec<u8>) -> Result<Vec<u8>, Error> {
    let insert =
        sql!("insert into server_facts (name, value) values ($1, $2) on conflict (name) do nothing", name, value);
    c.execute(insert).await?;
    c.fetch_one(sql!("select value from server_facts where name = $1", name)).await?.get("value")
}
