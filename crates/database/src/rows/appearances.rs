//! How people looked: kept beside the stream so that it can be forgotten early.

use aisle_model::event::Appearance;
use aisle_model::{Moment, Offset, StoreId, TrackId};

use crate::{Connection, Error, Statement, Value, sql};

/// How one person looked in one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    /// The entry.
    pub offset: Offset,
    /// Who.
    pub track: TrackId,
    /// How.
    pub appearance: Appearance,
}

const ROWS_IN_A_STATEMENT: usize = 1000;
const MOST_ROWS: i64 = 100_000;

/// Keeps them until `forget_at` (store clock).
pub async fn insert(c: &mut Connection, store: StoreId, looked: &[Looked], forget_at: Moment) -> Result<(), Error> {
    for looked in looked.chunks(ROWS_IN_A_STATEMENT) {
        let mut insert = Statement::build(
            "insert into appearances (store_id, entry_offset, track_id, model, vector, forget_at) values ",
        );
        insert.bind_rows(looked.iter().map(|one| -> [Value; 6] {
            let bytes = one.appearance.values.iter().flat_map(|value| value.to_le_bytes());
            [
                store.into(),
                one.offset.into(),
                (&one.track).into(),
                (&one.appearance.model).into(),
                bytes.collect::<Vec<u8>>().into(),
                forget_at.into(),
            ]
        }));
        c.execute(&mut insert).await?;
    }
    Ok(())
}

/// Those of a range of entries, both ends included.
pub async fn of_entries(c: &mut Connection, store: StoreId, first: Offset, last: Offset) -> Result<Vec<Looked>, Error> {
    let select = sql!(
        "select entry_offset, track_id, model, vector from appearances
         where store_id = $1 and entry_offset >= $2 and entry_offset <= $3 order by entry_offset, track_id limit $4",
        store,
        first,
        last,
        MOST_ROWS
    );
    let mut all = Vec::new();
    for row in c.fetch_all(select).await? {
        let bytes: Vec<u8> = row.get("vector")?;
        let (numbers, rest) = bytes.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(row.corrupt("vector", "it is no list of numbers"));
        }
        all.push(Looked {
            offset: row.get("entry_offset")?,
            track: row.get("track_id")?,
            appearance: Appearance {
                model: row.get("model")?,
                values: numbers.iter().copied().map(f64::from_le_bytes).collect(),
            },
        });
    }
    Ok(all)
}

/// Forgets a slice of those whose time is over; answers how many.
pub async fn forget(c: &mut Connection, store: StoreId, now: Moment, limit: i64) -> Result<u64, Error> {
    let delete = sql!(
        "delete from appearances where store_id = $1 and (entry_offset, track_id) in
             (select entry_offset, track_id from appearances where store_id = $2 and forget_at <= $3 limit $4)",
        store,
        store,
        now,
        limit
    );
    c.execute(delete).await
}
