//! A message tracking log of any size is read in the memory of a small one.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use eop_relay::evidence::delivery_error::DeliveryErrors;

use crate::support::memory::{is_alone, peak_memory};

const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1748.010\r\n\
    #Log-type: Message Tracking Log\r\n#Date: 2026-11-17T00:00:00.000Z\r\n\
    #Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,\
    connector-id,source,event-id,internal-message-id,message-id,network-message-id,\
    recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,\
    reference,message-subject,sender-address\r\n";

/// Writes a log of that size, of whose rows every tenth is a failure, each to another recipient and of
/// one of 2,000 kinds. The number of failures.
fn write_log(path: &Path, size: u64) -> u64 {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(HEADER.as_bytes()).unwrap();
    let (mut written, mut row) = (HEADER.len() as u64, 0_u64);
    let mut failures = 0;
    while written < size {
        let (event, status) = match row % 10 {
            0 => ("FAIL", format!("550 5.7.64 TenantAttribution; Relay Access Denied [M{row}]")),
            _ => ("SEND", "250 2.1.5 Recipient OK".to_owned()),
        };
        failures += u64::from(row.is_multiple_of(10));
        let line = format!(
            "2026-11-17T05:{:02}:{:02}.{:03}Z,10.1.0.21,EX01,52.101.73.2,mx{}.example,08DE{row},\
             Outbound to Office 365,SMTP,{event},{row},<{row}@contoso.com>,{row:032x},\
             user{row}@tailspintoys.com,\"{status}\",18019,1,,,Subject {row},kim@contoso.com\r\n",
            row / 60_000 % 60,
            row / 1000 % 60,
            row % 1000,
            row / 10 % 2000,
        );
        file.write_all(line.as_bytes()).unwrap();
        written += line.len() as u64;
        row += 1;
    }
    file.flush().unwrap();
    failures
}

#[test]
fn a_tracking_log_of_any_size_is_read_in_the_memory_of_a_small_one() {
    const NAME: &str =
        "tracking_log_memory::a_tracking_log_of_any_size_is_read_in_the_memory_of_a_small_one";
    if !is_alone(NAME) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("MSGTRK2026111705-1.LOG");
    let peak = || {
        let read = DeliveryErrors::from_file(&path).unwrap();
        let counted: u64 = read.errors.iter().filter_map(|error| error.message_count).sum();
        (read.errors.len(), counted + read.unused, peak_memory())
    };
    let small = write_log(&path, 8 << 20);
    let (kinds, counted, peak_of_small) = peak();
    assert_eq!((kinds, counted), (1000, small));
    let large = write_log(&path, 40 << 20);
    let (kinds, counted, peak_of_large) = peak();
    assert_eq!((kinds, counted), (1000, large));
    let grown = peak_of_large - peak_of_small;
    assert!(grown < 4 << 20, "{grown} bytes more for a log five times as long");
    assert!(peak_of_large < 64 << 20, "{peak_of_large}");
}
