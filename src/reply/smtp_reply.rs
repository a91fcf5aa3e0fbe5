//! One SMTP reply (RFC 5321, section 4.2), taken apart.

use super::enhanced_status::EnhancedStatus;

/// One SMTP reply; everything borrows from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The reply code, 200 to 559 (RFC 5321, 4.2); `None`: the text does not begin with one.
    pub code: Option<u16>,
    /// The enhanced status code after it (RFC 2034).
    pub enhanced_status: Option<EnhancedStatus>,
    /// What follows the codes; without a code, the whole text.
    pub text: &'a str,
    /// The number in `ATTR36` (prose: `ATT36`).
    pub attr: Option<u32>,
    /// The host in the last `[...]`: the server that gave the reply.
    pub server: Option<&'a str>,
    /// That server's stamp in the same bracket, such as `2026-11-15T01:02:03.100Z`.
    pub server_time: Option<&'a str>,
    /// That server's session id in the same bracket, 16 hexadecimal digits.
    pub server_session_id: Option<&'a str>,
}

impl<'a> Reply<'a> {
    /// Takes a reply apart. Any text is taken: what it does not hold stays `None`.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (code, enhanced_status, rest) = match Head::parse(text) {
            Some(head) => (Some(head.code), head.enhanced_status, head.text),
            None => (None, None, text.trim()),
        };
        let bracket = last_server_bracket(rest);
        let mut words = bracket.unwrap_or_default().split_ascii_whitespace();
        let server = words.next();
        let mut time_and_session = words.clone();
        Self {
            code,
            enhanced_status,
            text: rest,
            attr: attr_number(rest),
            server,
            server_time: time_and_session.find(|word| is_stamp(word)),
            server_session_id: words.find(|word| is_session_id(word)),
        }
    }
}

/// The codes at the beginning of a reply.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub code: u16,
    pub enhanced_status: Option<EnhancedStatus>,
    pub text: &'a str,
}

impl<'a> Head<'a> {
    /// `None` where `text` does not begin with a reply code that a blank, `-` or the end follows.
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim_start();
        let [first @ b'2'..=b'5', second @ b'0'..=b'5', third @ b'0'..=b'9', after @ ..] =
            text.as_bytes()
        else {
            return None;
        };
        if !matches!(after.first(), None | Some(b' ' | b'-' | b'\t' | b'\r' | b'\n')) {
            return None;
        }
        let digit = |byte: &u8| u16::from(byte - b'0');
        let code = digit(first) * 100 + digit(second) * 10 + digit(third);
        let rest = text[3..].strip_prefix('-').unwrap_or(&text[3..]).trim();
        // Some servers write `550 #5.7.1`.
        let status = EnhancedStatus::parse_prefix(rest.strip_prefix('#').unwrap_or(rest));
        Some(match status {
            Some((status, text)) => {
                Self { code, enhanced_status: Some(status), text: text.trim_start() }
            }
            None => Self { code, enhanced_status: None, text: rest },
        })
    }

    /// 4yz or 5yz.
    pub fn is_refusal(&self) -> bool {
        self.code >= 400
    }
}

/// The number of the first `ATTR36` or `ATT36` that stands as a word of its own.
pub(super) fn attr_number(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@');
    memchr::memchr2_iter(b'A', b'a', bytes).find_map(|start| {
        let rest = &text[start..];
        let is_att = rest.as_bytes().get(..3)?.eq_ignore_ascii_case(b"ATT");
        if !is_att || start.checked_sub(1).is_some_and(|before| in_word(&bytes[before])) {
            return None;
        }
        let digits = rest[3..].strip_prefix(['R', 'r']).unwrap_or(&rest[3..]);
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        if digits.as_bytes().get(length).is_some_and(in_word) {
            return None;
        }
        digits[..length].parse().ok()
    })
}

/// The content of the last `[...]` whose first word is a host name; an address or a mailbox in
/// brackets is the sender's or the recipient's, not the server's.
fn last_server_bracket(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(open) = rest.rfind('[') {
        let content = &rest[open + 1..];
        if let Some((content, _)) = content.split_once(']')
            && is_host(content.split_ascii_whitespace().next().unwrap_or_default())
        {
            return Some(content);
        }
        rest = &rest[..open];
    }
    None
}

/// Whether `word` is a host name with a dot and a letter in its last label.
pub(super) fn is_host(word: &str) -> bool {
    let Some((_, last_label)) = word.trim_end_matches('.').rsplit_once('.') else {
        return false;
    };
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && last_label.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_stamp(word: &str) -> bool {
    word.len() >= 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T'
}

fn is_session_id(word: &str) -> bool {
    word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}
