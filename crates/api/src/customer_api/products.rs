//! `GET /api/customer/v2/products`

use aisle_contract::Fault;
use aisle_model::{Currency, StoreId};
use aisle_operations::products::{self, FoundProduct, SearchOrder, SearchProducts};
use aisle_operations::sessions::Direction;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::call::Call;
use crate::problem::{Part, Problem};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    search: Option<String>,
    /// The older name.
    query: Option<String>,
    store_id: Option<StoreId>,
    count: usize,
    offset: usize,
    order_by: SearchOrder,
    direction: Direction,
}

/// The contract's `AppProduct`.
#[derive(Serialize)]
struct AppProductFace<'a> {
    id: String,
    name: &'a str,
    thumbnail: Option<&'a str>,
    rin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<String>,
}

impl<'a> AppProductFace<'a> {
    fn of(found: &'a FoundProduct, currency: Option<Currency>) -> Self {
        Self {
            id: found.id.to_string(),
            name: &found.name,
            thumbnail: found.thumbnail.as_deref(),
            rin: found.external_id.as_deref(),
            price: currency.map(|currency| found.price.printed(currency.minor_digits())),
        }
    }
}

pub(super) async fn search(call: Call) -> Result<Answer, Problem> {
    let asked: Asked = call.query()?;
    let Some(text) = asked.search.or(asked.query) else {
        return Err(Problem::Faults(Part::Query, vec![Fault::required("search")]));
    };
    let search = SearchProducts {
        text,
        store: asked.store_id,
        order: asked.order_by,
        direction: asked.direction,
        offset: asked.offset,
        count: asked.count,
    };
    let found = products::search(&call.app, &call.caller, search).await?;
    let faces = found.products.iter().map(|product| AppProductFace::of(product, found.currency));
    Ok(Answer::ok(&faces.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use aisle_database::testing::on_both_databases;
    use aisle_model::CustomerId;
    use serde_json::{Value, json};

    use crate::testing::{Api, add_key, add_retailer};

    const PRODUCTS: &str = "/api/admin/v2/products";

    fn product(name: &str, barcode: &str) -> Value {
        json!({"name": name, "price": 2.15, "barcode": barcode, "weight": 370, "thumbnail": "", "quantity": 1})
    }

    async fn put(api: &Api, id: i64, body: Value) {
        let reply = api.ask("PUT", &format!("{PRODUCTS}/{id}"), body).await;
        assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
    }

    async fn app(api: &Api) -> String {
        let made = api.ask("POST", "/api/admin/v2/customers", json!({})).await;
        api.app_token(CustomerId(made.json["id"].as_i64().unwrap())).await
    }

    fn ids(list: &Value) -> Vec<&str> {
        list.as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap()).collect()
    }

    #[tokio::test]
    async fn products_are_found_by_part_of_the_name_or_whole_barcode() {
        on_both_databases(async |database| {
            let api = Api::over(database).await;
            let app = app(&api).await;
            let mut claw = product("White Claw Black Cherry", "049427929799");
            claw["externalId"] = json!("SKU-0001");
            claw["thumbnail"] = json!("http://example.com/1.png");
            put(&api, 1, claw).await;
            put(&api, 2, product("black tea", "22")).await;
            put(&api, 3, product("Müsli 50%", "33")).await;
            put(&api, 4, product("ΟΔΟΣ", "44")).await;
            put(&api, 5, product("Blackcurrant", "55")).await;
            assert_eq!(api.ask("DELETE", &format!("{PRODUCTS}/5"), Value::Null).await.status, 204);
            let found = async |query: &str| {
                let reply = api.ask_as(&app, "GET", &format!("/api/customer/v2/products?{query}"), Value::Null).await;
                assert_eq!(reply.status, 200, "{query}: {}", reply.text);
                reply.json
            };
            let claw = json!({"id": "1", "name": "White Claw Black Cherry", "rin": "SKU-0001", "thumbnail": "http://example.com/1.png"});
            assert_eq!(found("search=cLaW").await, json!([claw]));
            let cases: &[(&str, &[&str])] = &[
                ("search=black", &["1", "2"]),
                ("search=black&direction=desc", &["2", "1"]),
                ("search=BLACK&count=1&offset=1&orderBy=id", &["2"]),
                ("search=la", &["1", "2"]),
                ("search=00049427929799", &["1"]),
                ("search=0494279297", &[]),
                ("search=%25", &["3"]),
                ("search=M%C3%9CSLI", &["3"]),
                ("search=%CE%BF%CE%B4%CE%BF%CF%83", &["4"]),
                ("search=k%20t", &["2"]),
                ("query=tea", &["2"]),
                ("query=tea&search=claw", &["1"]),
                ("search=nothing", &[]),
            ];
            for (query, expected) in cases {
                assert_eq!(ids(&found(query).await), *expected, "{query}");
            }
            for wrong in ["", "search=", "search=a&count=0", "search=a&count=201", "search=a&offset=-1", "search=a&orderBy=price", "search=a%00"] {
                let uri = format!("/api/customer/v2/products?{wrong}");
                let refused = api.ask_as(&app, "GET", &uri, Value::Null).await;
                assert_eq!((refused.status, &refused.json["type"]), (422, &json!("E_INVALID_QUERY")), "{wrong}");
            }
            let missing = api.ask_as(&app, "GET", "/api/customer/v2/products", Value::Null).await;
            assert_eq!((&missing.json["errors"][0]["field"], &missing.json["errors"][0]["rule"]), (&json!("\"search\""), &json!("any.required")));
        })
        .await;
    }

    #[tokio::test]
    async fn a_store_keeps_and_prices_what_it_sells() {
        on_both_databases(async |database| {
            let api = Api::over(database).await;
            let (here, there) = (api.store().await.0, api.store().await.0);
            let app = app(&api).await;
            put(&api, 1, product("Tea of old", "11")).await;
            let mut by_store = product("Tea by store", "22");
            by_store["storePrices"] = json!([{"storeId": here, "price": 3.5}]);
            put(&api, 2, by_store).await;
            let found = async |store: i64| {
                let uri = format!("/api/customer/v2/products?search=tea&storeId={store}");
                let reply = api.ask_as(&app, "GET", &uri, Value::Null).await;
                let rows = reply.json.as_array().unwrap().clone();
                rows.iter()
                    .map(|row| format!("{} {}", row["id"].as_str().unwrap(), row["price"].as_str().unwrap()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(found(here).await, ["2 3.50", "1 2.15"]);
            assert_eq!(found(there).await, ["1 2.15"]);
            assert_eq!(found(999).await, Vec::<String>::new());
            let other = add_retailer(&api.app, "other").await;
            let scopes = aisle_model::access::Scope::defaults(false);
            let key = add_key(&api.app, other, aisle_model::access::ApiKeyKind::Retailer, scopes, None).await;
            let theirs = api.ask_as(&key, "PUT", &format!("{PRODUCTS}/7"), product("Tea of theirs", "11")).await;
            assert_eq!(theirs.status, 201, "{}", theirs.text);
            let all = api.ask_as(&app, "GET", "/api/customer/v2/products?search=tea", Value::Null).await.json;
            assert_eq!(ids(&all), ["2", "1"], "another retailer's products are not found");
        })
        .await;
    }
}
