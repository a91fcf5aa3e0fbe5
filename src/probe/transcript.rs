//! The rows of a probe, written as a send log of Exchange's own form.

use std::net::SocketAddr;

use crate::certificate::{Certificate, GeneralName};
use crate::timestamp::Timestamp;

/// The columns of a protocol log.
const COLUMNS: &str = "date-time,connector-id,session-id,sequence-number,local-endpoint,\
                       remote-endpoint,event,data,context";

/// What Exchange writes in front of a certificate in one row.
const CERTIFICATE: &str = "certificate Subject Issuer name Serial number Thumbprint Not before \
                           Not after Subject alternate names";

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    at: Timestamp,
    local: String,
    remote: String,
    event: char,
    data: String,
    context: String,
}

/// The rows of one session in the making.
#[derive(Clone, Debug)]
pub(super) struct Transcript {
    connector: String,
    started: Timestamp,
    local: String,
    remote: String,
    rows: Vec<Row>,
}

impl Transcript {
    pub(super) fn new(connector: &str, started: Timestamp) -> Self {
        Self {
            connector: connector.to_owned(),
            started,
            local: String::new(),
            remote: String::new(),
            rows: Vec::new(),
        }
    }

    /// The remote address, from the attempt to connect on.
    pub(super) fn set_remote(&mut self, remote: SocketAddr) {
        self.remote = remote.to_string();
    }

    pub(super) fn set_local(&mut self, local: SocketAddr) {
        self.local = local.to_string();
    }

    pub(super) fn local(&self) -> &str {
        &self.local
    }

    pub(super) fn remote(&self) -> &str {
        &self.remote
    }

    /// A row of SMTP: `+`, `-`, `>` or `<`.
    pub(super) fn add(&mut self, at: Timestamp, event: char, data: &str, context: &str) {
        self.rows.push(Row {
            at,
            local: self.local.clone(),
            remote: self.remote.clone(),
            event,
            data: data.to_owned(),
            context: context.to_owned(),
        });
    }

    pub(super) fn add_information(&mut self, at: Timestamp, context: &str) {
        self.add(at, '*', "", context);
    }

    /// `Sending certificate ...` or `Remote certificate ...` in its condensed form.
    pub(super) fn add_certificate(&mut self, at: Timestamp, whose: &str, one: &Certificate) {
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
        let names: Vec<&str> = one
            .subject_alt_names()
            .iter()
            .filter_map(|name| match name {
                GeneralName::Dns(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let data = format!(
            " {} {} {} {} {} {} {}",
            one.subject.to_x500(),
            one.issuer.to_x500(),
            one.serial_number(),
            one.thumbprint(),
            time(one.not_before()),
            time(one.not_after()),
            names.join(";"),
        );
        self.add(at, '*', &data, &format!("{whose} {CERTIFICATE}"));
    }

    /// Takes the rows from a place on away, and returns how many are left.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.rows.truncate(length);
    }

    /// The log: UTF-8 with a byte order mark, lines ended by CR LF.
    pub(super) fn to_log(&self) -> String {
        let mut log = format!(
            "\u{FEFF}#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n\
             #Log-type: SMTP Send Protocol Log\r\n#Date: {}\r\n#Fields: {COLUMNS}\r\n",
            self.started
        );
        // Exchange makes its ids of the time, too.
        let session = format!("{:016X}", self.started.ticks());
        for (number, row) in self.rows.iter().enumerate() {
            let fields = [
                &row.at.to_string(),
                &self.connector,
                &session,
                &number.to_string(),
                &row.local,
                &row.remote,
                &row.event.to_string(),
                &row.data,
                &row.context,
            ];
            let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            log.push_str(&fields.join(","));
            log.push_str("\r\n");
        }
        log
    }
}

/// A field as Exchange writes it: quoted where it holds a comma or a quote, on one line.
fn quoted(field: &str) -> String {
    let field: String =
        field.chars().map(|one| if one.is_control() { '\u{FFFD}' } else { one }).collect();
    if field.contains([',', '"']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}
