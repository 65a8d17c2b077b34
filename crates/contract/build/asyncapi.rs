//! The AsyncAPI 3 document: what this server sends by itself (webhooks, commands) and what a store sends to it (events),
//! from the same schemas as the HTTP document.

use crate::sample::Sampler;
use crate::yaml::{component, entries, mapping, reference, text};
use serde_yaml_ng::{Mapping, Value};
use std::collections::BTreeSet;

/// Channels of the store API: name, operation of the HTTP document, and what is said on it.
const STORE: [(&str, &str, &[Said]); 5] = [
    ("storeEvents", "ingestStoreEvents", &[Said::Receives("StoreEvent"), Said::Answers("IngestFrame")]),
    ("storedEvents", "readStoreEvents", &[Said::Sends("StoredStoreEvent")]),
    (
        "storeEventStream",
        "openStoreEventStream",
        &[Said::Receives("StoreEvent"), Said::Receives("StreamCommandAck"), Said::Sends("StreamFrame")],
    ),
    ("storeCommands", "pollStoreCommands", &[Said::Sends("StoreCommand")]),
    ("machineEvents", "putMachineEvent", &[Said::Receives("MachineEvent"), Said::Answers("MachineEventReceipt")]),
];

enum Said {
    Receives(&'static str),
    Sends(&'static str),
    /// To the first message of the channel.
    Answers(&'static str),
}

struct Writer<'d> {
    document: &'d Value,
    sampler: Sampler<'d>,
    channels: Mapping,
    operations: Mapping,
    messages: Mapping,
}

/// The document, of which a server shows the channels whose operation it serves.
pub fn asyncapi(document: &Value, samples: &Value) -> Value {
    let sampler = Sampler { document, samples };
    let mut writer =
        Writer { document, sampler, channels: Mapping::new(), operations: Mapping::new(), messages: Mapping::new() };
    for (name, item) in entries(&document["webhooks"]) {
        writer.webhook(text(name), &item["post"]);
    }
    for (channel, operation, said) in &STORE {
        writer.store(channel, operation, said);
    }
    writer.finish()
}

impl Writer<'_> {
    /// A call to the address that the retailer wrote down: a channel without an address of ours.
    fn webhook(&mut self, name: &str, post: &Value) {
        let content = |holder: &Value| holder["content"]["application/json"].clone();
        let asked = content(&post["requestBody"]);
        self.message(name, post, &asked["schema"], Some(&asked["example"]));
        let mut said = vec![name.to_owned()];
        let answer = content(&post["responses"]["2XX"]);
        if !answer.is_null() {
            said.push(format!("{name}Answer"));
            self.message(&said[1], post, &answer["schema"], Some(&answer["example"]));
        }
        let mut channel = mapping([
            ("address", Value::Null),
            ("summary", post["summary"].clone()),
            ("description", post["description"].clone()),
            ("messages", channel_messages(&said)),
        ]);
        for mark in ["x-webhook-type", "x-url", "x-delivery"] {
            channel[mark] = post[mark].clone();
        }
        self.channels.insert(name.into(), channel);
        let mut operation = operation("send", name, &said[..1]);
        operation["summary"] = post["summary"].clone();
        operation["bindings"] = http("POST");
        if said.len() > 1 {
            operation["reply"] =
                mapping([("channel", channel_reference(name)), ("messages", messages(name, &said[1..]))]);
        }
        self.operations.insert(format!("send{}", capital(name)).into(), operation);
    }

    /// A channel at one of our own paths, with the messages that are said on it.
    fn store(&mut self, name: &str, id: &str, said: &[Said]) {
        let (path, method, http_operation) = self.find(id);
        let mut all = Vec::new();
        for part in said {
            let (action, root) = match part {
                Said::Receives(root) => ("receive", root),
                Said::Sends(root) => ("send", root),
                Said::Answers(root) => {
                    let names = self.kinds(root);
                    let asked = self.operations.values_mut().last().expect("an answer follows what it answers");
                    asked["reply"] =
                        mapping([("channel", channel_reference(name)), ("messages", messages(name, &names))]);
                    all.extend(names);
                    continue;
                }
            };
            let names = self.kinds(root);
            let mut operation = operation(action, name, &names);
            operation["summary"] = http_operation["summary"].clone();
            if id != "openStoreEventStream" {
                operation["bindings"] = http(&method.to_uppercase());
            }
            self.operations.insert(format!("{action}{root}s.{name}").replace("ss.", "s.").into(), operation);
            all.extend(names);
        }
        let mut channel = mapping([
            ("address", path.as_str().into()),
            ("summary", http_operation["summary"].clone()),
            ("description", http_operation["description"].clone()),
            ("messages", channel_messages(&all)),
            ("x-operation-id", id.into()),
        ]);
        if path.contains("{storeId}") {
            let store = mapping([("description", "Numeric id of the store.".into())]);
            channel["parameters"] = mapping([("storeId", store)]);
        }
        if id == "openStoreEventStream" {
            channel["bindings"] =
                mapping([("ws", mapping([("method", "GET".into()), ("bindingVersion", "0.1.0".into())]))]);
        }
        self.channels.insert(name.into(), channel);
    }

    /// One message for each alternative of a component, named as the alternative; the component itself where it has none.
    fn kinds(&mut self, root: &str) -> Vec<String> {
        let schema = &self.document["components"]["schemas"][root];
        let named = schema["oneOf"].as_sequence().into_iter().flatten();
        let mut names: Vec<String> = named.map(|part| component(text(&part["$ref"])).to_owned()).collect();
        if names.is_empty() {
            names.push(root.to_owned());
        }
        for name in &names {
            let pointer = format!("#/components/schemas/{name}");
            let about = self.document["components"]["schemas"][name].clone();
            self.message(name, &about, &reference(&pointer), None);
        }
        names
    }

    fn message(&mut self, name: &str, about: &Value, schema: &Value, example: Option<&Value>) {
        let example = example.filter(|example| !example.is_null()).cloned();
        let example = example.unwrap_or_else(|| self.sampler.of(schema));
        let mut message = mapping([
            ("name", name.into()),
            ("contentType", "application/json".into()),
            ("payload", schema.clone()),
            ("examples", Value::Sequence(vec![mapping([("payload", example)])])),
        ]);
        if let Some(summary) = about.get("summary") {
            message["summary"] = summary.clone();
        }
        if about.get("x-webhook-type").is_some() && !name.ends_with("Answer") {
            message["headers"] = reference("#/components/schemas/WebhookHeaders");
        }
        self.messages.insert(name.into(), message);
    }

    /// Path, method and text of an operation of the HTTP document.
    fn find(&self, id: &str) -> (String, String, Value) {
        for (path, item) in entries(&self.document["paths"]) {
            for (method, operation) in entries(item) {
                if operation["operationId"] == id {
                    return (text(path).to_owned(), text(method).to_owned(), operation.clone());
                }
            }
        }
        panic!("the contract has no {id}")
    }

    fn finish(self) -> Value {
        let mut needed = BTreeSet::new();
        self.reach(&Value::Mapping(self.messages.clone()), &mut needed);
        let all = entries(&self.document["components"]["schemas"]);
        let mut schemas: Mapping = all
            .filter(|(name, _)| needed.contains(text(name)))
            .map(|(name, schema)| (name.clone(), draft_7(schema)))
            .collect();
        schemas.insert("WebhookHeaders".into(), self.webhook_headers());
        let store = mapping([
            ("host", "localhost:8080".into()),
            ("protocol", "http".into()),
            (
                "description",
                "This server. The token of a store (or, for machine events, of a vendor) goes with every call.".into(),
            ),
            ("security", Value::Sequence(vec![reference("#/components/securitySchemes/bearerAuth")])),
        ]);
        mapping([
            ("asyncapi", "3.0.0".into()),
            ("info", mapping([
                ("title", "Aisle messages".into()),
                ("version", self.document["info"]["version"].clone()),
                ("description", "What a server sends by itself, and what a store sends to it. Calls are described in /openapi.json; channels \
                    without an address are addresses that the retailer writes down as webhooks.".into()),
            ])),
            ("defaultContentType", "application/json".into()),
            ("servers", mapping([("aisle", store)])),
            ("channels", Value::Mapping(self.channels)),
            ("operations", Value::Mapping(self.operations)),
            ("components", mapping([
                ("messages", Value::Mapping(self.messages)),
                ("schemas", Value::Mapping(schemas)),
                ("securitySchemes", mapping([("bearerAuth", mapping([("type", "http".into()), ("scheme", "bearer".into())]))])),
            ])),
        ])
    }

    /// Names of the components that a value refers to, and those that they refer to.
    fn reach(&self, value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Mapping(map) => {
                let pointer = map.get("$ref").and_then(Value::as_str);
                let name = pointer.and_then(|pointer| pointer.strip_prefix("#/components/schemas/"));
                let name = name.filter(|name| *name != "WebhookHeaders" && found.insert((*name).to_owned()));
                if let Some(name) = name {
                    self.reach(&self.document["components"]["schemas"][name], found);
                }
                map.values().for_each(|value| self.reach(value, found));
            }
            Value::Sequence(list) => list.iter().for_each(|value| self.reach(value, found)),
            _ => {}
        }
    }

    /// The headers of every webhook, from its parameters.
    fn webhook_headers(&self) -> Value {
        let names = ["WebhookIdHeader", "WebhookTimestampHeader", "WebhookSignatureHeader"];
        let mut properties = Mapping::new();
        for name in names {
            let parameter = &self.document["components"]["parameters"][name];
            let mut schema = parameter["schema"].clone();
            schema["description"] = parameter["description"].clone();
            properties.insert(parameter["name"].clone(), schema);
        }
        mapping([
            ("type", "object".into()),
            (
                "description",
                "Sent with every webhook; how to check them is in the description of `webhook-signature`.".into(),
            ),
            ("properties", Value::Mapping(properties)),
        ])
    }
}

/// AsyncAPI knows the older words of JSON Schema: a tuple is a list of `items`, a discriminator the name of a property.
fn draft_7(schema: &Value) -> Value {
    match schema {
        Value::Mapping(keywords) => {
            let is_tuple = keywords.get("prefixItems").is_some_and(Value::is_sequence);
            let kept = keywords.iter().map(|(keyword, value)| match text(keyword) {
                "prefixItems" if is_tuple => ("items".into(), draft_7(value)),
                "items" if is_tuple => ("additionalItems".into(), draft_7(value)),
                "discriminator" if value.is_mapping() => (keyword.clone(), value["propertyName"].clone()),
                _ => (keyword.clone(), draft_7(value)),
            });
            Value::Mapping(kept.collect())
        }
        Value::Sequence(list) => Value::Sequence(list.iter().map(draft_7).collect()),
        other => other.clone(),
    }
}

fn operation(action: &str, channel: &str, names: &[String]) -> Value {
    mapping([
        ("action", action.into()),
        ("channel", channel_reference(channel)),
        ("messages", messages(channel, names)),
    ])
}

fn channel_reference(name: &str) -> Value {
    reference(&format!("#/channels/{name}"))
}

fn channel_messages(names: &[String]) -> Value {
    let named = names.iter().map(|name| (name.as_str().into(), reference(&format!("#/components/messages/{name}"))));
    Value::Mapping(named.collect())
}

fn messages(channel: &str, names: &[String]) -> Value {
    Value::Sequence(names.iter().map(|name| reference(&format!("#/channels/{channel}/messages/{name}"))).collect())
}

fn http(method: &str) -> Value {
    mapping([("http", mapping([("method", method.into()), ("bindingVersion", "0.3.0".into())]))])
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
