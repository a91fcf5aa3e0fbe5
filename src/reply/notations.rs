//! Replies whose parts a program wrote apart, put together as they were sent.

use std::borrow::Cow;

/// What stands between the code and the text of a reply in Python's notation of a tuple, and in that
/// of Cisco's gateways, whose texts are a list.
const TUPLE_MARKS: &[&str] =
    &[", b'", ", b\"", ", '", ", \"", "); Msg: b'", "); Msg: b\"", "', ['", "', [\""];

/// The text with each reply as code, enhanced status and words.
///
/// `(550, b'5.7.64 ...')`, `retcode (550); Msg: b'5.7.64 ...'` and `('550', ['5.7.64 ...'])` become
/// `(550 5.7.64 ...'`; PHPMailer's `Detail: words SMTP code: 550 Additional SMTP info: 5.7.64` becomes
/// `Detail: 550 5.7.64 words`.
pub(super) fn plain_replies(text: &str) -> Cow<'_, str> {
    match of_php_mailer(text) {
        Some(plain) => Cow::Owned(plain),
        None => without_tuples(text),
    }
}

fn without_tuples(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut copied = 0;
    for open in memchr::memchr_iter(b'(', text.as_bytes()) {
        let quote = usize::from(text.as_bytes().get(open + 1) == Some(&b'\''));
        let start = open + 1 + quote;
        let Some(code) = text.get(start..start + 3) else { continue };
        let Some(behind) = text.get(start + 3..) else { continue };
        let mark = TUPLE_MARKS.iter().find(|mark| behind.starts_with(**mark));
        if let Some(mark) = mark.filter(|_| code.bytes().all(|byte| byte.is_ascii_digit())) {
            plain.push_str(&text[copied..=open]);
            plain.push_str(code);
            plain.push(' ');
            copied = start + 3 + mark.len();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(&text[copied..]);
    Cow::Owned(plain)
}

/// PHPMailer takes the code from each line of a reply, and the enhanced status where its last number
/// has two digits at most.
fn of_php_mailer(text: &str) -> Option<String> {
    let (before, rest) = text.split_once(" Detail: ")?;
    let (words, rest) = rest.split_once(" SMTP code: ")?;
    let code = rest.get(..3).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()))?;
    let info = rest.split_once(" Additional SMTP info: ").map_or("", |(_, info)| info);
    let status = info.split_whitespace().next().filter(|status| !words.starts_with(status));
    let status = status.map(|status| format!("{status} ")).unwrap_or_default();
    Some(format!("{before} Detail: {code} {status}{}", words.trim_start()))
}
