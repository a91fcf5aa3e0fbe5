//! What the banner and the EHLO reply say about a server and about what lies on the way to it.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::{self, Finder};

use super::byte_search::holds_any;
use super::smtp::reply_text;

/// Whether a line of an EHLO reply is one of the extensions that most servers offer, each in a row of
/// its own, and that say nothing about TLS or about a firewall.
pub(super) fn is_common_extension(line: &[u8]) -> bool {
    match line.get(4..) {
        Some([b'S', b'I', b'Z', b'E', b' ', size @ ..]) => size.iter().all(u8::is_ascii_digit),
        Some(keyword) => COMMON_EXTENSIONS.contains(&keyword),
        None => false,
    }
}

const COMMON_EXTENSIONS: [&[u8]; 6] =
    [b"PIPELINING", b"DSN", b"ENHANCEDSTATUSCODES", b"8BITMIME", b"BINARYMIME", b"CHUNKING"];

/// Whether a line of an EHLO reply has STARTTLS among its words: one keyword a row in older builds,
/// all in one in later.
pub(super) fn offers_start_tls(line: &[u8]) -> bool {
    static AMONG_OTHERS: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b" STARTTLS "));
    AMONG_OTHERS.find(line).is_some()
        || words(reply_text(line)).any(|word| word.eq_ignore_ascii_case(b"STARTTLS"))
}

/// Whether a banner or a line of an EHLO reply has the marks of a firewall that rewrites SMTP:
/// `220 ******`, keywords overwritten with X (`250-XXXXXXXA`).
pub(super) fn looks_rewritten(line: &[u8]) -> bool {
    holds_any(line, [b'*', b'X']) && {
        let text = reply_text(line);
        memmem::find(text, b"*****").is_some() || words(text).any(is_overwritten)
    }
}

fn is_overwritten(word: &[u8]) -> bool {
    match word {
        [start @ .., b'A' | b'X'] => start.len() >= 3 && start.iter().all(|byte| *byte == b'X'),
        _ => false,
    }
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr(b' ', text).unwrap_or(text.len());
        rest = text.get(end + 1..);
        text.get(..end)
    })
}

/// The address in `Hello [203.0.113.7]`.
pub(super) fn greeted_address(line: &[u8]) -> Option<&[u8]> {
    let bracket = memchr(b'[', line)?;
    let rest = line[..bracket].ends_with(b"Hello ").then(|| &line[bracket + 1..])?;
    let end = memchr(b']', rest)?;
    (end > 0).then(|| &rest[..end])
}

/// The host name at the beginning of a banner or EHLO reply; `None` if it is masked, or a keyword
/// stands there because the line with the name is missing.
pub(super) fn greeting_host(line: &[u8]) -> Option<&[u8]> {
    let text = reply_text(line);
    let host = &text[..memchr(b' ', text).unwrap_or(text.len())];
    let kinds = host.iter().fold(0, |kinds, byte| kinds | KIND_IN_A_NAME[usize::from(*byte)]);
    (kinds & (LETTER | OTHER) == LETTER && !is_keyword(host)).then_some(host)
}

/// Whether a word is one of EHLO's keywords (RFC 5321, 4.1.1.1; the registry of SMTP service
/// extensions; those of Exchange begin with X), or the protocol's name in a banner.
fn is_keyword(word: &[u8]) -> bool {
    let starts = |prefix: &[u8]| {
        word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    !word.contains(&b'.')
        && (starts(b"X-")
            || starts(b"AUTH=")
            || KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword)))
}

const KEYWORDS: [&[u8]; 24] = [
    b"SIZE",
    b"PIPELINING",
    b"DSN",
    b"ENHANCEDSTATUSCODES",
    b"8BITMIME",
    b"BINARYMIME",
    b"CHUNKING",
    b"STARTTLS",
    b"AUTH",
    b"SMTPUTF8",
    b"HELP",
    b"ETRN",
    b"TURN",
    b"ATRN",
    b"VRFY",
    b"EXPN",
    b"REQUIRETLS",
    b"DELIVERBY",
    b"XEXCH50",
    b"XRDST",
    b"XSHADOW",
    b"XOORG",
    b"ESMTP",
    b"SMTP",
];

const LETTER: u8 = 1;
const OTHER: u8 = 2;

/// Of each byte: a letter, 0 = another that names and literals of addresses hold, or neither.
static KIND_IN_A_NAME: [u8; 256] = {
    let mut kinds = [OTHER; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'A'..=b'Z' | b'a'..=b'z' => LETTER,
            b'0'..=b'9' | b'-' | b'.' | b'_' | b'[' | b']' | b':' => 0,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn start_tls_is_offered_by_a_word_of_the_text(
            line in "250[- ](STARTTLS|starttls|DSN|[ \tX]){0,6}",
        ) {
            let mut words = reply_text(line.as_bytes()).split(|byte| *byte == b' ');
            let is_offered = words.any(|word| word.eq_ignore_ascii_case(b"STARTTLS"));
            prop_assert_eq!(offers_start_tls(line.as_bytes()), is_offered, "{}", line);
        }
    }

    #[test]
    fn a_greeting_gives_its_host_and_address_unless_masked() {
        assert_eq!(
            greeting_host(b"220 VI1.mail.protection.outlook.com Microsoft ESMTP"),
            Some(&b"VI1.mail.protection.outlook.com"[..])
        );
        assert_eq!(greeting_host(b"220 **************"), None);
        assert_eq!(greeting_host(b"220"), None);
        for line in
            ["250-SIZE 37748736", "250 size", "250-AUTH=LOGIN", "250-X-EXPS NTLM", "220 ESMTP"]
        {
            assert_eq!(greeting_host(line.as_bytes()), None, "{line}");
        }
        assert_eq!(greeting_host(b"250-SIZE.contoso.com Hello"), Some(&b"SIZE.contoso.com"[..]));
        assert_eq!(greeted_address(b"250-x Hello [2001:db8::7]"), Some(&b"2001:db8::7"[..]));
        assert_eq!(greeted_address(b"250-x Hello []"), None);
        assert_eq!(greeted_address(b"250-SIZE"), None);
    }

    #[test]
    fn the_marks_of_a_rewriting_firewall_are_seen() {
        for (line, expected) in [
            ("220 ******************2******", true),
            ("250-XXXXXXXA", true),
            ("250  host Hello [192.0.2.1] SIZE XXXA 8BITMIME", true),
            ("250-XRDST", false),
            ("250 X-EXPS XXX", false),
            ("220 ****", false),
        ] {
            assert_eq!(looks_rewritten(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn common_extensions_tell_nothing() {
        let size = [&b"SIZE 37748736"[..]];
        for keyword in COMMON_EXTENSIONS.iter().chain(&size) {
            let line = [b"250-", *keyword].concat();
            assert!(is_common_extension(&line));
            assert!(!looks_rewritten(&line) && !offers_start_tls(&line));
            assert_eq!(greeted_address(&line), None);
        }
        for line in ["250-SIZE 1 STARTTLS", "250-DSN XXXA", "250-STARTTLS", "250-", "250"] {
            assert!(!is_common_extension(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn start_tls_is_found_in_both_shapes_of_the_ehlo_reply() {
        for (line, expected) in [
            ("250-STARTTLS", true),
            ("250 starttls", true),
            ("250  host Hello [192.0.2.1] SIZE 1 STARTTLS 8BITMIME", true),
            ("250-X-STARTTLS", false),
            ("250-XXXXXXXA", false),
            ("250", false),
        ] {
            assert_eq!(offers_start_tls(line.as_bytes()), expected, "{line}");
        }
    }
}
