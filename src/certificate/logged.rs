//! Certificates as the certificate rows of protocol logs describe them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// A certificate as a log describes it. `None` means that the log does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LoggedCertificate {
    /// The subject, a Windows X.500 string (`CN=mail.contoso.com, O=Contoso Ltd, C=NO`).
    pub subject: Option<Arc<str>>,
    /// The issuer, a Windows X.500 string.
    pub issuer: Option<Arc<str>>,
    /// The serial number in hexadecimal digits, as logged.
    pub serial_number: Option<Arc<str>>,
    /// The SHA-1 thumbprint: 40 hexadecimal digits in upper case; masked text as logged.
    pub thumbprint: Option<Arc<str>>,
    /// The beginning of its validity; the long form of the rows does not say.
    pub not_before: Option<Timestamp>,
    /// The end of its validity; the long form of the rows does not say.
    pub not_after: Option<Timestamp>,
    /// The subject alternate names as logged, in that order, each once.
    pub dns_names: Vec<Arc<str>>,
    /// Whether more than one split of the logged text into subject and issuer fits.
    #[serde(skip)]
    pub subject_issuer_ambiguous: bool,
}

/// The values of the long form, one row each (Exchange 2007 to early 2016). Empty = no such row.
#[derive(Clone, Copy, Debug, Default)]
pub struct CertificateRows<'log> {
    /// `Certificate subject`
    pub subject: &'log str,
    /// `Certificate issuer name`
    pub issuer: &'log str,
    /// `Certificate serial number`
    pub serial_number: &'log str,
    /// `Certificate thumbprint`
    pub thumbprint: &'log str,
    /// `Certificate alternate names`, separated by semicolons
    pub alternate_names: &'log str,
}

impl LoggedCertificate {
    /// Takes the rows of the long form.
    #[must_use]
    pub fn from_rows(rows: &CertificateRows<'_>) -> Self {
        Self {
            subject: filled(rows.subject),
            issuer: filled(rows.issuer),
            serial_number: filled(rows.serial_number),
            thumbprint: filled(&thumbprint(rows.thumbprint)),
            dns_names: alternate_names(rows.alternate_names),
            ..Self::default()
        }
    }

    /// Reads the condensed form (later Exchange 2016, 2019, SE): one blank, then subject, issuer,
    /// serial number, thumbprint, two dates and the alternate names, joined by one blank each.
    ///
    /// Subject and issuer hold blanks themselves, so it is read from the right; where several
    /// splits of the two fit, the result says so. Text of another shape gives what can be known
    /// from it, at least a thumbprint, else `None`.
    #[must_use]
    pub fn from_condensed(text: &str) -> Option<Self> {
        let text = text.strip_prefix(' ').unwrap_or(text);
        let Some(tail) = CondensedTail::find(text) else {
            let lone = text.split(' ').find(|word| is_thumbprint(word))?;
            return Some(Self { thumbprint: filled(&thumbprint(lone)), ..Self::default() });
        };
        let (subject, issuer, subject_issuer_ambiguous) = split_subject_and_issuer(tail.names);
        Some(Self {
            subject: filled(subject),
            issuer: filled(issuer),
            serial_number: filled(tail.serial_number),
            thumbprint: filled(&thumbprint(tail.thumbprint)),
            not_before: Some(tail.not_before),
            not_after: Some(tail.not_after),
            dns_names: alternate_names(tail.alternate_names),
            subject_issuer_ambiguous,
        })
    }
}

/// The condensed form, cut where the words are unmistakable.
struct CondensedTail<'text> {
    names: &'text str,
    serial_number: &'text str,
    thumbprint: &'text str,
    not_before: Timestamp,
    not_after: Timestamp,
    alternate_names: &'text str,
}

impl<'text> CondensedTail<'text> {
    /// The rightmost place where serial number, thumbprint and two dates follow each other.
    fn find(text: &'text str) -> Option<Self> {
        let mut after_dates = text.len();
        loop {
            let dates = &text[..after_dates];
            if let Some(found) = Self::ending_at(dates) {
                return Some(Self {
                    alternate_names: text.get(after_dates + 1..).unwrap_or_default(),
                    ..found
                });
            }
            after_dates = dates.rfind(' ')?;
        }
    }

    fn ending_at(text: &'text str) -> Option<Self> {
        let mut words = text.rsplitn(5, ' ');
        let not_after = stamp(words.next()?)?;
        let not_before = stamp(words.next()?)?;
        let thumbprint = words.next().filter(|word| is_thumbprint(word))?;
        let serial_number = words.next()?;
        let is_serial_number =
            !serial_number.is_empty() && serial_number.bytes().all(|byte| byte.is_ascii_hexdigit());
        let names = words.next()?;
        is_serial_number.then_some(Self {
            names,
            serial_number,
            thumbprint,
            not_before,
            not_after,
            alternate_names: "",
        })
    }
}

fn stamp(word: &str) -> Option<Timestamp> {
    Timestamp::from_log_stamp(word.as_bytes())
        .or_else(|| word.contains('T').then(|| Timestamp::parse(word)).flatten())
}

fn is_thumbprint(word: &str) -> bool {
    word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn thumbprint(text: &str) -> String {
    let text = text.trim();
    if is_thumbprint(text) { text.to_ascii_uppercase() } else { text.to_owned() }
}

fn filled(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    (!text.is_empty()).then(|| Arc::from(text))
}

fn alternate_names(list: &str) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    for name in list.split(';').map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(Arc::from(name));
        }
    }
    names
}

/// The attribute keys that Windows writes in X.500 strings (`CertNameToStr`), and those of input.
const ATTRIBUTE_KEYS: &[&str] = &[
    "CN",
    "L",
    "O",
    "OU",
    "E",
    "C",
    "S",
    "ST",
    "STREET",
    "T",
    "G",
    "I",
    "SN",
    "SERIALNUMBER",
    "DC",
    "DESCRIPTION",
    "POSTALCODE",
    "POBOX",
    "PHONE",
    "X21ADDRESS",
    "DNQUALIFIER",
    "GN",
    "TITLE",
    "EMAIL",
    "INITIALS",
];

/// Longer than any attribute key, dotted object identifiers among them.
const MAXIMUM_KEY: usize = 64;

fn begins_with_attribute(text: &[u8]) -> bool {
    let head = &text[..text.len().min(MAXIMUM_KEY)];
    let Some(length) = memchr::memchr(b'=', head) else { return false };
    let key = &head[..length];
    let is_dotted_oid = key.len() > 4
        && key[..4].eq_ignore_ascii_case(b"OID.")
        && key[4..].iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    is_dotted_oid || ATTRIBUTE_KEYS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(key))
}

/// Splits `subject issuer` at the blank between them, and says whether another blank would do too.
///
/// Between them stands a blank before an attribute key that no comma or plus precedes, outside
/// quotes: inside a name every attribute but the first follows `, ` or ` + `.
fn split_subject_and_issuer(names: &str) -> (&str, &str, bool) {
    let mut candidates = Vec::new();
    let mut is_quoted = false;
    let mut previous = b' ';
    for (at, byte) in names.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b' ' if !is_quoted
                && !matches!(previous, b',' | b'+')
                && begins_with_attribute(&names.as_bytes()[at + 1..]) =>
            {
                candidates.push(at);
            }
            _ => {}
        }
        previous = byte;
    }
    let split = |at: usize| (&names[..at], &names[at + 1..]);
    let self_signed = candidates.iter().copied().find(|at| {
        let (subject, issuer) = split(*at);
        subject == issuer
    });
    match self_signed.or_else(|| candidates.first().copied()) {
        Some(at) => {
            let (subject, issuer) = split(at);
            (subject, issuer, candidates.len() > 1)
        }
        None => (names, "", false),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TAIL: &str = "0A1B 1234567890ABCDEF1234567890ABCDEF12345678 \
                        2026-01-17T00:00:00.000Z 2027-01-17T23:59:59.000Z";

    fn condensed(names: &str, alternate_names: &str) -> LoggedCertificate {
        LoggedCertificate::from_condensed(&format!(" {names} {TAIL} {alternate_names}")).unwrap()
    }

    #[test]
    fn the_condensed_form_is_read_from_the_right() {
        let certificate = condensed(
            "CN=mail.contoso.com, O=Contoso Ltd, C=NO CN=Fabrikam CA 5, O=Fabrikam, C=US",
            "mail.contoso.com;contoso.com;Mail.contoso.com",
        );
        assert_eq!(
            certificate.subject.as_deref(),
            Some("CN=mail.contoso.com, O=Contoso Ltd, C=NO")
        );
        assert_eq!(certificate.issuer.as_deref(), Some("CN=Fabrikam CA 5, O=Fabrikam, C=US"));
        assert_eq!(certificate.serial_number.as_deref(), Some("0A1B"));
        assert_eq!(
            certificate.thumbprint.as_deref(),
            Some("1234567890ABCDEF1234567890ABCDEF12345678")
        );
        assert_eq!(certificate.not_before.unwrap().to_string(), "2026-01-17T00:00:00.000Z");
        assert_eq!(certificate.not_after.unwrap().to_string(), "2027-01-17T23:59:59.000Z");
        let names: Vec<&str> = certificate.dns_names.iter().map(|name| &**name).collect();
        assert_eq!(names, ["mail.contoso.com", "contoso.com"]);
        assert!(!certificate.subject_issuer_ambiguous);
    }

    #[test]
    fn subject_and_issuer_are_split_where_one_name_ends() {
        for (names, subject, issuer, ambiguous) in [
            ("CN=EX01 CN=EX01", "CN=EX01", "CN=EX01", false),
            ("CN=EX 01 CN=EX 01", "CN=EX 01", "CN=EX 01", false),
            (" CN=Issuing CA", "", "CN=Issuing CA", false),
            (
                r#"CN=a, O="Contoso, CN=x Ltd" CN=CA, O="DigiCert, Inc", C=US"#,
                r#"CN=a, O="Contoso, CN=x Ltd""#,
                r#"CN=CA, O="DigiCert, Inc", C=US"#,
                false,
            ),
            ("CN=a + OU=b, C=US C=DE, O=c", "CN=a + OU=b, C=US", "C=DE, O=c", false),
            (
                "CN=a, OID.1.3.6.1.4.1=x OID.2.5.4.97=y",
                "CN=a, OID.1.3.6.1.4.1=x",
                "OID.2.5.4.97=y",
                false,
            ),
            ("E=a@b, CN=x SERIALNUMBER=7, CN=y", "E=a@b, CN=x", "SERIALNUMBER=7, CN=y", false),
            ("CN=a O=b CN=c", "CN=a", "O=b CN=c", true),
            ("CN=a O=b CN=a O=b", "CN=a O=b", "CN=a O=b", true),
            ("CN=only", "CN=only", "", false),
        ] {
            assert_eq!(split_subject_and_issuer(names), (subject, issuer, ambiguous), "{names}");
        }
    }

    #[test]
    fn an_empty_list_of_names_is_read_with_and_without_its_blank() {
        for text in [format!(" CN=a CN=b {TAIL}"), format!(" CN=a CN=b {TAIL} ")] {
            let certificate = LoggedCertificate::from_condensed(&text).unwrap();
            assert!(certificate.dns_names.is_empty());
            assert_eq!(certificate.issuer.as_deref(), Some("CN=b"));
        }
    }

    #[test]
    fn of_a_lone_thumbprint_the_thumbprint_is_kept_and_of_other_text_nothing() {
        let lone = LoggedCertificate::from_condensed(" 89abcdef0123456789ABCDEF0123456789ABCDEF");
        assert_eq!(
            lone.unwrap().thumbprint.as_deref(),
            Some("89ABCDEF0123456789ABCDEF0123456789ABCDEF")
        );
        assert_eq!(LoggedCertificate::from_condensed(" CN=x CN=y xxxx"), None);
    }

    #[test]
    fn masked_values_of_the_long_form_stay_text() {
        let certificate = LoggedCertificate::from_rows(&CertificateRows {
            subject: "CN=*.contoso.com",
            thumbprint: "xxxxxxxx",
            alternate_names: "*.contoso.com;;contoso.com; *.CONTOSO.com",
            ..CertificateRows::default()
        });
        assert_eq!(certificate.thumbprint.as_deref(), Some("xxxxxxxx"));
        assert_eq!(certificate.issuer, None);
        assert_eq!(certificate.dns_names.len(), 2);
    }

    proptest! {
        #[test]
        fn names_by_the_rules_of_windows_are_split_without_ambiguity(
            subject in x500_name(),
            issuer in x500_name(),
        ) {
            let certificate = condensed(&format!("{subject} {issuer}"), "a.test");
            prop_assert_eq!(certificate.subject.as_deref().unwrap(), &subject);
            prop_assert_eq!(certificate.issuer.as_deref().unwrap(), &issuer);
            prop_assert!(!certificate.subject_issuer_ambiguous);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[ -~é\u{0}]{0,120}") {
            let _ = LoggedCertificate::from_condensed(&text);
            let _ = LoggedCertificate::from_condensed(&format!("{text} {TAIL} {text}"));
        }
    }

    /// Names as `CertNameToStr` writes them: quoted where a special character demands it.
    fn x500_name() -> impl Strategy<Value = String> {
        let value =
            prop_oneof!["[a-zé*.]{1,8}( [a-z]{1,5})?", "\"[a-z]{1,4}[,=+] CN=[a-z ]{0,4}\""];
        let attribute =
            (prop::sample::select(vec!["CN", "O", "OU", "C", "DC", "OID.1.2.3"]), value);
        prop::collection::vec((attribute, prop::bool::ANY), 1..5).prop_map(|attributes| {
            let mut name = String::new();
            for ((key, value), joins) in attributes {
                if !name.is_empty() {
                    name.push_str(if joins { " + " } else { ", " });
                }
                name.push_str(key);
                name.push('=');
                name.push_str(&value);
            }
            name
        })
    }
}
