//! Whose shop a request without a token is for.

use aisle_contract::Fault;
use aisle_operations::retailers::{self, Named};
use aisle_operations::{App, Caller};
use http::header::HOST;
use http::request::Parts;

use crate::ApiOptions;
use crate::problem::Problem;

const RETAILER: &str = "x-aisle-retailer";

/// The caller of a request without a token: of the retailer bound to its host, else of the one it names, else of the only
/// one. The fault inside is one of the headers, to be told in its turn.
pub(crate) async fn nobody(app: &App, options: &ApiOptions, parts: &Parts) -> Result<Result<Caller, Fault>, Problem> {
    let named = bound(options, parts).or_else(|| parts.headers.get(RETAILER)?.to_str().ok());
    let found = match named {
        Some(name) => retailers::find(app, Named::By(name.to_owned())).await?.ok_or_else(|| Fault::invalid(RETAILER)),
        None => retailers::find(app, Named::OnlyOne).await?.ok_or_else(|| Fault::required(RETAILER)),
    };
    Ok(found.map(Caller::nobody))
}

/// The retailer that the operator has bound to the host name of a request.
fn bound<'o>(options: &'o ApiOptions, parts: &Parts) -> Option<&'o str> {
    let host = parts.uri.host().or_else(|| parts.headers.get(HOST)?.to_str().ok())?;
    let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
    let bound = options.app_hosts.iter().find(|(host, _)| host.eq_ignore_ascii_case(name));
    bound.map(|(_, retailer)| retailer.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_compared_without_port_and_letter_case() {
        let app_hosts = vec![("shop.example".to_owned(), "corner".to_owned())];
        let options = ApiOptions { app_hosts, ..ApiOptions::default() };
        let check = |host: &str, retailer: Option<&str>| {
            let (parts, ()) = http::Request::builder().header("host", host).body(()).unwrap().into_parts();
            assert_eq!(bound(&options, &parts), retailer, "{host}");
        };
        check("shop.example", Some("corner"));
        check("Shop.Example:8080", Some("corner"));
        check("x.example", None);
    }
}
