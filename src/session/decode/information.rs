//! What the `*` rows of a protocol log say about TLS, certificates and the mail.

use memchr::{memchr, memchr2_iter, memmem};

/// What a `*` row says, by its context; contexts are compared by prefix, since their wording behind
/// it differs between builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Information<'row> {
    /// The beginning of a certificate: its openers, with or without the values in the same row.
    Certificate(CertificateRole),
    /// `Received certificate`: what follows repeats the thumbprint of the remote certificate.
    CertificateAgain,
    /// One value of the certificate that was opened last.
    CertificateValue(CertificateValue),
    /// `TLS protocol ... negotiation succeeded ...`, all of it.
    TlsSucceeded(&'row [u8]),
    /// `TLS negotiation failed with error X`: X.
    TlsFailed(&'row [u8]),
    /// `attempting to connect`
    Connecting,
    /// `Failed to connect...`, all of it.
    ConnectFailed(&'row [u8]),
    /// `Outbound Authentication failed with LogonDenied`, `Inbound AUTH LOGIN failed because of
    /// LogonDenied`, all of it.
    AuthenticationFailed(&'row [u8]),
    /// `sending message with RecordId n and InternetMessageId <...>`, all of it.
    Message(&'row [u8]),
    /// `... session id 08D54162A04116F1`: the session of the other half of a proxied session.
    ProxySession(&'row [u8]),
    /// Anything else.
    Other,
}

/// Whose certificate a block of rows describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CertificateRole {
    Sent,
    Remote,
}

/// Which value of a certificate a row of the long form holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CertificateValue {
    Subject,
    Issuer,
    SerialNumber,
    Thumbprint,
    AlternateNames,
}

/// What [`Information::Message`] says about a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MessageIds<'row> {
    /// n, empty if there is none.
    pub(super) record_id: &'row [u8],
    /// `<...>`, empty if there is none.
    pub(super) internet_message_id: &'row [u8],
}

impl<'row> MessageIds<'row> {
    #[inline]
    pub(super) fn parse(label: &'row [u8]) -> Self {
        Self::parse_usual(label).unwrap_or_else(|| Self::parse_any(label))
    }

    #[inline]
    fn parse_usual(label: &'row [u8]) -> Option<Self> {
        let ids = label.strip_prefix(b"sending message with RecordId ")?;
        let (record_id, rest) = ids.split_at_checked(memchr(b' ', ids)?)?;
        let internet_message_id = rest.strip_prefix(b" and InternetMessageId ")?.trim_ascii();
        Some(Self { record_id, internet_message_id })
    }

    #[cold]
    fn parse_any(label: &'row [u8]) -> Self {
        let behind = |name| Some(&label[memmem::find(label, name)? + name.len()..]);
        let record_id =
            behind(&b"RecordId "[..]).and_then(|id| id.split(|byte| *byte == b' ').next());
        Self {
            record_id: record_id.unwrap_or_default(),
            internet_message_id: behind(b"InternetMessageId ").unwrap_or_default().trim_ascii(),
        }
    }
}

const SUCCEEDED: &[u8] = b"negotiation succeeded";
const SESSION_ID: &[u8; 10] = b"session id";
const TLS_FAILED: &[u8] = b"TLS negotiation failed with error";

/// The first bytes of a label as one number, to be compared at once.
const fn word(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes)
}

const ATTEMPTING: u64 = word(*b"attempti");
const CERTIFICATE: u64 = word(*b"Certific");
const RECEIVED: u64 = word(*b"Received");
const REMOTE: u64 = word(*b"Remote c");
const SENDING_CERTIFICATE: u64 = word(*b"Sending ");
const SENDING_MESSAGE: u64 = word(*b"sending ");
const SET_PERMISSIONS: u64 = word(*b"Set Sess");
const TLS_PROTOCOL: u64 = word(*b"TLS prot");

const ALTERNATE: u64 = word(*b" alterna");
const ISSUER: u64 = word(*b" issuer ");
const SERIAL: u64 = word(*b" serial ");
const SUBJECT: u64 = word(*b" subject");
const THUMBPRINT: u64 = word(*b" thumbpr");

impl<'row> Information<'row> {
    #[inline]
    pub(super) fn parse(context: &'row [u8]) -> Self {
        Self::parse_usual(context).unwrap_or_else(|| Self::parse_any(context))
    }

    /// The labels of most rows as Exchange writes them. `None` does not mean that it is another.
    #[expect(clippy::inline_always, reason = "what it returns is large and looked at at once")]
    #[inline(always)]
    pub(super) fn parse_usual(context: &'row [u8]) -> Option<Self> {
        let (start, rest) = context.split_first_chunk()?;
        let information = match word(*start) {
            CERTIFICATE => Self::CertificateValue(usual_value(rest.strip_prefix(b"ate")?)?),
            SENDING_MESSAGE if rest.starts_with(b"message") => Self::Message(context),
            ATTEMPTING if rest.starts_with(b"ng to connect") => Self::Connecting,
            SET_PERMISSIONS if rest == b"ion Permissions" => Self::Other,
            TLS_PROTOCOL if rest.starts_with(b"ocol") && succeeds_after_a_word(rest) => {
                Self::TlsSucceeded(context)
            }
            SENDING_CERTIFICATE if rest.starts_with(b"certificate") => {
                Self::Certificate(CertificateRole::Sent)
            }
            REMOTE if rest.starts_with(b"ertificate") => Self::Certificate(CertificateRole::Remote),
            RECEIVED if rest.starts_with(b" certificate") => Self::CertificateAgain,
            _ => return None,
        };
        Some(information)
    }

    #[cold]
    pub(super) fn parse_any(context: &'row [u8]) -> Self {
        let starts = |prefix: &[u8]| {
            context.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        match context.first() {
            Some(b'C' | b'c') if starts(b"Certificate ") => value_of_certificate(context),
            Some(b'S' | b's') if starts(b"Sending certificate") => {
                Self::Certificate(CertificateRole::Sent)
            }
            Some(b'S' | b's') if starts(b"sending message") => Self::Message(context),
            Some(b'R' | b'r') if starts(b"Remote certificate") => {
                Self::Certificate(CertificateRole::Remote)
            }
            Some(b'R' | b'r') if starts(b"Received certificate") => Self::CertificateAgain,
            Some(b'T' | b't') if starts(TLS_FAILED) => {
                Self::TlsFailed(context[TLS_FAILED.len()..].trim_ascii())
            }
            Some(b'T' | b't')
                if starts(b"TLS protocol") && memmem::find(context, SUCCEEDED).is_some() =>
            {
                Self::TlsSucceeded(context)
            }
            Some(b'A' | b'a') if starts(b"attempting to connect") => Self::Connecting,
            Some(b'F' | b'f')
                if starts(b"Failed to connect") || starts(b"Failed connection to") =>
            {
                Self::ConnectFailed(context)
            }
            Some(b'O' | b'o') if starts(b"Outbound Authentication failed") => {
                Self::AuthenticationFailed(context)
            }
            Some(b'I' | b'i')
                if starts(b"Inbound AUTH ")
                    && memmem::find(context, b" failed because of ").is_some() =>
            {
                Self::AuthenticationFailed(context)
            }
            None => Self::Other,
            Some(_) => proxy_session(context),
        }
    }
}

fn value_of_certificate(context: &[u8]) -> Information<'_> {
    let label = &context[b"Certificate ".len()..];
    let starts = |prefix: &[u8]| {
        label.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let value = match label.first().map(u8::to_ascii_lowercase) {
        Some(b's') if starts(b"subject") => CertificateValue::Subject,
        Some(b'i') if starts(b"issuer") => CertificateValue::Issuer,
        Some(b's') if starts(b"serial") => CertificateValue::SerialNumber,
        Some(b't') if starts(b"thumbprint") => CertificateValue::Thumbprint,
        Some(b'a') if starts(b"alternate") => CertificateValue::AlternateNames,
        _ => return Information::Other,
    };
    Information::CertificateValue(value)
}

/// What stands behind `Certificate`.
#[inline]
fn usual_value(label: &[u8]) -> Option<CertificateValue> {
    let (start, rest) = label.split_first_chunk()?;
    let value = match word(*start) {
        SUBJECT => CertificateValue::Subject,
        ISSUER => CertificateValue::Issuer,
        SERIAL => CertificateValue::SerialNumber,
        THUMBPRINT if rest.starts_with(b"int") => CertificateValue::Thumbprint,
        ALTERNATE if rest.starts_with(b"te") => CertificateValue::AlternateNames,
        _ => return None,
    };
    Some(value)
}

/// Whether what stands behind `TLS prot` is `ocol`, the protocol's name and `negotiation succeeded`.
#[inline]
fn succeeds_after_a_word(rest: &[u8]) -> bool {
    let name = rest.strip_prefix(b"ocol ");
    let behind = name.and_then(|name| name.get(memchr(b' ', name)? + 1..));
    behind.is_some_and(|behind| behind.starts_with(SUCCEEDED))
}

fn proxy_session(context: &[u8]) -> Information<'_> {
    // Most texts have few of the letter that ends the label.
    let mut ends = memchr2_iter(b'd', b'D', context).map(|at| context.split_at(at + 1));
    let id = ends.find_map(|(label, rest)| {
        let is_label = label.last_chunk::<10>()?.eq_ignore_ascii_case(SESSION_ID);
        let digits = rest.strip_prefix(b" ").filter(|_| is_label)?;
        let length = digits.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        (length == 16).then(|| &digits[..16])
    });
    id.map_or(Information::Other, Information::ProxySession)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn usual_labels_mean_what_they_mean_in_any_case(
            context in prop::sample::select(LABELS.to_vec()),
            change in prop::option::of((0..60_usize, "[ a-zA-Z]?")),
        ) {
            let context = crate::session::decode::texts::changed(context, change);
            if let Some(usual) = Information::parse_usual(context.as_bytes()) {
                prop_assert_eq!(usual, Information::parse_any(context.as_bytes()), "{}", context);
            }
            if let Some(usual) = MessageIds::parse_usual(context.as_bytes()) {
                prop_assert_eq!(usual, MessageIds::parse_any(context.as_bytes()), "{}", context);
            }
        }

        #[test]
        fn a_session_id_is_found_wherever_it_stands(context in "(session id |[sS]ession iD|d|[0-9aF]{16}| |x){0,6}") {
            let plain = (0..context.len()).find_map(|start| {
                let (label, rest) = context.as_bytes()[start..].split_at_checked(11)?;
                let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                (label.eq_ignore_ascii_case(b"session id ") && digits == 16).then(|| &rest[..16])
            });
            let found = plain.map_or(Information::Other, Information::ProxySession);
            prop_assert_eq!(proxy_session(context.as_bytes()), found, "{}", context);
        }
    }

    const LABELS: [&str; 19] = [
        "Certificate subject",
        "Certificate issuer name",
        "Certificate serial number",
        "Certificate thumbprint",
        "Certificate alternate names",
        "Certificate",
        "sending message with RecordId 167503004549 and InternetMessageId <a b@c> ",
        "sending message with RecordId 1 x and InternetMessageId InternetMessageId ",
        "sending message",
        "attempting to connect",
        "Set Session Permissions",
        "TLS protocol SP_PROT_TLS1_2_CLIENT negotiation succeeded using",
        "TLS protocol  negotiation succeeded",
        "TLS protocol of a negotiation succeeded",
        "TLS negotiation failed with error X",
        "Sending certificate Subject",
        "Remote certificate",
        "Received certificate",
        "Failed to connect",
    ];

    #[test]
    fn a_mail_is_announced_with_its_ids() {
        for (label, record_id, internet_message_id) in [
            ("sending message with RecordId 1 and InternetMessageId <a b@c>", "1", "<a b@c>"),
            ("Sending message with InternetMessageId <a@b> ", "", "<a@b>"),
            ("sending message with RecordId 1", "1", ""),
            ("sending message", "", ""),
        ] {
            let (record_id, internet_message_id) =
                (record_id.as_bytes(), internet_message_id.as_bytes());
            let ids = MessageIds { record_id, internet_message_id };
            assert_eq!(MessageIds::parse(label.as_bytes()), ids, "{label}");
        }
    }

    #[test]
    fn contexts_are_taken_by_prefix() {
        let condensed = "Sending certificate Subject Issuer name Serial number Thumbprint \
                         Not before Not after Subject alternate names";
        for (context, expected) in [
            ("Sending certificate", Information::Certificate(CertificateRole::Sent)),
            (condensed, Information::Certificate(CertificateRole::Sent)),
            ("Remote certificate", Information::Certificate(CertificateRole::Remote)),
            ("Received certificate Certificate thumbprint", Information::CertificateAgain),
            ("Certificate subject", Information::CertificateValue(CertificateValue::Subject)),
            ("Certificate issuer name", Information::CertificateValue(CertificateValue::Issuer)),
            (
                "Certificate serial number",
                Information::CertificateValue(CertificateValue::SerialNumber),
            ),
            ("Certificate thumbprint", Information::CertificateValue(CertificateValue::Thumbprint)),
            (
                "Certificate alternate names",
                Information::CertificateValue(CertificateValue::AlternateNames),
            ),
            (
                "TLS negotiation failed with error UnknownCredentials",
                Information::TlsFailed(b"UnknownCredentials"),
            ),
            (
                "Outbound Authentication failed with LogonDenied",
                Information::AuthenticationFailed(
                    b"Outbound Authentication failed with LogonDenied",
                ),
            ),
            (
                "Inbound AUTH LOGIN failed because of LogonDenied",
                Information::AuthenticationFailed(
                    b"Inbound AUTH LOGIN failed because of LogonDenied",
                ),
            ),
            ("Inbound AUTH LOGIN", Information::Other),
            ("attempting to connect", Information::Connecting),
            ("sending message", Information::Message(b"sending message")),
            (
                "Proxying outbound session with session id 08D54162A04116F1 to EX01",
                Information::ProxySession(b"08D54162A04116F1"),
            ),
            (
                "session id 08D5 and Session ID 08d54162a04116f1",
                Information::ProxySession(b"08d54162a04116f1"),
            ),
            ("session id 08D54162A04116F1FF", Information::Other),
            ("Set Session Permissions", Information::Other),
            ("", Information::Other),
        ] {
            assert_eq!(Information::parse(context.as_bytes()), expected, "{context}");
        }
    }
}
