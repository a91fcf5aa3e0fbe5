//! What the `*` rows of a protocol log say about TLS, certificates and the mail.

use memchr::{memchr, memmem};

/// What a `*` row says, told by its context; contexts are taken by prefix, since their wording
/// behind it differs between builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Information<'row> {
    /// The beginning of a certificate: its openers, with or without the values in the same row.
    Certificate(CertificateRole),
    /// `Received certificate`: what follows repeats the thumbprint of the remote certificate.
    CertificateAgain,
    /// One value of the certificate that was opened last.
    CertificateValue(CertificateValue),
    /// `TLS protocol ... negotiation succeeded ...`, whole.
    TlsSucceeded(&'row [u8]),
    /// `TLS negotiation failed with error X`: X.
    TlsFailed(&'row [u8]),
    /// `attempting to connect`
    Connecting,
    /// `Failed to connect...`, whole.
    ConnectFailed(&'row [u8]),
    /// `sending message with RecordId n and InternetMessageId <...>`: both values.
    Message {
        /// n, empty if there is none.
        record_id: &'row [u8],
        /// `<...>`, empty if there is none.
        internet_message_id: &'row [u8],
    },
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

const MESSAGE: &[u8] = b"sending message";
const USUAL_MESSAGE: &[u8] = b"sending message with RecordId ";
const SUCCEEDED: &[u8] = b"negotiation succeeded";
const RECORD_ID: &[u8] = b"RecordId ";
const INTERNET_MESSAGE_ID: &[u8] = b"InternetMessageId ";
const SESSION_ID: &[u8] = b"session id ";
const TLS_FAILED: &[u8] = b"TLS negotiation failed with error";

impl<'row> Information<'row> {
    pub(super) fn parse(context: &'row [u8]) -> Self {
        let starts = |prefix: &[u8]| {
            context.starts_with(prefix)
                || context
                    .get(..prefix.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        match context.first() {
            Some(b'C' | b'c') if starts(b"Certificate ") => value_of_certificate(context),
            Some(b'S' | b's') if starts(b"Sending certificate") => {
                Self::Certificate(CertificateRole::Sent)
            }
            Some(b'S' | b's') if starts(MESSAGE) => message(context),
            Some(b'R' | b'r') if starts(b"Remote certificate") => {
                Self::Certificate(CertificateRole::Remote)
            }
            Some(b'R' | b'r') if starts(b"Received certificate") => Self::CertificateAgain,
            Some(b'T' | b't') if starts(TLS_FAILED) => {
                Self::TlsFailed(context[TLS_FAILED.len()..].trim_ascii())
            }
            Some(b'T' | b't') if starts(b"TLS protocol") && tells_of_success(context) => {
                Self::TlsSucceeded(context)
            }
            Some(b'A' | b'a') if starts(b"attempting to connect") => Self::Connecting,
            Some(b'F' | b'f')
                if starts(b"Failed to connect") || starts(b"Failed connection to") =>
            {
                Self::ConnectFailed(context)
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

fn tells_of_success(context: &[u8]) -> bool {
    // The usual place first: behind one word that names the protocol.
    let mut words = context.splitn(4, |byte| *byte == b' ').skip(3);
    words.next().is_some_and(|rest| rest.starts_with(SUCCEEDED))
        || memmem::find(context, SUCCEEDED).is_some()
}

fn message(context: &[u8]) -> Information<'_> {
    let after = |text: &'_ [u8], label: &[u8]| memmem::find(text, label).map(|at| at + label.len());
    // The usual places first: directly behind one another.
    let usual = context.strip_prefix(USUAL_MESSAGE).and_then(|rest| {
        let (record_id, rest) = rest.split_at_checked(memchr(b' ', rest)?)?;
        let internet_message_id = rest.strip_prefix(b" and InternetMessageId ")?;
        Some(Information::Message {
            record_id,
            internet_message_id: internet_message_id.trim_ascii(),
        })
    });
    usual.unwrap_or_else(|| Information::Message {
        record_id: after(context, RECORD_ID)
            .and_then(|at| context[at..].split(|byte| *byte == b' ').next())
            .unwrap_or_default(),
        internet_message_id: after(context, INTERNET_MESSAGE_ID)
            .map(|at| context[at..].trim_ascii())
            .unwrap_or_default(),
    })
}

fn proxy_session(context: &[u8]) -> Information<'_> {
    let mut rest = context;
    while let Some(at) =
        rest.windows(SESSION_ID.len()).position(|window| window.eq_ignore_ascii_case(SESSION_ID))
    {
        rest = &rest[at + SESSION_ID.len()..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if length == 16 {
            return Information::ProxySession(&rest[..16]);
        }
    }
    Information::Other
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("attempting to connect", Information::Connecting),
            (
                "sending message with RecordId 167503004549 and InternetMessageId <a b@c>",
                Information::Message {
                    record_id: b"167503004549",
                    internet_message_id: b"<a b@c>",
                },
            ),
            ("sending message", Information::Message { record_id: b"", internet_message_id: b"" }),
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
