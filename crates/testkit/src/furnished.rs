//! A retailer with an open store: a gate, a reader in front of it, and a checkout zone, made by the operations.

use aisle_database::{Error, rows};
use aisle_model::access::Scope;
use aisle_model::floor_map::{
    Crossings, DeviceKind, DeviceOwnership, DevicePurpose, FloorPoint, Gate, GateKind, InsideSide, ZoneLabel,
    ZoneThresholds,
};
use aisle_model::store::StoreStatus;
use aisle_model::store_map::StoreMap;
use aisle_model::webhook::WebhookType;
use aisle_model::{CheckInDeviceId, CustomerId, GateId, RetailerId, StoreId, ZoneId};
use aisle_operations::accounts::logins::{self, Given};
use aisle_operations::check_in_devices::{self, DeviceFields};
use aisle_operations::products::NewProduct;
use aisle_operations::stores::{self, NewStore, StoreEdit};
use aisle_operations::webhooks::NewWebhook;
use aisle_operations::zones::{self, NewZone};
use aisle_operations::{App, Caller, layout};
use serde_json::Map;

use crate::START;

/// The gate of a furnished store: from (0, 0) to (1, 0), the store above it.
pub const GATE: GateId = GateId(1);
/// A room of 4 m by 3 m.
pub const SQUARE: [FloorPoint; 4] = [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)];

const CHECKOUT: [FloorPoint; 4] = [(2.5, 1.0), (4.0, 1.0), (4.0, 3.0), (2.5, 3.0)];

/// A server's parts with something in them.
#[derive(Clone)]
pub struct Furnished {
    /// The parts.
    pub app: App,
    /// Somebody of the retailer with every right.
    pub caller: Caller,
    /// An open store in UTC and euros.
    pub store: StoreId,
    /// An external reader at [`GATE`], which it opens.
    pub device: CheckInDeviceId,
    /// A checkout zone, away from the gate: nobody crosses it on the way in.
    pub zone: ZoneId,
}

/// Furnishes a server.
pub async fn furnished(app: App) -> Furnished {
    let caller = retailer(&app, "corner").await;
    let store = open_store(&app, &caller, "Corner").await;
    let device = check_in_devices::create(&app, &caller, store, reader()).await;
    let checkout = NewZone { polygon: CHECKOUT.to_vec(), ..square(None, &[ZoneLabel::Checkout]) };
    let zone = zones::create(&app, &caller, store, checkout).await;
    Furnished { device: device.unwrap().id, zone: zone.unwrap().zone.id, app, caller, store }
}

/// A new retailer, and somebody of it with every right.
pub async fn retailer(app: &App, name: &'static str) -> Caller {
    let made = app.database.change(move |c| {
        Box::pin(async move {
            let id = rows::retailers::insert(c, name, START).await?;
            rows::retailers::finish(c, id).await?;
            Ok::<_, Error>(id)
        })
    });
    caller_of(made.await.unwrap())
}

/// Somebody of a retailer with every right.
pub fn caller_of(retailer: RetailerId) -> Caller {
    let (credential, scopes) = ("key:1".to_owned(), Scope::defaults(true));
    Caller { credential, scopes, development: true, ..Caller::nobody(retailer) }
}

/// A log-in of a customer's app.
pub async fn logged_in(app: &App, retailer: RetailerId, customer: CustomerId) -> Given {
    let within = app.clone();
    let begun = app.database.change(move |c| {
        let app = within.clone();
        Box::pin(async move {
            let customer = rows::customers::lock(c, retailer, customer).await?;
            logins::begin(c, &app, &customer.unwrap()).await
        })
    });
    begun.await.unwrap()
}

/// A store that is open, with the gate [`GATE`] and nothing else.
pub async fn open_store(app: &App, caller: &Caller, name: &str) -> StoreId {
    let open = StoreEdit { status: Some(StoreStatus::Open), ..StoreEdit::default() };
    let new = NewStore { fields: open, ..corner(name) };
    let store = stores::create(app, caller, new).await.unwrap();
    let map = map_with(vec![gate(GATE.0)]);
    let replaced = layout::replace(app, caller, store.id, store.layout_version, map);
    replaced.await.unwrap();
    store.id
}

/// A store as it is made, closed and in deployment.
pub fn corner(name: &str) -> NewStore {
    NewStore {
        name: name.to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        ..NewStore::default()
    }
}

/// A gate where [`GATE`] is.
pub fn gate(id: i64) -> Gate {
    Gate {
        id: GateId(id),
        name: None,
        a: (0.0, 0.0),
        b: (1.0, 0.0),
        inside: InsideSide::Left,
        kind: GateKind::Both,
        crossings: Crossings::Reported,
        controllable: true,
        entry_zone_id: None,
    }
}

/// A map with nothing but gates.
pub fn map_with(gates: Vec<Gate>) -> StoreMap {
    StoreMap { gates, ..StoreMap::default() }
}

/// An external reader at [`GATE`], which it opens.
pub fn reader() -> DeviceFields {
    DeviceFields {
        name: "Reader".to_owned(),
        kind: DeviceKind::External,
        ownership: DeviceOwnership::Platform,
        purpose: DevicePurpose::Entry,
        gate: Some(GATE),
        scanning_zone: None,
        position: None,
        opens_gate: true,
        enabled: true,
    }
}

/// A zone over the whole [`SQUARE`].
pub fn square(id: Option<&str>, labels: &[ZoneLabel]) -> NewZone {
    NewZone {
        id: id.map(ZoneId::from),
        name: "Square".to_owned(),
        labels: labels.to_vec(),
        polygon: SQUARE.to_vec(),
        thresholds: ZoneThresholds::default(),
    }
}

/// A webhook of a type, signed with a secret of its own.
pub fn hook(kind: WebhookType, url: &str) -> NewWebhook {
    NewWebhook {
        kind,
        url: url.to_owned(),
        enabled: true,
        priority: 0,
        is_default: false,
        store_ids: Vec::new(),
        options: Map::new(),
        headers: Map::new(),
        authorization: None,
        timeout_ms: None,
        signing: "hmac".to_owned(),
    }
}

/// A product that says only what it must.
pub fn product(barcode: &str) -> NewProduct {
    NewProduct {
        name: format!("Product {barcode}"),
        price: "2.15".parse().unwrap(),
        barcode: barcode.to_owned(),
        weight_grams: 370.0,
        thumbnail: None,
        invalid_thumbnail: None,
        external_id: None,
        tax_code: None,
        restricted: false,
        restriction_category: None,
        store_prices: None,
        quantity: 0,
        category: None,
        sku: None,
        inventory_item_id: None,
    }
}
