//! A row of the SMTP service of IIS, whichever format it is written in.

use std::borrow::Cow;

use memchr::memchr;

use crate::timestamp::Timestamp;

/// Who speaks in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IisSpeaker {
    /// A client's command to this server, with this server's status.
    Client,
    /// This server's command to another one.
    OutboundCommand,
    /// The other server's reply.
    OutboundResponse,
}

/// A row, borrowed from its line; what the log does not hold is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IisRow<'line> {
    /// When: UTC, or the server's local time ([`IisFormat::Native`]).
    pub date_time: Timestamp,
    /// Who speaks.
    pub speaker: IisSpeaker,
    /// The other side's address.
    pub client_address: &'line [u8],
    /// This server's address.
    pub server_address: &'line [u8],
    /// The port of the server side; 0 where it is not known.
    pub port: &'line [u8],
    /// The virtual server, such as `SMTPSVC1`.
    pub service: &'line [u8],
    /// This server's name.
    pub computer: &'line [u8],
    /// The command's verb.
    pub verb: &'line [u8],
    /// What follows the verb, or the reply.
    pub text: Cow<'line, [u8]>,
    /// This server's reply code to a client.
    pub status: Option<u16>,
    /// The protocol, such as `SMTP`.
    pub(super) version: &'line [u8],
}

/// The names that IIS gives the user in rows of outbound connections.
const OUTBOUND: [(&[u8], IisSpeaker); 2] = [
    (b"OutboundConnectionCommand", IisSpeaker::OutboundCommand),
    (b"OutboundConnectionResponse", IisSpeaker::OutboundResponse),
];

const SMTP_VERBS: &[&[u8]] = &[
    b"EHLO",
    b"HELO",
    b"MAIL",
    b"RCPT",
    b"DATA",
    b"BDAT",
    b"RSET",
    b"QUIT",
    b"STARTTLS",
    b"AUTH",
    b"NOOP",
    b"VRFY",
    b"ETRN",
    b"TURN",
    b"HELP",
];

impl IisRow<'_> {
    pub(super) fn is_smtp(&self) -> bool {
        let is = |text: &[u8], word: &[u8]| text.eq_ignore_ascii_case(word);
        if !self.service.is_empty() {
            return self.service.get(..7).is_some_and(|start| is(start, b"SMTPSVC"));
        }
        self.speaker != IisSpeaker::Client
            || is(self.version, b"SMTP")
            || SMTP_VERBS.iter().any(|verb| is(self.verb, verb))
    }
}

/// Who speaks, by the user's name; where the columns leave that out, by the rest of the row.
pub(super) fn speaker(
    user: Option<&[u8]>,
    verb: &[u8],
    text: &[u8],
    status: Option<u16>,
) -> IisSpeaker {
    if let Some(user) = user {
        let known = OUTBOUND.iter().find(|(name, _)| user.eq_ignore_ascii_case(name));
        return known.map_or(IisSpeaker::Client, |(_, speaker)| *speaker);
    }
    let is_reply = verb.is_empty()
        && text.len() >= 3
        && matches!(text[0], b'2'..=b'5')
        && text[1..3].iter().all(u8::is_ascii_digit);
    match status {
        _ if is_reply => IisSpeaker::OutboundResponse,
        Some(0) => IisSpeaker::OutboundCommand,
        _ => IisSpeaker::Client,
    }
}

/// The value of a field; `-` stands for none.
pub(super) fn value(field: &[u8]) -> &[u8] {
    if field == b"-" { b"" } else { field }
}

pub(super) fn number(field: &[u8]) -> Option<u16> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// Blanks in a value are written as `+`.
pub(super) fn with_blanks(text: &[u8]) -> Cow<'_, [u8]> {
    let text = text.trim_ascii();
    if memchr(b'+', text).is_none() {
        return Cow::Borrowed(text);
    }
    let blanks: Vec<u8> =
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    Cow::Owned(blanks.trim_ascii().to_vec())
}
