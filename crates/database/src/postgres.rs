//! PostgreSQL: a lazily connected pool, values in and out of it.
//!
//! Opening never waits for the server. A connection that idled for a second is tried before use; others are trusted, and a
//! `begin` that finds its connection dead takes the next one, for nothing has been said yet.

use futures::FutureExt;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{
    PgArgumentBuffer, PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow, PgTypeInfo, PgValueRef, Postgres,
};
use sqlx::{Arguments as _, Column as _, Connection as _, Row as _, TypeInfo as _, ValueRef as _};
use std::time::Duration;

use crate::connection::{Connection, Inner};
use crate::error::{Error, translate};
use crate::stored::{Kind, StoredTime, Value};

const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(3);
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

pub(crate) struct PostgresBackend {
    pub(crate) pool: PgPool,
    connections: u32,
}

impl PostgresBackend {
    pub(crate) fn open(url: &str, connections: u32) -> Result<Self, Error> {
        let options: PgConnectOptions =
            url.parse().map_err(|error| Error::misuse(format!("the URL of the database is wrong: {error}")))?;
        let options = options.application_name("aisle").statement_cache_capacity(200).options([
            ("statement_timeout", "30s"),
            ("lock_timeout", "5s"),
            ("idle_in_transaction_session_timeout", "60s"),
            ("timezone", "UTC"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(WAIT_FOR_CONNECTION)
            .test_before_acquire(false)
            .before_acquire(|connection, metadata| {
                let idle = metadata.idle_for;
                async move {
                    if idle > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                }
                .boxed()
            })
            .connect_lazy_with(options);
        Ok(Self { pool, connections: connections.max(1) })
    }

    pub(crate) async fn change(&self) -> Result<Connection, Error> {
        Ok(Connection::new(Inner::PostgresChange(self.begin("begin").await?)))
    }

    pub(crate) async fn snapshot(&self) -> Result<Connection, Error> {
        let begin = "begin isolation level repeatable read, read only";
        Ok(Connection::new(Inner::PostgresSnapshot(self.begin(begin).await?)))
    }

    pub(crate) async fn read(&self) -> Result<Connection, Error> {
        let connection = self.pool.acquire().await.map_err(|error| translate(error, "connect"))?;
        Ok(Connection::new(Inner::PostgresRead(connection)))
    }

    async fn begin(&self, begin: &'static str) -> Result<sqlx::Transaction<'static, Postgres>, Error> {
        let mut attempts = 0;
        loop {
            let connection = self.pool.acquire().await.map_err(|error| translate(error, "connect"))?;
            attempts += 1;
            match sqlx::Transaction::begin(connection, Some(sqlx::SqlStr::from_static(begin))).await {
                Ok(transaction) => return Ok(transaction),
                Err(error) => match translate(error, begin) {
                    Error::Unavailable { .. } if attempts <= self.connections => {}
                    other => return Err(other),
                },
            }
        }
    }
}

pub(crate) fn arguments(values: Vec<Value>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        let added = match value {
            Value::Int(value) => arguments.add(value),
            Value::Real(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Time(value) => arguments.add(value),
            Value::Null(Kind::Int) => arguments.add(None::<i64>),
            Value::Null(Kind::Real) => arguments.add(None::<f64>),
            Value::Null(Kind::Bool) => arguments.add(None::<bool>),
            Value::Null(Kind::Text) => arguments.add(None::<String>),
            Value::Null(Kind::Bytes) => arguments.add(None::<Vec<u8>>),
            Value::Null(Kind::Time) => arguments.add(None::<StoredTime>),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

pub(crate) fn value(row: &PgRow, column: &str) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(column)?;
    let info = raw.type_info();
    let kind = match info.name() {
        "INT8" | "INT4" | "INT2" => Kind::Int,
        "FLOAT8" | "FLOAT4" => Kind::Real,
        "BOOL" => Kind::Bool,
        "BYTEA" => Kind::Bytes,
        "TIMESTAMPTZ" => Kind::Time,
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" => Kind::Text,
        other => {
            return Err(sqlx::Error::Decode(format!("{other} is not a type that is stored").into()));
        }
    };
    if raw.is_null() {
        return Ok(Value::Null(kind));
    }
    let small = matches!(info.name(), "FLOAT4");
    Ok(match kind {
        Kind::Int => Value::Int(row.try_get_unchecked(column)?),
        Kind::Real if small => Value::Real(f64::from(row.try_get_unchecked::<f32, _>(column)?)),
        Kind::Real => Value::Real(row.try_get_unchecked(column)?),
        Kind::Bool => Value::Bool(row.try_get_unchecked(column)?),
        Kind::Text => Value::Text(row.try_get_unchecked(column)?),
        Kind::Bytes => Value::Bytes(row.try_get_unchecked(column)?),
        Kind::Time => Value::Time(row.try_get_unchecked(column)?),
    })
}

pub(crate) fn first_column(row: &PgRow) -> Option<String> {
    row.columns().first().map(|column| column.name().to_owned())
}

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
const TIMESTAMPTZ: PgTypeInfo = PgTypeInfo::with_oid(Oid(1184));

impl sqlx::Type<Postgres> for StoredTime {
    fn type_info() -> PgTypeInfo {
        TIMESTAMPTZ
    }
}

impl sqlx::Encode<'_, Postgres> for StoredTime {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        let since = self.microseconds.checked_sub(POSTGRES_EPOCH).ok_or("the moment is too early to be stored")?;
        sqlx::Encode::<Postgres>::encode_by_ref(&since, buffer)
    }
}

impl sqlx::Decode<'_, Postgres> for StoredTime {
    /// `infinity` and its negative, which no statement of ours writes, fall out of range here.
    fn decode(value: PgValueRef<'_>) -> Result<Self, sqlx::error::BoxDynError> {
        let since = <i64 as sqlx::Decode<Postgres>>::decode(value)?;
        let microseconds = since.checked_add(POSTGRES_EPOCH).ok_or("the moment is out of range")?;
        Ok(Self { microseconds })
    }
}
