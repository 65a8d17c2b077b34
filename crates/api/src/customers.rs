//! Customers of the caller's retailer.
//!
//! Without the scope `customers:pii` personal data read as null, also in the answer to a caller's own write.

mod create;
mod delete;
#[cfg(test)]
mod deleted;
mod export;
#[cfg(test)]
mod exported;
mod face;
mod get;
mod list;
mod stream;
#[cfg(test)]
mod tests;
mod update;

pub(crate) use face::CustomerFace;
pub(crate) use update::Instrument;

use aisle_contract::Fault;
use aisle_operations::FieldFault;
use aisle_operations::customers::{email_fault, metadata_fault};
use serde_json::Value;

use crate::route::{Route, route};

pub(crate) const ROUTES: &[Route] = &[
    route!("listCustomers", list::handle),
    route!("createCustomer", create::handle).also_checked_by(limits),
    route!("getCustomer", get::handle),
    route!("deleteCustomer", delete::handle),
    route!("exportCustomer", export::handle),
    route!("updateCustomer", update::handle).also_checked_by(update::limits),
];

/// What is wrong with a customer that no schema can say.
fn limits(body: &Value) -> Vec<Fault> {
    let email = body["email"].as_str().and_then(email_fault);
    let metadata = body["metadata"].as_object();
    let metadata = metadata.and_then(|metadata| metadata_fault("metadata", metadata));
    let faults = email.iter().chain(&metadata);
    faults.map(as_contract_fault).collect()
}

/// The same fault for the answer.
pub(crate) fn as_contract_fault(fault: &FieldFault) -> Fault {
    Fault::new(&fault.field, fault.rule, &fault.text)
}
