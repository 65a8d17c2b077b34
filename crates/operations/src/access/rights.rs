//! Which rights may be handed out.

use aisle_model::access::Scope;

use crate::{Caller, Failure, FieldFault, Refusal};

/// Refuses rights that the caller does not hold.
pub fn refuse_unheld(caller: &Caller, scopes: &[Scope]) -> Result<(), Failure> {
    let unheld: Vec<&str> = scopes.iter().filter(|scope| !caller.may(**scope)).map(|scope| scope.as_str()).collect();
    if unheld.is_empty() {
        return Ok(());
    }
    let message = format!("The token does not hold {} itself", unheld.join(", "));
    Err(Refusal::Forbidden(message).into())
}

/// What is given when nothing is said: all that the caller holds, `simulation` only with the Development flag.
pub fn defaults(caller: &Caller, development: bool) -> Vec<Scope> {
    let mut scopes = Scope::defaults(development);
    scopes.retain(|scope| caller.may(*scope));
    scopes
}

/// The fault of asking for `simulation` without the Development flag.
pub fn simulation_fault(scopes: &[Scope], development: bool) -> Option<FieldFault> {
    (!development && scopes.contains(&Scope::Simulation))
        .then(|| FieldFault::invalid("scopes", "contains simulation, which needs the Development flag"))
}
