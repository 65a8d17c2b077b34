//! Gives everything in the document an example and every operation a `curl` line, where the contract shows none.
//!
//! A request is shown with what `contract/samples.yaml` says for its operation, a webhook with its file in
//! `contract/examples`, an error with the sentence the server says, and an answer with a sample of its schema.

use crate::curl;
use crate::sample::Sampler;
use crate::yaml::{METHODS, entries, mapping, reference, text};
use serde_yaml_ng::{Mapping, Value};

/// The example of each error that a status has when its description names none.
const USUAL: [(&str, &str); 10] = [
    ("400", "E_MALFORMED_BODY"),
    ("401", "E_UNAUTHORIZED"),
    ("403", "E_FORBIDDEN"),
    ("404", "E_NOT_FOUND"),
    ("409", "E_CONFLICT"),
    ("413", "E_PAYLOAD_TOO_LARGE"),
    ("415", "E_UNSUPPORTED_MEDIA_TYPE"),
    ("422", "E_INVALID_BODY"),
    ("500", "E_INTERNAL"),
    ("503", "E_UNAVAILABLE"),
];

struct Filler<'d> {
    sampler: Sampler<'d>,
    webhooks: &'d Mapping,
}

/// Fills the document in place.
pub fn fill(document: &mut Value, samples: &Value, webhooks: &Mapping) {
    let source = document.clone();
    let filler = Filler { sampler: Sampler { document: &source, samples }, webhooks };
    filler.errors(document);
    for (name, parameter) in entries(&source["components"]["parameters"]) {
        document["components"]["parameters"][name] = filler.parameter(parameter);
    }
    for (name, response) in entries(&source["components"]["responses"]) {
        let status = filler.status_of(text(name));
        filler.answer(&mut document["components"]["responses"][name], status, response, "E_INVALID_BODY");
    }
    for (path, item) in entries(&source["paths"]) {
        if let Some(list) = item.get("parameters") {
            document["paths"][path]["parameters"] = filler.parameters(list);
        }
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            filler.operation(&mut document["paths"][path][*method], &item[*method]);
        }
    }
    for (name, item) in entries(&source["webhooks"]) {
        filler.operation(&mut document["webhooks"][name]["post"], &item["post"]);
    }
    curl::lines(document, samples);
}

impl<'d> Filler<'d> {
    fn operation(&self, target: &mut Value, operation: &'d Value) {
        if let Some(list) = operation.get("parameters") {
            target["parameters"] = self.parameters(list);
        }
        let id = text(&operation["operationId"]);
        for (kind, media) in entries(&operation["requestBody"]["content"]) {
            if shows_nothing(media) {
                target["requestBody"]["content"][kind]["example"] = self.request(id, &media["schema"]);
            }
        }
        let invalid = if operation.get("requestBody").is_some() { "E_INVALID_BODY" } else { "E_INVALID_PATH" };
        for (status, answer) in entries(&operation["responses"]) {
            self.answer(&mut target["responses"][status], text(status), answer, invalid);
        }
    }

    fn parameters(&self, list: &'d Value) -> Value {
        let list = list.as_sequence().into_iter().flatten();
        Value::Sequence(list.map(|one| self.parameter(one)).collect())
    }

    /// A parameter with an example, where it must be given.
    fn parameter(&self, parameter: &'d Value) -> Value {
        let mut shown = parameter.clone();
        if parameter["required"] == true && parameter.get("example").is_none() {
            shown["example"] = self.sampler.of_parameter(text(&parameter["name"]), &parameter["schema"]);
        }
        shown
    }

    fn request(&self, id: &str, schema: &'d Value) -> Value {
        if let Some(body) = self.sampler.samples["requests"].get(id) {
            return body.clone();
        }
        self.webhook_of(schema).cloned().unwrap_or_else(|| self.sampler.of(schema))
    }

    /// The body of the webhook that has this schema.
    fn webhook_of(&self, schema: &Value) -> Option<&'d Value> {
        let all = entries(&self.sampler.document["webhooks"]);
        let mut named = all.filter(|(_, item)| {
            item["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"] == schema["$ref"]
        });
        named.next().and_then(|(name, _)| self.webhooks.get(name))
    }

    fn answer(&self, target: &mut Value, status: &str, answer: &'d Value, invalid: &str) {
        for (kind, media) in entries(&answer["content"]) {
            if !shows_nothing(media) {
                continue;
            }
            let schema = &media["schema"];
            let shown = &mut target["content"][kind];
            match schema.get("$ref").map(text) {
                Some("#/components/schemas/Error" | "#/components/schemas/ValidationError") => {
                    let said = answer["description"].as_str().unwrap_or_default();
                    shown["examples"] = self.named_errors(status, said, invalid);
                }
                _ if text(kind) == "image/svg+xml" => {
                    shown["example"] = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>".into();
                }
                _ => shown["example"] = self.sampler.of(schema),
            }
        }
    }

    /// The status under which operations answer with a shared response.
    fn status_of(&self, name: &str) -> &'d str {
        let pointer = format!("#/components/responses/{name}");
        let items = entries(&self.sampler.document["paths"]).chain(entries(&self.sampler.document["webhooks"]));
        let operations = items.flat_map(|(_, item)| METHODS.iter().filter_map(|method| item.get(*method)));
        let mut answers = operations.flat_map(|operation| entries(&operation["responses"]));
        let found = answers.find(|(_, answer)| answer["$ref"] == pointer.as_str());
        found.map_or("default", |(status, _)| text(status))
    }

    /// References to the errors that a description names in backticks, else to the usual one of the status.
    fn named_errors(&self, status: &str, said: &str, invalid: &str) -> Value {
        let known = &self.sampler.samples["errors"];
        let named = said.split('`').filter(|word| word.starts_with("E_") && known.get(word).is_some());
        let mut named: Vec<&str> = named.collect();
        if named.is_empty() {
            let usual = USUAL.iter().find(|(known, _)| *known == status).map_or("E_INTERNAL", |(_, name)| name);
            named.push(if status == "422" { invalid } else { usual });
        }
        let named =
            named.into_iter().map(|name| (Value::from(name), reference(&format!("#/components/examples/{name}"))));
        Value::Mapping(named.collect())
    }

    /// `components.examples`: each error once.
    fn errors(&self, document: &mut Value) {
        let mut shown = Mapping::new();
        for (name, said) in entries(&self.sampler.samples["errors"]) {
            let mut body = mapping([("type", name.clone()), ("requestId", "01JD3Z5W8Q6S7M2T4V9X0K1B3C".into())]);
            let Value::Mapping(fields) = &mut body else { unreachable!("made as one") };
            match said {
                Value::String(message) => drop(fields.insert("message".into(), message.as_str().into())),
                more => fields.extend(entries(more).map(|(name, value)| (name.clone(), value.clone()))),
            }
            shown.insert(name.clone(), mapping([("value", body)]));
        }
        document["components"]["examples"] = Value::Mapping(shown);
    }
}

fn shows_nothing(media: &Value) -> bool {
    media.get("example").is_none() && media.get("examples").is_none()
}
