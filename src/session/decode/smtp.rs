//! SMTP command and reply lines as protocol logs hold them (RFC 5321).

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::{self, Finder};

use super::byte_search::holds_any;

/// What a command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb<'line> {
    /// EHLO or HELO with its name.
    Hello(&'line [u8]),
    /// STARTTLS, or X-ANONYMOUSTLS between Exchange servers.
    StartTls,
    /// AUTH.
    Authenticate,
    /// MAIL FROM with its path, the null sender as `<>`.
    Mail(&'line [u8]),
    /// RCPT TO with its path.
    Recipient(&'line [u8]),
    /// DATA.
    Data,
    /// BDAT; whether it is the last chunk (RFC 3030).
    Chunk {
        /// `BDAT n LAST`
        is_last: bool,
    },
    /// RSET.
    Reset,
    /// QUIT.
    Quit,
    /// Any other.
    Other,
}

/// The first bytes of a line as one number, to be compared at once.
const fn word(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes)
}

const AUTH: u32 = word(*b"AUTH");
const BDAT: u32 = word(*b"BDAT");
const DATA: u32 = word(*b"DATA");
const EHLO: u32 = word(*b"EHLO");
const HELO: u32 = word(*b"HELO");
const MAIL: u32 = word(*b"MAIL");
const QUIT: u32 = word(*b"QUIT");
const RCPT: u32 = word(*b"RCPT");
const RSET: u32 = word(*b"RSET");
const STARTTLS: u32 = word(*b"STAR");

impl<'line> Verb<'line> {
    #[inline]
    pub(super) fn parse(line: &'line [u8]) -> Self {
        Self::parse_upper_case(line).unwrap_or_else(|| Self::parse_any_case(line))
    }

    /// The usual form. `None` does not mean that it is no verb.
    #[inline]
    fn parse_upper_case(line: &'line [u8]) -> Option<Self> {
        let (verb, rest) = line.split_first_chunk()?;
        let verb = match word(*verb) {
            RCPT => Self::Recipient(path(rest.strip_prefix(b" TO:")?)),
            MAIL => Self::Mail(path(rest.strip_prefix(b" FROM:")?)),
            BDAT => Self::Chunk { is_last: is_last_chunk(line) },
            EHLO | HELO => Self::Hello(rest.trim_ascii()),
            STARTTLS if rest.starts_with(b"TTLS") => Self::StartTls,
            DATA => Self::Data,
            RSET => Self::Reset,
            QUIT => Self::Quit,
            AUTH => Self::Authenticate,
            _ => return None,
        };
        Some(verb)
    }

    #[cold]
    fn parse_any_case(line: &'line [u8]) -> Self {
        let starts = |verb: &[u8]| {
            line.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb))
        };
        match line.first().map(u8::to_ascii_uppercase) {
            Some(b'R') if starts(b"RCPT TO:") => Self::Recipient(path(&line[8..])),
            Some(b'R') if starts(b"RSET") => Self::Reset,
            Some(b'M') if starts(b"MAIL FROM:") => Self::Mail(path(&line[10..])),
            Some(b'B') if starts(b"BDAT") => Self::Chunk { is_last: is_last_chunk(line) },
            Some(b'E') if starts(b"EHLO") => Self::Hello(line[4..].trim_ascii()),
            Some(b'H') if starts(b"HELO") => Self::Hello(line[4..].trim_ascii()),
            Some(b'S') if starts(b"STARTTLS") => Self::StartTls,
            Some(b'X') if starts(b"X-ANONYMOUSTLS") => Self::StartTls,
            Some(b'A') if starts(b"AUTH") => Self::Authenticate,
            Some(b'D') if starts(b"DATA") => Self::Data,
            Some(b'Q') if starts(b"QUIT") => Self::Quit,
            _ => Self::Other,
        }
    }
}

/// Whether a BDAT line ends with LAST behind its size.
fn is_last_chunk(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.len() > b"BDAT LAST".len()
        && line.last_chunk().is_some_and(|end: &[u8; 5]| end.eq_ignore_ascii_case(b" LAST"))
}

/// The mailbox of a path: `<alice@contoso.com> SIZE=1` gives `alice@contoso.com`, `<>` itself.
fn path(argument: &[u8]) -> &[u8] {
    let argument = argument.trim_ascii_start();
    match argument {
        [b'<', b'>', ..] => &argument[..2],
        [b'<', inner @ .., b'>'] => inner,
        [b'<', inner @ ..] => {
            let end = memchr::memrchr(b'>', inner).unwrap_or(inner.len());
            &inner[..end]
        }
        bare => bare.split(|byte| *byte == b' ').next().unwrap_or_default(),
    }
}

/// The first line, or the only one, of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReplyLine {
    /// 200 to 599.
    pub(super) code: u16,
    /// `250-`: more lines follow.
    pub(super) is_continued: bool,
}

/// Most replies begin so.
const OK: u32 = word(*b"250 ");
const OK_CONTINUED: u32 = word(*b"250-");

impl ReplyLine {
    #[inline]
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        match line.first_chunk().copied().map(word) {
            Some(OK) => Some(Self { code: 250, is_continued: false }),
            Some(OK_CONTINUED) => Some(Self { code: 250, is_continued: true }),
            _ => Self::parse_any(line),
        }
    }

    fn parse_any(line: &[u8]) -> Option<Self> {
        let [hundreds @ b'2'..=b'5', tens, ones, rest @ ..] = line else { return None };
        if !tens.is_ascii_digit() || !ones.is_ascii_digit() {
            return None;
        }
        let is_continued = match rest.first() {
            None | Some(b' ') => false,
            Some(b'-') => true,
            Some(_) => return None,
        };
        let digit = |byte: &u8| u16::from(byte - b'0');
        let code = digit(hundreds) * 100 + digit(tens) * 10 + digit(ones);
        Some(Self { code, is_continued })
    }

    pub(super) fn is_refusal(self) -> bool {
        self.code >= 400
    }
}

/// The text behind a reply's code.
pub(super) fn reply_text(line: &[u8]) -> &[u8] {
    line.get(4..).unwrap_or_default().trim_ascii()
}

/// The enhanced status code of a reply (RFC 2034), or another first word of five bytes.
#[inline]
pub(super) fn enhanced_status(line: &[u8]) -> Option<&[u8; 5]> {
    let (status, rest) = line.get(4..)?.trim_ascii_start().split_first_chunk()?;
    (rest.starts_with(b" ") || rest.trim_ascii_start().is_empty()).then_some(status)
}

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

/// The host name at the beginning of a banner or EHLO reply; `None` if it is masked.
pub(super) fn greeting_host(line: &[u8]) -> Option<&[u8]> {
    let text = reply_text(line);
    let host = &text[..memchr(b' ', text).unwrap_or(text.len())];
    let kinds = host.iter().fold(0, |kinds, byte| kinds | KIND_IN_A_NAME[usize::from(*byte)]);
    (kinds & (LETTER | OTHER) == LETTER).then_some(host)
}

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
        fn verbs_in_upper_case_mean_what_they_mean_in_any_case(
            line in prop::sample::select(COMMANDS.to_vec()),
            change in prop::option::of((0..30_usize, "[ <>A-Za]?")),
        ) {
            let line = crate::session::decode::texts::changed(line, change);
            if let Some(verb) = Verb::parse_upper_case(line.as_bytes()) {
                prop_assert_eq!(verb, Verb::parse_any_case(line.as_bytes()), "{}", line);
            }
        }

        #[test]
        fn start_tls_is_offered_by_a_word_of_the_text(
            line in "250[- ](STARTTLS|starttls|DSN|[ \tX]){0,6}",
        ) {
            let mut words = reply_text(line.as_bytes()).split(|byte| *byte == b' ');
            let is_offered = words.any(|word| word.eq_ignore_ascii_case(b"STARTTLS"));
            prop_assert_eq!(offers_start_tls(line.as_bytes()), is_offered, "{}", line);
        }
    }

    const COMMANDS: [&str; 16] = [
        "EHLO mail.contoso.com",
        "HELO",
        "MAIL FROM:<alice@contoso.com> SIZE=18019",
        "MAIL FROM:<>",
        "RCPT TO:<bob@fabrikam.com>",
        "RCPT TO:bob@fabrikam.com NOTIFY=NEVER",
        "RCPT",
        "BDAT 5371 LAST",
        "BDAT LAST",
        "BDAT 5371",
        "DATA",
        "STARTTLS",
        "STARTER",
        "RSET",
        "QUIT",
        "AUTH LOGIN",
    ];

    #[test]
    fn commands_are_told_apart_in_any_case() {
        for (line, verb) in [
            ("MAIL FROM:<alice@contoso.com> SIZE=18019", Verb::Mail(b"alice@contoso.com")),
            ("mail from:<> SIZE=1", Verb::Mail(b"<>")),
            ("MAIL FROM: bob@contoso.com AUTH=<>", Verb::Mail(b"bob@contoso.com")),
            (
                "RCPT TO:<\"a>b\"@fabrikam.com> NOTIFY=NEVER",
                Verb::Recipient(b"\"a>b\"@fabrikam.com"),
            ),
            ("RCPT TO:<cut@fabri", Verb::Recipient(b"cut@fabri")),
            ("EHLO mail.contoso.com", Verb::Hello(b"mail.contoso.com")),
            ("helo x", Verb::Hello(b"x")),
            ("STARTTLS", Verb::StartTls),
            ("X-ANONYMOUSTLS", Verb::StartTls),
            ("AUTH LOGIN", Verb::Authenticate),
            ("DATA", Verb::Data),
            ("BDAT 5371 LAST", Verb::Chunk { is_last: true }),
            ("BDAT 5371", Verb::Chunk { is_last: false }),
            ("RSET", Verb::Reset),
            ("QUIT", Verb::Quit),
            ("XPROXYTO 1", Verb::Other),
            ("", Verb::Other),
        ] {
            assert_eq!(Verb::parse(line.as_bytes()), verb, "{line}");
        }
    }

    #[test]
    fn replies_are_told_from_other_lines() {
        for (line, expected) in [
            ("250 2.1.0 Sender OK", Some((250, false))),
            ("250-SIZE 37748736", Some((250, true))),
            ("250  host Hello [192.0.2.1] SIZE", Some((250, false))),
            ("354", Some((354, false))),
            ("550", Some((550, false))),
            ("2500 x", None),
            ("150 x", None),
            ("EHLO x", None),
            ("55", None),
            ("", None),
        ] {
            let reply = ReplyLine::parse(line.as_bytes());
            assert_eq!(reply, ReplyLine::parse_any(line.as_bytes()));
            assert_eq!(reply.map(|reply| (reply.code, reply.is_continued)), expected, "{line}");
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

    #[test]
    fn an_enhanced_status_is_a_whole_word() {
        for (line, expected) in [
            ("250 2.1.5 Recipient OK", true),
            ("250 2.1.5", true),
            ("250 2.1.50 x", false),
            ("250 OK", false),
            ("250", false),
        ] {
            let status = enhanced_status(line.as_bytes());
            assert_eq!(status == Some(b"2.1.5"), expected, "{line}");
        }
    }
}
