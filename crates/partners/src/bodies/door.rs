//! What is said at the door: the question about a code and the notice of a refusal.

use aisle_model::named_enum;
use aisle_model::store::Role;
use aisle_model::{CheckInDeviceId, CustomerId, EntryCode, SessionToken, StoreId};
use serde::Serialize;

use super::{CustomerFace, PaymentFace, PersonalInfoFace, Printed, StoreEnvelope, StoreRefFace};

/// `entryCodeVerify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryCodeVerifyBody {
    /// Where and when.
    #[serde(flatten)]
    pub store: StoreEnvelope,
    /// Null for a code Aisle does not know.
    pub customer_id: Option<CustomerId>,
    /// The nobody for a code Aisle does not know.
    pub customer: CustomerFace,
    /// Null for a code Aisle does not know.
    pub role: Option<Role>,
    /// Null when the entry has not exactly one device.
    pub check_in_device_id: Option<CheckInDeviceId>,
    /// The code to judge.
    pub entry_code: EntryCode,
    /// The group size asked for with the code.
    pub expected_group_size: Option<i64>,
    /// People counted at the scan; left out when nobody counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_size: Option<i64>,
    /// How the trip can be paid, token included.
    pub payment: PaymentFace,
    /// Null for a code Aisle does not know.
    pub session_id: Option<SessionToken>,
}

/// `entryCodeNotify`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryCodeNotifyBody {
    /// The store.
    pub store_id: StoreId,
    /// Its names.
    pub store: StoreRefFace,
    /// When the code was presented.
    pub time_of_origin: Printed,
    /// When the message was issued.
    pub time_of_issue: Printed,
    /// Null for a code Aisle does not know.
    pub session_id: Option<SessionToken>,
    /// The nobody for a code Aisle does not know.
    pub customer: CustomerFace,
    /// Null when the entry has not exactly one device.
    pub check_in_device_id: Option<CheckInDeviceId>,
    /// The code that was refused.
    pub entry_code: EntryCode,
    /// The contract's message of `error_code`.
    pub error_message: &'static str,
    /// conventions.md, section 7.
    pub error_code: i64,
    /// With code 14, what the retailer gave as reason; at most 500 characters.
    pub external_reason: Option<String>,
}

named_enum! {
    /// What the token that starts a remote registration is.
    RegistrationToken {
        /// A trip.
        SessionId = "SESSION_ID",
        /// Something that only the registration screen understands.
        None = "NONE",
    }
}

/// `remoteRegister`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteRegisterBody {
    /// Where and when.
    #[serde(flatten)]
    pub store: StoreEnvelope,
    /// What the screen starts with.
    pub token: String,
    /// What that is.
    pub token_type: RegistrationToken,
    /// The device in the path of the call; null for the older call, whatever its body said.
    pub check_in_device_id: Option<CheckInDeviceId>,
    /// Whose trip the token names, else the nobody.
    pub customer: CustomerFace,
    /// Five nulls for the nobody.
    pub customer_personal_info: PersonalInfoFace,
}
