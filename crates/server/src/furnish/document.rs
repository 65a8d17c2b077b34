//! The document that furnishes a server, and the judgement of the whole of it before anything is made.
//!
//! ```yaml
//! retailers:
//!   - name: corner            # unique, part of client ids
//!     development: false      # whether its first key may simulate
//!     consoleUsers: [{ email, password }]
//!     applications: [ … ]     # bodies of POST /applications
//!     products: [ … ]         # bodies of PUT /products/{id}, with `id` beside; prices by store need PUTs of their own
//!     stores:                 # bodies of POST /stores, with these keys beside
//!       - settings: { … }     # PATCH …/settings
//!         zones: [ … ]        # POST …/zones
//!         layout: { … }       # PUT …/layout without baseVersion
//!         checkInDevices: [ … ]
//!         planogram: [{ gondolaId, shelfIndex, sizeType, bins: [{ productId, size, lowThreshold }] }]
//!         tokens: [{ name, kind, vendor }]   # store and vendor keys
//!     customers: [ … ]        # bodies of POST /customers, with `entryCodes: [ … ]` beside
//!     webhooks: [ … ]         # bodies of POST /webhooks
//! ```

use aisle_contract::{Operation, contract};
use aisle_model::store_map::SizeType;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Fault, Step};

/// A judged document.
pub struct Document {
    /// In the order in which they are made.
    pub retailers: Vec<Retailer>,
}

/// One retailer with everything that is made for it.
pub struct Retailer {
    pub at: Vec<Step>,
    pub name: String,
    pub development: bool,
    pub console_users: Vec<(Vec<Step>, ConsoleUser)>,
    /// With their ids.
    pub products: Vec<(i64, Part)>,
    pub applications: Vec<Part>,
    pub stores: Vec<StorePart>,
    pub customers: Vec<(Part, Vec<Part>)>,
    pub webhooks: Vec<Part>,
}

/// The body of one call of the API and where it stands.
pub struct Part {
    pub at: Vec<Step>,
    pub body: Value,
}

/// A store and what belongs to it.
pub struct StorePart {
    pub store: Part,
    pub settings: Option<Part>,
    pub zones: Vec<Part>,
    pub layout: Option<Part>,
    pub devices: Vec<Part>,
    pub planogram: Vec<ShelfPlan>,
    pub tokens: Vec<Part>,
}

/// Somebody who may use the console.
#[derive(Deserialize)]
pub struct ConsoleUser {
    pub email: String,
    pub password: String,
}

/// The plan of one shelf.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShelfPlan {
    pub gondola_id: i64,
    pub shelf_index: i64,
    #[serde(default = "in_metres")]
    pub size_type: SizeType,
    pub bins: Vec<PlannedBin>,
}

fn in_metres() -> SizeType {
    SizeType::Meters
}

/// What belongs into one bin.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedBin {
    pub product_id: Option<i64>,
    pub size: f64,
    pub low_threshold: Option<i64>,
}

/// Judges the whole document.
pub fn read(document: Value) -> Result<Document, Vec<Fault>> {
    let mut reader = Reader { faults: Vec::new() };
    let mut top = reader.object(document, &[]);
    let retailers = reader.list(&mut top, "retailers", &[], Reader::retailer);
    if retailers.is_empty() && reader.faults.is_empty() {
        reader.fault(&[], "has no `retailers`");
    }
    if reader.faults.is_empty() { Ok(Document { retailers }) } else { Err(reader.faults) }
}

struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, at: &[Step], text: impl Into<String>) {
        self.faults.push(Fault { path: at.to_vec(), text: text.into() });
    }

    fn object(&mut self, value: Value, at: &[Step]) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            _ => {
                self.fault(at, "must be a mapping");
                Map::new()
            }
        }
    }

    fn list<T>(
        &mut self,
        fields: &mut Map<String, Value>,
        key: &str,
        at: &[Step],
        read: impl Fn(&mut Self, Value, Vec<Step>) -> T,
    ) -> Vec<T> {
        let at = [at, &[Step::Key(key.to_owned())]].concat();
        match fields.remove(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                let items = items.into_iter().enumerate();
                items
                    .map(|(position, item)| read(self, item, [at.as_slice(), &[Step::Item(position)]].concat()))
                    .collect()
            }
            Some(_) => {
                self.fault(&at, "must be a list");
                Vec::new()
            }
        }
    }

    fn retailer(&mut self, value: Value, at: Vec<Step>) -> Retailer {
        let mut fields = self.object(value, &at);
        let name = fields.remove("name").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
        let is_legal = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if name.is_empty() || name.len() > 40 || !name.chars().all(is_legal) {
            self.fault(&at, "`name` must be 1 to 40 small letters and digits, for it becomes part of client ids");
        }
        let development = fields.remove("development").and_then(|flag| flag.as_bool()).unwrap_or(false);
        let retailer = Retailer {
            name,
            development,
            console_users: self.list(&mut fields, "consoleUsers", &at, Self::typed).into_iter().flatten().collect(),
            products: self.list(&mut fields, "products", &at, Self::product).into_iter().flatten().collect(),
            applications: self.list(&mut fields, "applications", &at, |r, v, at| r.body("createApplication", v, at)),
            stores: self.list(&mut fields, "stores", &at, Self::store),
            customers: self.list(&mut fields, "customers", &at, Self::customer),
            webhooks: self.list(&mut fields, "webhooks", &at, |r, v, at| r.body("createWebhook", v, at)),
            at: at.clone(),
        };
        self.refuse_unknown(&fields, &at);
        retailer
    }

    fn store(&mut self, value: Value, at: Vec<Step>) -> StorePart {
        let mut fields = self.object(value, &at);
        let settings = fields.remove("settings");
        let layout = fields.remove("layout");
        let zones = self.list(&mut fields, "zones", &at, |r, v, at| r.body("createZone", v, at));
        let devices = self.list(&mut fields, "checkInDevices", &at, |r, v, at| r.body("createCheckInDevice", v, at));
        let planogram = self.list(&mut fields, "planogram", &at, Self::typed);
        let tokens = self.list(&mut fields, "tokens", &at, |r, v, at| {
            // The store gets its number when it is made.
            let mut body = r.object(v, &at);
            body.insert("storeId".to_owned(), json!(1));
            r.body("createApiKey", Value::Object(body), at)
        });
        let below = |key: &str| [at.as_slice(), &[Step::Key(key.to_owned())]].concat();
        StorePart {
            settings: settings.map(|value| self.body("updateStoreSettings", value, below("settings"))),
            layout: layout.map(|value| {
                let mut body = self.object(value, &below("layout"));
                body.insert("baseVersion".to_owned(), json!(0));
                self.body("replaceStoreLayout", Value::Object(body), below("layout"))
            }),
            zones,
            devices,
            planogram: planogram.into_iter().flatten().map(|(_, plan)| plan).collect(),
            tokens,
            store: self.body("createStore", Value::Object(fields), at),
        }
    }

    /// A weight that is not said is none.
    fn product(&mut self, value: Value, at: Vec<Step>) -> Option<(i64, Part)> {
        let mut fields = self.object(value, &at);
        let id = fields.remove("id").and_then(|id| id.as_i64()).filter(|id| *id > 0);
        if id.is_none() {
            self.fault(&at, "needs an id, a number above 0");
        }
        fields.retain(|_, value| !value.is_null());
        fields.entry("weight").or_insert(json!(0));
        let body = self.body("upsertProduct", Value::Object(fields), at);
        Some((id?, body))
    }

    fn customer(&mut self, value: Value, at: Vec<Step>) -> (Part, Vec<Part>) {
        let mut fields = self.object(value, &at);
        let codes = self.list(&mut fields, "entryCodes", &at, |r, v, at| r.body("createEntryCode", v, at));
        (self.body("createCustomer", Value::Object(fields), at), codes)
    }

    /// Judged by the schema of the call's body.
    fn body(&mut self, operation: &str, value: Value, at: Vec<Step>) -> Part {
        let operation: &Operation = contract().operation(operation).expect("an operation of the contract");
        let checked = operation.read_body(value.clone());
        for fault in checked.faults {
            let path = [at.as_slice(), &steps(&fault.field)].concat();
            self.fault(&path, fault.error);
        }
        Part { at, body: value }
    }

    fn typed<T: serde::de::DeserializeOwned>(&mut self, value: Value, at: Vec<Step>) -> Option<(Vec<Step>, T)> {
        match serde_json::from_value(value) {
            Ok(typed) => Some((at, typed)),
            Err(error) => {
                self.fault(&at, error.to_string());
                None
            }
        }
    }

    fn refuse_unknown(&mut self, fields: &Map<String, Value>, at: &[Step]) {
        for key in fields.keys() {
            let path = [at, &[Step::Key(key.clone())]].concat();
            self.fault(&path, "is not known here");
        }
    }
}

/// `"polygon[2].x"` in literal quotes as steps.
pub fn steps(field: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for word in field.trim_matches('"').split(['.', '[']) {
        let word = word.trim_end_matches(']');
        match word.parse() {
            Ok(position) => steps.push(Step::Item(position)),
            Err(_) if word.is_empty() || word == "value" => {}
            Err(_) => steps.push(Step::Key(word.to_owned())),
        }
    }
    steps
}
