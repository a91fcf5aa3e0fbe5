//! SMTP replies out of the bytes received (RFC 5321, section 4.2), within bounds: the other side can be
//! anybody.

use super::fault::{Fault, MAXIMUM_LINE, MAXIMUM_LINES};

/// A reply of one or more lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// 200 to 599.
    pub code: u16,
    /// Its lines as received, decoded lossily, without their ends; at least one.
    pub lines: Vec<String>,
}

impl Reply {
    /// Whether the command was taken.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.code < 400
    }

    /// Whether it offers STARTTLS, as a reply to EHLO. A word that a firewall rewrote (`XXXXXXXX`) is
    /// none.
    #[must_use]
    pub fn offers_start_tls(&self) -> bool {
        let keyword = |line: &String| {
            line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))
        };
        self.lines.iter().skip(1).any(keyword)
    }

    /// All lines in one, the code once.
    #[must_use]
    pub fn text(&self) -> String {
        let code = self.lines.first().and_then(|first| first.get(..3)).unwrap_or_default();
        let rest = self.lines.iter().filter_map(|line| line.get(4..));
        let words: Vec<&str> =
            std::iter::once(code).chain(rest.filter(|rest| !rest.is_empty())).collect();
        words.join(" ")
    }
}

/// Bytes that are not a whole reply yet.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    pending: Vec<u8>,
    lines: Vec<String>,
}

impl ReplyReader {
    /// Whether bytes are left that no reply has taken.
    pub(super) fn has_rest(&self) -> bool {
        !self.pending.is_empty() || !self.lines.is_empty()
    }

    /// Takes bytes, and returns the reply that is whole now.
    ///
    /// # Errors
    /// A line or a reply is too long, or is no SMTP.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Option<Reply>, Fault> {
        self.pending.extend_from_slice(bytes);
        let mut start = 0;
        let mut reply = None;
        while reply.is_none() {
            let rest = &self.pending[start..];
            let Some(end) = memchr::memchr(b'\n', rest) else {
                if rest.len() > MAXIMUM_LINE {
                    return Err(Fault::LineTooLong);
                }
                break;
            };
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            if line.len() > MAXIMUM_LINE {
                return Err(Fault::LineTooLong);
            }
            start += end + 1;
            reply = accept_line(&mut self.lines, line)?;
        }
        self.pending.drain(..start);
        Ok(reply)
    }
}

/// Adds a line, and returns the reply that it ends.
fn accept_line(lines: &mut Vec<String>, line: &[u8]) -> Result<Option<Reply>, Fault> {
    // What is no text of one line would be no row of a log either.
    let text: String = String::from_utf8_lossy(line)
        .chars()
        .map(|character| if character.is_control() { '\u{FFFD}' } else { character })
        .collect();
    let (code, is_last) = match line {
        [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']
        | [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b' ', ..] => (code_of(line), true),
        [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b'-', ..] => (code_of(line), false),
        _ => return Err(Fault::NotSmtp(text)),
    };
    let is_same = lines.first().is_none_or(|first| first.as_bytes()[..3] == line[..3]);
    if !is_same {
        return Err(Fault::NotSmtp(text));
    }
    lines.push(text);
    if lines.len() > MAXIMUM_LINES {
        return Err(Fault::ReplyTooLong);
    }
    Ok(is_last.then(|| Reply { code, lines: std::mem::take(lines) }))
}

/// The three digits at the start of a line.
fn code_of(line: &[u8]) -> u16 {
    line[..3].iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_whole_with_its_last_line_however_it_is_cut() {
        let bytes = b"250-host Hello [203.0.113.40]\r\n250-SIZE 157286400\r\n250 STARTTLS\r\n";
        for cut in 1..bytes.len() {
            let mut reader = ReplyReader::default();
            assert_eq!(reader.take(&bytes[..cut]).unwrap(), None, "{cut}");
            let reply = reader.take(&bytes[cut..]).unwrap().unwrap();
            assert!(reply.offers_start_tls() && !reader.has_rest());
            assert_eq!(reply.text(), "250 host Hello [203.0.113.40] SIZE 157286400 STARTTLS");
            assert_eq!(reply.code, 250);
        }
    }

    #[test]
    fn what_is_no_reply_is_a_fault() {
        let long = format!("250 {}\r\n", "a".repeat(MAXIMUM_LINE));
        let many = "250-a\r\n".repeat(MAXIMUM_LINES + 1);
        for (bytes, fault) in [
            (
                &b"HTTP/1.1 400 Bad Request\r\n"[..],
                Fault::NotSmtp("HTTP/1.1 400 Bad Request".into()),
            ),
            (b"250-a\r\n354 b\r\n", Fault::NotSmtp("354 b".into())),
            (b"\r\n", Fault::NotSmtp(String::new())),
            (b"220\x1B[2J\r\n", Fault::NotSmtp("220\u{FFFD}[2J".into())),
            (long.as_bytes(), Fault::LineTooLong),
            (&[b'2'; MAXIMUM_LINE + 2], Fault::LineTooLong),
            (many.as_bytes(), Fault::ReplyTooLong),
        ] {
            assert_eq!(ReplyReader::default().take(bytes), Err(fault));
        }
    }

    #[test]
    fn a_reply_of_one_line_is_its_own_text() {
        for line in ["550 5.7.64 Access Denied [a.eop-eur01.prod]", "250"] {
            let bytes = format!("{line}\r\n");
            let reply = ReplyReader::default().take(bytes.as_bytes()).unwrap().unwrap();
            assert_eq!(reply.text(), line);
        }
    }

    #[test]
    fn bytes_behind_a_reply_are_noticed() {
        let mut reader = ReplyReader::default();
        assert_eq!(reader.take(b"220 ready\r\n250 injected\r\n").unwrap().unwrap().code, 220);
        assert!(reader.has_rest());
    }
}
