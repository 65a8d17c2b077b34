//! How ids, moments and named values of the model are stored.

use aisle_model::event::{SourceRole, SourceStatus};
use aisle_model::floor_map::{DeviceKind, DeviceOwnership, DevicePurpose};
use aisle_model::store::{DeploymentStatus, PaymentProvider, Role, ShopperState, StoreStatus};
use aisle_model::store_map::{CameraState, SizeType};
use aisle_model::webhook::{WebhookName, WebhookType};
use aisle_model::{
    ApiKeyId, ApplicationId, AttemptId, CameraId, CardId, CheckInDeviceId, CommandId, CustomerId, EntryCode, EventId,
    GateId, GondolaId, LoginId, MessageId, Moment, Offset, OrderId, Price, ProductId, ProductSnapshotId, RequestId,
    RetailerId, SessionNumber, SessionToken, ShopperId, SourceName, StoreId, TrackId, VariantId, VisitorSessionId,
    WebhookId, ZoneId,
};
use aisle_model::{access, check_in, entry_code, product, session};
use serde::de::DeserializeOwned;

use crate::stored::{FromValue, Kind, Stored, StoredTime, Value};

macro_rules! stored_as {
    ($($type:ty: $kind:ident, $inner:ty, |$value:ident| $out:expr, |$read:ident| $in:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self::from($out)
            }
        }

        impl Stored for $type {
            const KIND: Kind = Kind::$kind;
        }

        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, String> {
                let $read = <$inner>::from_value(value)?;
                $in
            }
        }
    )*};
}

macro_rules! numbers {
    ($($type:ident),* $(,)?) => {
        stored_as! { $($type: Int, i64, |id| id.0, |number| Ok($type(number));)* }
    };
}

macro_rules! texts {
    ($($type:ident),* $(,)?) => {
        stored_as! { $($type: Text, String, |id| id.0, |text| Ok($type(text));)* }
        $(impl From<&$type> for Value {
            fn from(id: &$type) -> Self {
                Self::Text(id.0.clone())
            }
        }

        impl Stored for &$type {
            const KIND: Kind = Kind::Text;
        })*
    };
}

macro_rules! uuids {
    ($($type:ident),* $(,)?) => {
        stored_as! {
            $($type: Text, String, |id| id.0.to_string(), |text| {
                text.parse().map($type).map_err(|_| "is no UUID".to_owned())
            };)*
        }
    };
}

macro_rules! named {
    ($($type:ty),* $(,)?) => {
        stored_as! {
            $($type: Text, String, |value| value.as_str(), |text| {
                <$type>::parse(&text).ok_or_else(|| format!("{text:?} is not known"))
            };)*
        }
    };
}

numbers! {
    ApiKeyId, ApplicationId, AttemptId, CameraId, CardId, CheckInDeviceId, CustomerId, GateId, GondolaId, LoginId, Offset,
    OrderId, Price, ProductId, ProductSnapshotId, RetailerId, SessionNumber, StoreId, VariantId, WebhookId,
}

texts! { EntryCode, MessageId, SessionToken, ShopperId, SourceName, TrackId, ZoneId }

uuids! { CommandId, EventId, RequestId, VisitorSessionId }

named! {
    access::ApiKeyKind, DeploymentStatus, DeviceKind, DeviceOwnership, DevicePurpose, PaymentProvider, Role,
    ShopperState, SourceRole, SourceStatus, StoreStatus, WebhookName, WebhookType, entry_code::CodeState,
    session::SessionStatus, check_in::CheckInState, product::RestrictionCategory, CameraState, SizeType,
}

stored_as! { aisle_model::ContestId: Int, i64, |id| id.0, |number| Ok(Self(number)); }

named! {
    aisle_model::order::OrderStatus, aisle_model::order::OrderExternalStatus, aisle_model::order::PaymentStatus,
    aisle_model::order::ContestStatus, aisle_model::password_reset::ResetState,
}

stored_as! {
    aisle_model::Currency: Text, String, |currency| currency.as_str().to_owned(), |text| {
        aisle_model::Currency::parse(&text).map_err(|fault| fault.to_string())
    };
}

impl From<Moment> for Value {
    fn from(moment: Moment) -> Self {
        Self::Time(StoredTime { microseconds: moment.micros() })
    }
}

impl Stored for Moment {
    const KIND: Kind = Kind::Time;
}

impl FromValue for Moment {
    fn from_value(value: Value) -> Result<Self, String> {
        jiff::Timestamp::from_value(value).map(Self::from)
    }
}

/// A JSON column, read into a type. What does not fit is corrupt.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        serde_json::from_str(&text).map(Json).map_err(|error| error.to_string())
    }
}

/// A value as the text of a JSON column.
///
/// # Panics
/// Never: rows hold maps with text keys and finite numbers, which JSON can say.
pub fn json_text<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("rows hold nothing that JSON cannot say")
}
