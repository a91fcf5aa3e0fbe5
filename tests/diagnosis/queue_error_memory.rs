//! Errors of queues take less than a kilobyte each, from the file to the report, whether they are alike or
//! differ in what errors differ in.

use std::fs::File;
use std::io::{BufWriter, Write};

use eop_relay::diagnosis::{Evidence, diagnose};
use eop_relay::evidence::delivery_error::DeliveryErrors;
use eop_relay::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::support::memory::{is_alone, peak_memory};

/// A queue as Get-Queue shows it, whose error is that reply of that host.
fn queue(number: usize, reply: &str, host: &str) -> Value {
    let (minute, second) = (number / 60 % 60, number % 60);
    let address = format!("192.0.{}.{}", number / 250 % 250, number % 250);
    json!({
        "Identity": format!("EX01\\{number}"),
        "NextHopDomain": host,
        "MessageCount": number % 9,
        "Status": "Retry",
        "LastRetryTime": format!("2026-11-15T02:{minute:02}:{second:02}Z"),
        "LastError": format!(
            "[{{LRT=11/15/2026 2:{minute:02}:{second:02} AM}};{{LED={reply}}};{{FQDN={host}}};\
             {{IP={address}}}]"
        ),
    })
}

/// Fails where an error takes a kilobyte. The file is indented, as ConvertTo-Json writes it.
fn check(test: &str, count: usize, object: fn(usize) -> Value) {
    if !is_alone(&format!("queue_error_memory::{test}")) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queues.json");
    let report = |count: usize| {
        let mut file = BufWriter::new(File::create(&path).unwrap());
        for number in 0..count {
            let object = serde_json::to_string_pretty(&object(number)).unwrap();
            write!(file, "{}{object}", if number == 0 { "[\n" } else { ",\n" }).unwrap();
        }
        file.write_all(b"]").unwrap();
        drop(file);
        let before = peak_memory();
        let mut evidence = Evidence::new(Timestamp::parse("2026-11-16T00:00:00Z").unwrap());
        evidence.add_delivery_errors(DeliveryErrors::from_file(&path).unwrap());
        assert_eq!(diagnose(&evidence).inputs[0].objects, Some(count as u64));
        peak_memory() - before
    };
    // What the first report alone needs.
    report(10);
    let grown = report(count) / count as u64;
    assert!(grown < 1024, "{grown} bytes each");
}

const EXCHANGE_ONLINE: &str = "contoso-com.mail.protection.outlook.com";

#[test]
fn errors_that_are_alike_but_for_stamps_and_ids_take_less_than_a_kilobyte_each() {
    check(
        "errors_that_are_alike_but_for_stamps_and_ids_take_less_than_a_kilobyte_each",
        4000,
        |number| {
            let id = 0x08DD_E24A_1D0B_7000 + number;
            let reply = format!(
                "550 5.7.64 TenantAttribution; Relay Access Denied \
                 [DB9EUR01FT019.eop-EUR01.prod.protection.outlook.com 2026-11-15T02:14:07.100Z \
                 {id:016X}]"
            );
            queue(number, &reply, EXCHANGE_ONLINE)
        },
    );
}

#[test]
fn errors_of_other_hosts_take_less_than_a_kilobyte_each() {
    check("errors_of_other_hosts_take_less_than_a_kilobyte_each", 4000, |number| {
        let host = format!("mx{number}.fabrikam{}.example", number % 997);
        queue(number, &format!("454 4.7.5 The certificate of mx{number} is not good"), &host)
    });
}

#[test]
fn errors_of_unknown_replies_take_less_than_a_kilobyte_each() {
    check("errors_of_unknown_replies_take_less_than_a_kilobyte_each", 4000, |number| {
        let (subject, detail) = (number % 8, number % 997);
        let reply = format!("554 5.{subject}.{detail} gate {number} is closed");
        queue(number, &reply, EXCHANGE_ONLINE)
    });
}

#[test]
fn errors_with_other_names_take_less_than_a_kilobyte_each() {
    check("errors_with_other_names_take_less_than_a_kilobyte_each", 4000, |number| {
        let user = format!("550 5.1.{} user{number}@fabrikam.example is unknown", number % 10);
        queue(number, &user, &format!("mx{number}.fabrikam.example"))
    });
}

#[test]
fn errors_of_other_send_connectors_take_less_than_a_kilobyte_each() {
    // A thousand kinds are told apart, whose report is of the same size however many errors there are.
    check("errors_of_other_send_connectors_take_less_than_a_kilobyte_each", 14_000, |number| {
        let (minute, second) = (number / 60 % 60, number % 60);
        json!({
            "EventId": "FAIL",
            "Source": "SMTP",
            "MessageId": format!("<{number}@contoso.com>"),
            "ConnectorId": format!("To partner {number}"),
            "ServerHostname": "EX01",
            "Sender": "alice@contoso.com",
            "Recipients": ["bob@fabrikam.example"],
            "RecipientStatus": [
                "[{LED=454 4.7.5 The certificate specified in TlsCertificateName of the \
                 SendConnector could not be found.}]"
            ],
            "Timestamp": format!("2026-11-15T02:{minute:02}:{second:02}Z"),
        })
    });
}
