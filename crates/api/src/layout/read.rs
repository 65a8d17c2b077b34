//! Reading the map.

use aisle_model::StoreId;
use aisle_operations::{layout, stores};
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderValue, StatusCode};

use super::face::LayoutFace;
use crate::answer::Answer;
use crate::call::Call;
use crate::problem::Problem;

/// `GET /api/admin/v2/stores/{storeId}/layout`
pub(super) async fn get(call: Call) -> Result<Answer, Problem> {
    let store = call.path("storeId").map(StoreId)?;
    let layout = layout::find(&call.app, &call.caller, store).await?;
    Ok(Answer::ok(&LayoutFace::of(&layout)))
}

/// `GET /api/store/v1/stores/{storeId}/layout`: 304 while the version is the one that the caller has.
pub(super) async fn get_for_edge(call: Call) -> Result<Answer, Problem> {
    let id = call.path("storeId").map(StoreId)?;
    let store = stores::find(&call.app, &call.caller, id).await?;
    let known = call.header(IF_NONE_MATCH.as_str()).unwrap_or_default();
    if names(known, &tag(store.layout_version)) {
        let tag = tag_header(store.layout_version);
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED).header(ETAG, tag));
    }
    let layout = layout::find(&call.app, &call.caller, id).await?;
    let tag = tag_header(layout.store.layout_version);
    Ok(Answer::ok(&LayoutFace::of(&layout)).header(ETAG, tag))
}

fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

fn tag_header(version: i64) -> HeaderValue {
    tag(version).parse().expect("digits in quotes are header text")
}

/// Whether an `If-None-Match` names the tag; weak tags compare like strong ones here (RFC 9110, 13.1.2).
fn names(header: &str, tag: &str) -> bool {
    let mut known = header.split(',').map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_tag_is_found_in_every_form_of_the_header() {
        let cases = [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("\"6\", \"7\"", true),
            ("*", true),
            ("\"77\"", false),
            ("7", false),
            ("", false),
        ];
        for (header, expected) in cases {
            assert_eq!(names(header, "\"7\""), expected, "{header}");
        }
    }
}
