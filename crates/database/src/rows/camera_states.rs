//! What heartbeats last said of each camera.

use aisle_model::store_map::CameraState;
use aisle_model::{CameraId, Moment, StoreId};

use crate::{Connection, Error, Statement, Value, sql};

/// Rows of one statement; SQLite binds at most 32,766 values.
const ROWS_PER_STATEMENT: usize = 1000;

/// What was last said of one camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenCamera {
    /// Of the map, or of none.
    pub camera: CameraId,
    /// As its source said.
    pub state: CameraState,
    /// When the server heard it (store clock).
    pub seen_at: Moment,
}

/// Saves what was said of cameras, each named once.
pub async fn save(c: &mut Connection, store: StoreId, seen: &[SeenCamera]) -> Result<(), Error> {
    for some in seen.chunks(ROWS_PER_STATEMENT) {
        let mut upsert = Statement::build("insert into camera_states (store_id, camera_id, state, seen_at) values ");
        upsert.bind_rows(some.iter().map(|seen| {
            let row: [Value; 4] = [store.into(), seen.camera.into(), seen.state.into(), seen.seen_at.into()];
            row
        }));
        upsert.push(
            " on conflict (store_id, camera_id) do update set state = excluded.state, seen_at = excluded.seen_at",
        );
        c.execute(&mut upsert).await?;
    }
    Ok(())
}

/// Everything known of the cameras of a store, by id.
pub async fn list(c: &mut Connection, store: StoreId) -> Result<Vec<SeenCamera>, Error> {
    let select = sql!(
        "select camera_id, state, seen_at from camera_states where store_id = $1 order by camera_id limit 100000",
        store
    );
    let rows = c.fetch_all(select).await?;
    let seen = rows.iter().map(|row| {
        Ok(SeenCamera { camera: row.get("camera_id")?, state: row.get("state")?, seen_at: row.get("seen_at")? })
    });
    seen.collect()
}
