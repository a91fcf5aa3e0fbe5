//! A row of IIS in the words of Exchange: its line, its ends, its connector.

use crate::log::{Event, IisRow, IisSpeaker};

/// Writes the command or the reply of a row as a line; returns who speaks it.
pub(super) fn line_of(row: &IisRow<'_>, line: &mut Vec<u8>) -> Event {
    line.clear();
    if row.speaker == IisSpeaker::OutboundResponse {
        line.extend_from_slice(&row.text);
        // Of a reply in several lines the first alone is logged: no other one follows.
        if let Some(hyphen) = line.get_mut(3).filter(|byte| **byte == b'-') {
            *hyphen = b' ';
        }
        Event::Received
    } else {
        line.extend_from_slice(row.verb);
        if !row.text.is_empty() {
            line.push(b' ');
            line.extend_from_slice(&row.text);
        }
        Event::Sent
    }
}

/// `SERVER\service`, as far as the row names them.
pub(super) fn connector_of(row: &IisRow<'_>) -> Vec<u8> {
    let mut connector = row.computer.to_vec();
    if !connector.is_empty() && !row.service.is_empty() {
        connector.push(b'\\');
    }
    connector.extend_from_slice(row.service);
    connector
}

/// `address:port`; an address alone where there is no port.
pub(super) fn endpoint(address: &[u8], port: &[u8]) -> String {
    let address = String::from_utf8_lossy(address);
    let port = String::from_utf8_lossy(port);
    if address.is_empty() || port.is_empty() || port == "0" {
        address.into_owned()
    } else if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

/// A value that would be taken for a quoted one, quoted.
pub(super) fn quoted(line: &[u8]) -> Vec<u8> {
    if line.first() != Some(&b'"') {
        return line.to_vec();
    }
    let mut quoted = vec![b'"'];
    for byte in line {
        quoted.push(*byte);
        if *byte == b'"' {
            quoted.push(b'"');
        }
    }
    quoted.push(b'"');
    quoted
}
