//! SMTP command and reply lines as protocol logs hold them (RFC 5321).

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
