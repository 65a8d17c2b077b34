//! Who runs what: at most one node holds a lease, and each holding has a number of its own.

use aisle_model::Moment;

use crate::{Connection, Error, sql};

/// Takes a lease that is free, or whose holder is not alive. Answers its epoch, or `None` when another node holds it. A
/// node that holds it already gets it again under a new epoch.
pub async fn take(c: &mut Connection, name: &str, node: &str, now: Moment) -> Result<Option<i64>, Error> {
    let upsert = sql!(
        "insert into leases (name, node, epoch, taken_at) values ($1, $2, 1, $3)
         on conflict (name) do update set node = excluded.node, epoch = leases.epoch + 1, taken_at = excluded.taken_at
         where leases.node = '' or leases.node = excluded.node
             or not exists (select 1 from nodes where nodes.id = leases.node)
         returning epoch",
        name,
        node,
        now
    );
    c.fetch_optional(upsert).await?.map(|row| row.get("epoch")).transpose()
}

/// Whether a node still holds a lease under an epoch. Inside a change the row stays locked until its end, so nobody can
/// take the lease between this answer and the commit.
pub async fn holds(c: &mut Connection, name: &str, node: &str, epoch: i64) -> Result<bool, Error> {
    let lock = sql!("update leases set epoch = epoch where name = $1 and node = $2 and epoch = $3", name, node, epoch);
    c.execute_one(lock).await
}

/// Gives a lease back. The row stays, so that epochs never repeat.
pub async fn give_back(c: &mut Connection, name: &str, node: &str, epoch: i64) -> Result<(), Error> {
    let update = sql!("update leases set node = '' where name = $1 and node = $2 and epoch = $3", name, node, epoch);
    c.execute_one(update).await.map(drop)
}

/// Leases whose holder has stopped or died.
pub async fn orphaned(c: &mut Connection, me: &str, limit: i64) -> Result<Vec<String>, Error> {
    // A lease of this node that nobody here works on was left by a halt: its store may wait for nothing but time.
    let select = sql!(
        "select name from leases
         where node <> '' and (node = $1 or not exists (select 1 from nodes where nodes.id = leases.node))
         order by name limit $2",
        me,
        limit
    );
    let rows = c.fetch_all(select).await?;
    rows.iter().map(|row| row.get("name")).collect()
}
