//! Fields in which `""` is good, as the contract's descriptions say but its schemas do not.
//!
//! An empty string is refused wherever nothing else is said. A schema says otherwise by itself with `maxLength: 0`,
//! `minLength: 0`, an empty string among its values, or an empty string as its default. What only the prose says is here.

/// Component and property that take `""`, mostly to clear what was there.
pub const EMPTY_ALLOWED: &[(&str, &[&str])] = &[
    ("CustomerUpdate", &["email", "externalId", "firstName", "lastName", "phone"]),
    ("CustomerCardInput", &["cardBrand"]),
    ("CardTap", &["cardBrand"]),
    ("ProductInput", &["thumbnail", "externalId"]),
    ("VariantCreate", &["thumbnail"]),
    ("VariantUpdate", &["thumbnail", "externalId"]),
    ("AppCustomerUpdate", &["notificationToken"]),
    ("StoreUpdate", &["displayableName"]),
];

/// Components whose properties count as not given when they are `null` or `""`.
pub const EMPTIES_ARE_ABSENT: &[&str] = &["CustomerCreate"];

pub fn allows_empty(component: &str, property: &str) -> bool {
    EMPTY_ALLOWED.iter().any(|(name, properties)| *name == component && properties.contains(&property))
}
