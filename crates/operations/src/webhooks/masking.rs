//! What a reader without the right to personal data sees of a body.

use serde_json::Value;

/// Blanks e-mail, names, telephone numbers and metadata of customers wherever they stand in a webhook's body.
pub fn mask_personal_data(body: &mut Value) {
    if let Some(Value::Object(personal)) = body.get_mut("customerPersonalInfo") {
        for value in personal.values_mut() {
            *value = Value::Null;
        }
    }
    if let Some(metadata) = body.pointer_mut("/customer/metadata") {
        *metadata = Value::Null;
    }
}

/// Blanks the tokens of payment instruments, which nobody sees.
pub fn mask_payment_tokens(body: &mut Value) {
    match body {
        Value::Object(map) => {
            for (name, value) in map {
                if name == "paymentInstrumentToken" && value.is_string() {
                    *value = Value::from("***");
                } else {
                    mask_payment_tokens(value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(mask_payment_tokens),
        _ => {}
    }
}
