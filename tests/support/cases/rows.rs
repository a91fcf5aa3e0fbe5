//! The rows of a log as the Exchange server writes them.

use std::fmt::Write as _;
use std::fs;

use eop_relay::log::LogInput;
use eop_relay::session::{Session, SessionQuery, SessionReader};

use super::objects::{ISSUER, thumbprint};
use super::parts;
use super::setup::chain;

/// The rows of sessions as the Exchange server writes them.
pub(super) fn log_of(session: &str, number: usize) -> String {
    let value = |key: &str| parts(session, " ;; ").find(|(known, _)| *known == key).map(|(_, v)| v);
    let count: usize = value("n").map_or(1, |text| text.parse().unwrap());
    (0..count).map(|copy| session_rows(&value, number, copy)).collect()
}

fn session_rows<'t>(
    value: &impl Fn(&str) -> Option<&'t str>,
    number: usize,
    copy: usize,
) -> String {
    let mut log = String::new();
    let connector = value("connector").unwrap_or("Outbound to Office 365");
    let session = format!("08DE24A7C3{number:03X}{copy:03X}");
    let session = format!("{session:0<16}");
    let clock =
        value("at").map_or_else(|| format!("{:02}:{:02}", 1 + number, copy % 60), str::to_owned);
    let mut sequence = 0;
    let mut row = |event: &str, data: &str, context: &str| {
        let quoted = |text: &str| {
            if text.contains([',', '"']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.to_owned()
            }
        };
        let (data, context) = (quoted(data), quoted(context));
        let _ = writeln!(
            log,
            "2026-11-16T{clock}:{:02}.000Z,{connector},{session},{sequence},10.0.0.5:30001,\
             198.51.100.7:25,{event},{data},{context}",
            sequence.min(59),
        );
        sequence += 1;
    };
    if let Some(how) = value("cloud") {
        received_rows(&mut row, value, how);
        return log;
    }
    row("*", "", "attempting to connect");
    if let Some(error) = value("connect") {
        // With the address, where one is given behind the number.
        let (error, address) = error.split_once('@').unwrap_or((error, ""));
        let text = format!(
            "Failed to connect. Winsock error code: {error}, Win32 error code: {error}, Error \
             Message: A connection attempt failed{address}"
        );
        row("*", "", &text);
        return log;
    }
    if value("cut").is_none() {
        row("+", "", "");
    }
    let host = value("host").unwrap_or("VI1EUR04FT012.mail.protection.outlook.com");
    let tls = value("tls").unwrap_or("ok");
    if host != "none" {
        let banner = match value("masked") {
            Some(_) => "220 ********************".to_owned(),
            None => format!("220 {host} Microsoft ESMTP MAIL Service ready"),
        };
        row("<", &banner, "");
        row(">", "EHLO mail.contoso.com", "");
        let ip = value("ip").unwrap_or("203.0.113.5");
        let offer = if tls == "notoffered" { "" } else { " STARTTLS" };
        row(
            "<",
            &format!("250  {host} Hello [{ip}] SIZE 157286400 PIPELINING{offer} CHUNKING"),
            "",
        );
    }
    if let Some(reply) = value("ehlo") {
        row("<", reply, "");
        row("-", "", "Local");
        return log;
    }
    if !matches!(tls, "notoffered" | "unused") {
        row(">", "STARTTLS", "");
        row("<", "220 2.0.0 SMTP server ready", "");
        certificate_row(&mut row, value);
        remote_row(&mut row, value);
        if let Some(error) = tls.strip_prefix("error:") {
            row("*", "", &format!("TLS negotiation failed with error {error}"));
            row("-", "", "Local");
            return log;
        }
        row(
            "*",
            "",
            &format!(
                "TLS protocol {} negotiation succeeded using bulk encryption algorithm \
                 CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384 with strength \
                 384 bits and key exchange algorithm CALG_ECDHE with strength 384 bits",
                value("protocol").unwrap_or("SP_PROT_TLS1_2_CLIENT")
            ),
        );
        row(">", "EHLO mail.contoso.com", "");
        row(
            "<",
            &format!("250  {host} Hello [203.0.113.5] SIZE 157286400 PIPELINING CHUNKING"),
            "",
        );
    }
    if let Some(proxy) = value("proxy") {
        row("*", "", &format!("Proxying outbound session with session id {proxy}"));
    }
    mail_rows(&mut row, value);
    if value("cut").is_none() {
        row(">", "QUIT", "");
        row("-", "", "Local");
    }
    log
}

/// A session in which Exchange Online is the client: `ok`, `notls` (no STARTTLS is offered) or `hungup`
/// (it ends after TLS).
fn received_rows<'t>(
    row: &mut impl FnMut(&str, &str, &str),
    value: &impl Fn(&str) -> Option<&'t str>,
    how: &str,
) {
    const CLIENT: &str = "mail-am6eur05on2071.outbound.protection.outlook.com";
    row("+", "", "");
    row(">", "220 mail.contoso.com Microsoft ESMTP MAIL Service ready", "");
    row("<", &format!("EHLO {CLIENT}"), "");
    let offer = if how == "notls" { "" } else { " STARTTLS" };
    row(">", &format!("250  mail.contoso.com Hello [198.51.100.7] SIZE PIPELINING{offer}"), "");
    if how == "notls" {
        row("<", "QUIT", "");
        row(">", "221 2.0.0 Service closing transmission channel", "");
        row("-", "", "Local");
        return;
    }
    row("<", "STARTTLS", "");
    row(">", "220 2.0.0 SMTP server ready", "");
    certificate_row(row, value);
    row(
        "*",
        "",
        "TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption \
         algorithm CALG_AES_256 with strength 256 bits, MAC hash algorithm CALG_SHA_384 with \
         strength 384 bits and key exchange algorithm CALG_ECDHE with strength 384 bits",
    );
    if how == "hungup" {
        row("-", "", "Remote");
        return;
    }
    for (event, data) in [
        ("<", format!("EHLO {CLIENT}")),
        (">", "250  mail.contoso.com Hello [198.51.100.7] SIZE PIPELINING".to_owned()),
        ("<", "MAIL FROM:<bob@fabrikam.com> SIZE=1000".to_owned()),
        ("<", "RCPT TO:<anna@contoso.com>".to_owned()),
        (">", "250 2.1.0 Sender OK".to_owned()),
        (">", "250 2.1.5 Recipient OK".to_owned()),
        ("<", "BDAT 1000 LAST".to_owned()),
        (">", "250 2.6.0 <1@fabrikam.com> Queued mail for delivery".to_owned()),
        ("<", "QUIT".to_owned()),
        (">", "221 2.0.0 Service closing transmission channel".to_owned()),
    ] {
        row(event, &data, "");
    }
    row("-", "", "Local");
}

fn mail_rows<'t>(row: &mut impl FnMut(&str, &str, &str), value: &impl Fn(&str) -> Option<&'t str>) {
    let Some(to) = value("to") else { return };
    let from = value("from").unwrap_or("anna@contoso.com").trim_matches(['<', '>']);
    row("*", "", "sending message with RecordId 1 and InternetMessageId <1@contoso.com>");
    row(">", &format!("MAIL FROM:<{from}> SIZE=1000"), "");
    for address in to.split(',') {
        row(">", &format!("RCPT TO:<{address}>"), "");
    }
    row("<", value("mailreply").unwrap_or("250 2.1.0 Sender OK"), "");
    for (index, _) in to.split(',').enumerate() {
        // Of several recipients the first is refused.
        let reply = value("reply").filter(|_| index == 0).unwrap_or("250 2.1.5 Recipient OK");
        row("<", reply, "");
    }
    if value("reply").is_none() || to.contains(',') {
        row(">", "BDAT 1000 LAST", "");
        row("<", value("data").unwrap_or("250 2.6.0 <1@contoso.com> Queued mail for delivery"), "");
    }
}

fn certificate_row<'t>(
    row: &mut impl FnMut(&str, &str, &str),
    value: &impl Fn(&str) -> Option<&'t str>,
) {
    let names = value("cert").unwrap_or("mail.contoso.com");
    let (names, is_self) =
        names.strip_prefix("self:").map_or((names, false), |names| (names, true));
    if names == "none" {
        return;
    }
    let (names, digest) = match names.strip_prefix("made:") {
        Some(host) => (host, chain(host).0.thumbprint()),
        None => (names, thumbprint(names, value("serial").unwrap_or_default())),
    };
    let first = names.split(',').next().unwrap();
    let subject = format!("CN={first}");
    let issuer = if is_self { subject.as_str() } else { value("issuer").unwrap_or(ISSUER) };
    let time = |key: &str, day: &str| {
        let text = value(key).unwrap_or(day);
        if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00.000Z") }
    };
    let (since, until) = (time("since", "2026-03-01"), time("until", "2027-09-01"));
    let text = format!(
        " {subject} {issuer} 0F62B4D8A093C5E7F91B3D5F7092A4C6 {digest} {since} {until} {}",
        names.replace(',', ";")
    );
    row("*", &text, &format!("Sending certificate {CERTIFICATE_COLUMNS}"));
}

/// What a row names of a certificate, in this order.
const CERTIFICATE_COLUMNS: &str =
    "Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names";

/// The certificate of the other side, with its names, where they are given.
fn remote_row<'t>(
    row: &mut impl FnMut(&str, &str, &str),
    value: &impl Fn(&str) -> Option<&'t str>,
) {
    let Some(names) = value("remote") else { return };
    let first = names.split(',').next().unwrap();
    let text = format!(
        " CN={first} CN=DigiCert Cloud Services CA-1 0C3F8E5D1B7A924608C3F8E5D1B7A924 {} \
         2026-03-01T00:00:00.000Z 2027-09-01T00:00:00.000Z {}",
        thumbprint(names, ""),
        names.replace(',', ";")
    );
    row("*", &text, &format!("Remote certificate {CERTIFICATE_COLUMNS}"));
}

pub(super) fn read(server: &str, rows: &str) -> Vec<Session> {
    // EX01\Default Frontend EX01 is a receive connector.
    let connector = rows.split(',').nth(1).unwrap_or_default();
    let receive = connector.contains('\\');
    let kind = if receive { "Receive" } else { "Send" };
    let log = format!(
        "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP {kind} \
         Protocol Log\r\n#Date: 2026-11-16T00:00:00.000Z\r\n#Fields: date-time,connector-id,\
         session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n{rows}"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("SEND2026111601-1.LOG");
    fs::write(&path, log).unwrap();
    let input = LogInput { path, wildcards: false, server: Some(server.to_owned()) };
    let query = SessionQuery { inputs: vec![input], threads: 1, ..SessionQuery::default() };
    let mut reader = SessionReader::new(query).unwrap();
    let mut sessions = Vec::new();
    while let Some(batch) = reader.next_batch(1000, 1 << 20) {
        assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        sessions.extend(batch.sessions);
    }
    sessions
}
