//! What is printed as JSON fits the schemas of docs/schema, for every story.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::stories::{STORIES, show};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema(name: &str) -> Value {
    let path = root().join(format!("docs/schema/{name}.schema.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn story(name: &str) -> PathBuf {
    root().join("examples/stories").join(name)
}

fn printed(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eop-relay"));
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The keywords that the schemas use; those of annotations alone are not checked.
const KEYWORDS: [&str; 10] = [
    "$schema",
    "$id",
    "title",
    "description",
    "format",
    "type",
    "properties",
    "required",
    "items",
    "enum",
];

/// What does not fit, with its place.
fn complaints(value: &Value, schema: &Value, at: &str, found: &mut Vec<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(|known| known == kind),
        one => one == kind,
    };
    if !fits {
        found.push(format!("{at}: {kind}, expected {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
        found.push(format!("{at}: {value}, expected one of {}", schema["enum"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
            found.push(format!("{at}: {name} is missing"));
        }
    }
    if let (Some(members), Some(properties)) = (value.as_object(), schema["properties"].as_object())
    {
        for (name, member) in members {
            match properties.get(name) {
                Some(schema) => complaints(member, schema, &format!("{at}.{name}"), found),
                None => found.push(format!("{at}.{name}: no schema names it")),
            }
        }
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        complaints(item, &schema["items"], &format!("{at}[{number}]"), found);
    }
}

fn assert_fits(text: &str, name: &str, what: &str) {
    let value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{what}: {error} {text}"));
    let mut found = Vec::new();
    complaints(&value, &schema(name), name, &mut found);
    assert!(found.is_empty(), "{what}: {found:#?}");
}

#[test]
fn the_schemas_use_no_keyword_that_is_not_checked() {
    fn check(schema: &Value, path: &Path) {
        for (name, value) in schema.as_object().unwrap() {
            assert!(KEYWORDS.contains(&name.as_str()), "{}: {name}", path.display());
            match name.as_str() {
                "properties" => {
                    value.as_object().unwrap().values().for_each(|one| check(one, path));
                }
                "items" => check(value, path),
                _ => {}
            }
        }
    }
    let mut count = 0;
    for entry in fs::read_dir(root().join("docs/schema")).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let name =
            path.file_name().unwrap().to_str().unwrap().strip_suffix(".schema.json").unwrap();
        assert_eq!(schema["$id"], format!("urn:eop-relay:schema:{name}:1"));
        check(&schema, &path);
        count += 1;
    }
    assert!(count >= 6, "{count}");
}

#[test]
fn what_fits_no_schema_is_noticed() {
    let schema = schema("manifest");
    for wrong in [
        serde_json::json!([]),
        serde_json::json!({ "SchemaVersion": "1" }),
        serde_json::json!({ "SchemaVersion": 2, "Other": null }),
    ] {
        let mut found = Vec::new();
        complaints(&wrong, &schema, "", &mut found);
        assert!(!found.is_empty(), "{wrong}");
    }
}

#[test]
fn a_report_fits_its_schema_whatever_a_connector_makes_of_address_and_domains() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &Value| {
        fs::write(folder.path().join(name), content.to_string()).unwrap();
    };
    let log = story("healthy").join("SEND2026112401-1.LOG");
    let log = log.to_str().unwrap();
    let cases = [
        (None, "203.0.113.0/24", "contoso.com", false, "Listed"),
        (None, "198.51.100.7", "contoso.com", false, "NotListed"),
        (Some("mail.contoso.com"), "", "mail.contoso.com", false, "Covered"),
        (Some("mail.contoso.com"), "", "fabrikam.com", false, "NotCovered"),
        (Some("mail.contoso.com"), "", "contoso.com", true, "SubdomainsOnly"),
    ];
    for (name, address, domain, takes_subdomains, expected) in cases {
        let addresses: Vec<&str> = [address].into_iter().filter(|one| !one.is_empty()).collect();
        let inbound = serde_json::json!([{
            "Name": "In", "ConnectorType": "OnPremises", "Enabled": true,
            "TlsSenderCertificateName": name, "SenderIPAddresses": addresses,
        }]);
        write("inbound.json", &inbound);
        let accepted = serde_json::json!([
            { "DomainName": domain, "MatchSubDomains": takes_subdomains }
        ]);
        write("accepted.json", &accepted);
        let given = ["test", "--log", log, "--inbound-connector", "inbound.json"];
        let others =
            ["--accepted-domain", "accepted.json", "--at", "2026-11-24T12:00:00Z", "--json"];
        let report = printed(folder.path(), &[&given[..], &others[..]].concat());
        assert!(report.contains(expected), "{expected}: {report}");
        assert_fits(&report, "report", expected);
    }
}

#[test]
fn reports_and_sessions_of_all_stories_fit_their_schemas() {
    for (name, _) in STORIES {
        let report = show(name, &["--json"]).stdout;
        assert_fits(&String::from_utf8(report).unwrap(), "report", name);
        let sessions = printed(&story(name), &["sessions", "--json", "."]);
        assert!(!sessions.is_empty(), "{name}");
        for line in sessions.lines() {
            assert_fits(line, "sessions", name);
        }
    }
}

#[test]
fn certificates_events_and_changes_of_the_stories_fit_their_schemas() {
    let folder = story("certificate-not-bound-to-smtp");
    let arguments = [
        "certificates",
        "--json",
        "--send-connector",
        "send.json",
        "--installed",
        "installed.json",
    ];
    let text = printed(&folder, &[&arguments[..], &["--log", "SEND2026111601-1.LOG"]].concat());
    assert_fits(&text, "certificates", "certificates");
    let renewal = printed(
        &root().join("examples"),
        &[
            "renew",
            "--json",
            "--new",
            "renewal/other-issuer.pem",
            "--send-connector",
            "certificates/send.json",
            "--installed",
            "certificates/installed.json",
            "--at",
            "2026-11-20",
        ],
    );
    assert_fits(&renewal, "renewal", "renewal");
    let events = printed(&story("missing-intermediate"), &["events", "--json", "capi2.xml"]);
    assert!(!events.is_empty());
    events.lines().for_each(|line| assert_fits(line, "events", "events"));
    for (name, log) in [
        ("renewed-under-another-name", "20261115_203512.log"),
        ("wizard-changed-the-connector", "20261115_194002.log"),
    ] {
        assert_fits(&printed(&story(name), &["hybrid", "--json", log]), "changes", name);
    }
}

#[test]
fn manifests_fit_their_schema_also_redacted() {
    let folder = tempfile::tempdir().unwrap();
    crate::packages::zip_of("healthy", &folder.path().join("case.zip"));
    let output = printed(folder.path(), &["redact", "case.zip", "sent"]);
    assert!(output.is_empty(), "{output}");
    let text = fs::read_to_string(folder.path().join("sent/manifest.json")).unwrap();
    assert_fits(&text, "manifest", "redacted");
    assert_fits(&crate::packages::manifest_of("healthy"), "manifest", "as collected");
}
