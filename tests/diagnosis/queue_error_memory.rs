//! Errors of queues that all differ take less than a kilobyte each, from the file to the report.

use std::fs::File;
use std::io::{BufWriter, Write};

use eop_relay::diagnosis::{Evidence, diagnose};
use eop_relay::evidence::delivery_error::DeliveryErrors;
use eop_relay::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::support::memory::{is_alone, peak_memory};

/// A queue whose error is like no other one: in its reply, in its host, or in a name.
fn queue(number: usize) -> Value {
    let reply = match number % 3 {
        0 => format!("554 5.{}.{} gate {number} is closed", number % 8, number % 997),
        1 => format!("454 4.7.5 The certificate of mx{number}.fabrikam.example is not good"),
        _ => format!("550 5.1.{} user{number}@fabrikam.example is unknown here", number % 10),
    };
    let (minute, second) = (number / 60 % 60, number % 60);
    json!({
        "Identity": format!("EX01\\{number}"),
        "NextHopDomain": format!("mx{number}.fabrikam.example"),
        "MessageCount": number % 9,
        "Status": "Retry",
        "LastRetryTime": format!("2026-11-15T02:{minute:02}:{second:02}Z"),
        "LastError": format!(
            "[{{LRT=11/15/2026 2:{minute:02}:{second:02} AM}};{{LED={reply}}};\
             {{FQDN=mx{number}.fabrikam.example}};{{IP=192.0.2.{}}}]",
            number % 250
        ),
    })
}

#[test]
fn errors_of_queues_that_all_differ_take_less_than_a_kilobyte_each() {
    const NAME: &str =
        "queue_error_memory::errors_of_queues_that_all_differ_take_less_than_a_kilobyte_each";
    const COUNT: usize = 6000;
    if !is_alone(NAME) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queues.json");
    let report = |count: usize| {
        let mut file = BufWriter::new(File::create(&path).unwrap());
        for number in 0..count {
            write!(file, "{}{}", if number == 0 { '[' } else { ',' }, queue(number)).unwrap();
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
    let grown = report(COUNT);
    assert!(grown < COUNT as u64 * 1024, "{} bytes each", grown / COUNT as u64);
}
