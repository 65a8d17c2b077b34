//! Makes what a judged document says, through the API of this very process.

use aisle_api::ApiOptions;
use aisle_database::rows::planograms;
use aisle_model::{GondolaId, Moment, ProductId, StoreId};
use aisle_operations::retailers::{self, Begun, NewRetailer};
use aisle_operations::{App, Failure};
use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use http::{Method, Request, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::document::{Document, Part, Retailer, StorePart, steps};
use super::{Fault, Step};

/// What was made, with the secrets that are shown once.
#[derive(Debug, Default)]
pub struct Furnished {
    /// In the order of the document.
    pub retailers: Vec<Made>,
}

/// One retailer and what was made for it; answers are those of the API.
#[derive(Debug)]
pub struct Made {
    pub id: i64,
    pub name: String,
    pub api_key: String,
    pub applications: Vec<Value>,
    pub stores: Vec<MadeStore>,
    pub products: usize,
    pub customers: usize,
    pub webhooks: usize,
}

/// One store and what was made in it.
#[derive(Debug)]
pub struct MadeStore {
    pub id: i64,
    pub zones: usize,
    pub devices: Vec<i64>,
    pub tokens: Vec<String>,
}

/// Why nothing was made.
pub enum Stopped {
    /// A part of the document was refused.
    Refused(Fault),
    /// Something of ours.
    Broken(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

/// Makes everything; what was made when it stops stays unfinished.
pub async fn all(app: &App, document: &Document) -> Result<Furnished, Stopped> {
    let router = aisle_api::router(app.clone(), ApiOptions::default());
    let mut furnished = Furnished::default();
    let mut begun = Vec::new();
    for retailer in &document.retailers {
        let new = NewRetailer { name: retailer.name.clone(), development: retailer.development };
        let made = refused_at(&retailer.at, retailers::begin(app, new).await)?;
        begun.push(made.id);
        furnished.retailers.push(one(app, &router, retailer, made).await?);
    }
    for id in begun {
        retailers::finish(app, id).await?;
    }
    Ok(furnished)
}

async fn one(app: &App, router: &Router, retailer: &Retailer, begun: Begun) -> Result<Made, Stopped> {
    for (at, user) in &retailer.console_users {
        refused_at(at, retailers::add_console_user(app, begun.id, &user.email, &user.password).await)?;
    }
    let api = Api { router, token: &begun.api_key };
    for (id, product) in &retailer.products {
        api.call(Method::PUT, &format!("/api/admin/v2/products/{id}"), product).await?;
    }
    let mut applications = Vec::new();
    for part in &retailer.applications {
        applications.push(api.call(Method::POST, "/api/admin/v2/applications", part).await?);
    }
    let mut stores = Vec::new();
    for store in &retailer.stores {
        stores.push(api.store(app, store).await?);
    }
    for (customer, codes) in &retailer.customers {
        let made = api.call(Method::POST, "/api/admin/v2/customers", customer).await?;
        for code in codes {
            api.call(Method::POST, &format!("/api/admin/v2/customers/{}/entry-codes", made["id"]), code).await?;
        }
    }
    for part in &retailer.webhooks {
        api.call(Method::POST, "/api/admin/v2/webhooks", part).await?;
    }
    Ok(Made {
        id: begun.id.0,
        name: retailer.name.clone(),
        api_key: begun.api_key.clone(),
        applications,
        stores,
        products: retailer.products.len(),
        customers: retailer.customers.len(),
        webhooks: retailer.webhooks.len(),
    })
}

/// The API as a retailer's first key sees it.
struct Api<'a> {
    router: &'a Router,
    token: &'a str,
}

impl Api<'_> {
    async fn store(&self, app: &App, part: &StorePart) -> Result<MadeStore, Stopped> {
        let made = self.call(Method::POST, "/api/admin/v2/stores", &part.store).await?;
        let id: i64 = made["id"].as_str().context("a store has an id")?.parse()?;
        let base = format!("/api/admin/v2/stores/{id}");
        if let Some(settings) = &part.settings {
            self.call(Method::PATCH, &format!("{base}/settings"), settings).await?;
        }
        for zone in &part.zones {
            self.call(Method::POST, &format!("{base}/zones"), zone).await?;
        }
        if let Some(layout) = &part.layout {
            self.layout(&base, layout).await?;
        }
        let mut devices = Vec::new();
        for device in &part.devices {
            let made = self.call(Method::POST, &format!("{base}/check-in"), device).await?;
            devices.push(made["id"].as_i64().context("a device has an id")?);
        }
        self.plan(app, id, part).await?;
        let mut tokens = Vec::new();
        for token in &part.tokens {
            let mut body = token.body.clone();
            body["storeId"] = json!(id);
            let token = Part { at: token.at.clone(), body };
            let made = self.call(Method::POST, "/api/admin/v2/api-keys", &token).await?;
            tokens.push(made["key"].as_str().context("a new key is shown")?.to_owned());
        }
        Ok(MadeStore { id, zones: part.zones.len(), devices, tokens })
    }

    /// The map grew by one version with every zone, so its base is read first.
    async fn layout(&self, base: &str, layout: &Part) -> Result<(), Stopped> {
        let path = format!("{base}/layout");
        let nothing = Part { at: layout.at.clone(), body: Value::Null };
        let present = self.call(Method::GET, &path, &nothing).await?;
        let mut body = layout.body.clone();
        body["baseVersion"] = present["version"].clone();
        self.call(Method::PUT, &path, &Part { at: layout.at.clone(), body }).await?;
        Ok(())
    }

    async fn plan(&self, app: &App, store: i64, part: &StorePart) -> Result<(), Stopped> {
        let now = app.clock.now();
        let plans = part.planogram.iter().map(|plan| planograms::ShelfPlan {
            gondola: GondolaId(plan.gondola_id),
            shelf_index: plan.shelf_index,
            effective_from: Moment::from_millis(now.millis()),
            size_type: plan.size_type,
            bins: plan.bins.iter().map(bin).collect(),
        });
        Ok(retailers::plan_shelves(app, StoreId(store), plans.collect()).await?)
    }

    async fn call(&self, method: Method, path: &str, part: &Part) -> Result<Value, Stopped> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json");
        let body = if part.body.is_null() { Body::empty() } else { Body::from(part.body.to_string()) };
        let response = self.router.clone().oneshot(request.body(body)?).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        let answer: Value = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes)? };
        if status.is_success() {
            return Ok(answer);
        }
        if status.is_server_error() {
            return Err(anyhow::anyhow!("{path}: {status}: {answer}").into());
        }
        Err(Stopped::Refused(told(&part.at, &answer)))
    }
}

/// The first fault of an error body, at its place in the document.
fn told(at: &[Step], answer: &Value) -> Fault {
    let first = &answer["errors"][0];
    let within = first["field"].as_str().map(steps).unwrap_or_default();
    let text = first["error"].as_str().or(answer["message"].as_str()).unwrap_or("was refused");
    Fault { path: [at, &within].concat(), text: text.to_owned() }
}

fn refused_at<T>(at: &[Step], outcome: Result<T, Failure>) -> Result<T, Stopped> {
    outcome.map_err(|failure| match failure {
        Failure::Refused(refusal) => Stopped::Refused(Fault { path: at.to_vec(), text: refusal.to_string() }),
        other => Stopped::Broken(other.into()),
    })
}

fn bin(planned: &super::document::PlannedBin) -> planograms::Bin {
    planograms::Bin {
        product: planned.product_id.map(ProductId),
        size: planned.size,
        low_threshold: planned.low_threshold,
    }
}
