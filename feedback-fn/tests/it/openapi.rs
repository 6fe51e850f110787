//! Whether `docs/openapi.json` says what the program does: each answer has a status, a type and fields that
//! are described, and every code of a refusal is.

use crate::support::{Function, Reply};
use feedback_fn::form::Code;
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

fn document() -> Value {
    serde_json::from_str(DOCUMENT).unwrap()
}

/// The schema itself, where there is a reference to it.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.strip_prefix('#').unwrap()).unwrap(),
        None => schema,
    }
}

#[track_caller]
fn check_value(document: &Value, schema: &Value, value: &Value) {
    let schema = resolved(document, schema);
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let said = &schema["type"];
    let kinds = said.as_array().cloned().unwrap_or_else(|| vec![said.clone()]);
    assert!(kinds.contains(&kind.into()), "{value} is not {said}");
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{value} is not among {values:?}");
    }
    for item in value.as_array().into_iter().flatten() {
        check_value(document, &schema["items"], item);
    }
    if let Some(object) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(name.as_str().unwrap()), "no {name} in {value}");
        }
        for (name, value) in object {
            assert!(schema["properties"][name].is_object(), "`{name}` is not described");
            check_value(document, &schema["properties"][name], value);
        }
    }
}

#[track_caller]
fn check(path: &str, method: &str, reply: &Reply, status: u16) {
    let document = document();
    assert_eq!(reply.status, status, "{path}: {}", reply.body);
    let answer = &document["paths"][path][method]["responses"][status.to_string()];
    assert!(answer.is_object(), "{method} {path} answers {status}, which is not described");
    let kind = reply.header("content-type").unwrap().split(';').next().unwrap();
    let schema = &answer["content"][kind]["schema"];
    assert!(schema.is_object(), "{method} {path} answers {status} as {kind}, which is not described");
    if kind == "application/json" {
        check_value(&document, schema, &reply.json());
    }
    for (name, header) in answer["headers"].as_object().into_iter().flatten() {
        let found = reply.header(name);
        assert!(found.is_some() || header["required"] != true, "{path} {status} lacks {name}");
    }
}

#[tokio::test]
async fn answers_are_those_that_are_described() {
    let function = Function::start_with("guard = { burst = 14 }").await;
    let form = [("target", "6.1.1"), ("suggestion", "x"), ("rewording", "Der Bus fährt oft.")];
    let checked = function.post_json("check", &form).await;
    check("/check", "post", &checked, 200);
    check("/check", "post", &function.post("check", &form).await, 200);
    check("/check", "post", &function.post_json("check", &[("target", "6.1.1")]).await, 422);
    check("/check", "post", &function.post_json("check", &[("target", "none")]).await, 404);
    let sent = function.suggest(&form).await;
    check("/send", "post", &sent, 303);
    let wrong = [("target", "6.1.1"), ("suggestion", "x"), ("token", "0")];
    check("/send", "post", &function.post_json("send", &wrong).await, 409);
    check("/send", "post", &function.post("send", &wrong).await, 409);
    let receipt = format!("/rueckmeldung/receipt?nr={}", sent.reference());
    check("/receipt", "get", &function.get(&receipt).await, 200);
    check("/receipt", "get", &function.get("/rueckmeldung/receipt?nr=1").await, 404);
    check("/health", "get", &function.get("/rueckmeldung/health").await, 200);
    let large = "a".repeat(600_000);
    check("/check", "post", &function.post_json("check", &[("suggestion", &large)]).await, 413);
    let unframed = "POST /rueckmeldung/check HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n";
    check("/check", "post", &function.raw(unframed).await, 400);
    let mut limited = function.post_json("check", &form).await;
    while limited.status != 429 {
        limited = function.post_json("check", &form).await;
    }
    check("/check", "post", &limited, 429);
    assert!(limited.header("retry-after").is_some());
}

#[test]
fn every_code_of_a_refusal_is_described() {
    let document = document();
    let codes =
        &document["components"]["schemas"]["Failure"]["properties"]["error"]["properties"]["code"]["enum"];
    for code in Code::ALL {
        assert!(codes.as_array().unwrap().contains(&code.as_str().into()), "{}", code.as_str());
    }
}

/// No path is described that does not exist, and no other method is answered.
#[tokio::test]
async fn described_paths_and_methods_are_all_there_are() {
    let function = Function::start().await;
    for (path, methods) in document()["paths"].as_object().unwrap() {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let request = format!(
                "{method} /rueckmeldung{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            );
            let described = methods.get(method.to_lowercase()).is_some();
            assert_eq!(function.raw(&request).await.status != 405, described, "{method} {path}");
        }
    }
}
