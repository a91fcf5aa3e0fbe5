//! A text in tokens: what may be private, and what stands between.

use std::net::IpAddr;

/// Letters and digits of a run that is the content of a certificate, and no word.
const SHORTEST_BLOB: usize = 60;

/// Digits of a number that identifies something: session ids, thumbprints, serial numbers.
const SHORTEST_NUMBER: usize = 16;

/// Digits of a SHA-1 thumbprint.
const THUMBPRINT: usize = 40;

/// Local parts have at most 64 characters (RFC 5321, 4.5.3.1.1), and some senders' more.
const LONGEST_LOCAL_PART: usize = 256;

/// Characters of an IPv6 address without an embedded IPv4 one.
const LONGEST_ADDRESS: usize = 39;

/// Bytes of a number that is written in pairs: a SHA-256 has 32.
const MOST_PAIRS: usize = 64;

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// What stays.
    Between(&'t str),
    /// Base64.
    Blob,
    /// A hexadecimal number, perhaps with blanks, colons or hyphens between its digits.
    Number(&'t str),
    /// An address of a host.
    Address(IpAddr, &'t str),
    /// The part of a mail address before its `@`.
    LocalPart(&'t str),
    /// A domain, or another name of parts with dots.
    Dotted(&'t str),
    /// A word.
    Word(&'t str),
}

/// The tokens of a text, one after the other.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next token begins.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Passes over what stands before a place, and returns it.
    pub fn take_until(&mut self, end: usize) -> &'t str {
        self.take(end.saturating_sub(self.at))
    }

    fn take(&mut self, length: usize) -> &'t str {
        let taken = &self.text[self.at..self.at + length];
        self.at += length;
        taken
    }

    fn follows_letter(&self) -> bool {
        self.text[..self.at].chars().next_back().is_some_and(char::is_alphanumeric)
    }
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let rest = &self.text[self.at..];
        let first = rest.chars().next()?;
        if !first.is_alphanumeric() {
            if let Some((length, address)) = compressed_v6(rest).filter(|_| !self.follows_letter())
            {
                return Some(Token::Address(address, self.take(length)));
            }
            // Up to what may begin a token.
            let is_between = |character: char| !character.is_alphanumeric() && character != ':';
            let length = first.len_utf8()
                + rest[first.len_utf8()..]
                    .find(|character| !is_between(character))
                    .unwrap_or(rest.len() - first.len_utf8());
            return Some(Token::Between(self.take(length)));
        }
        if let Some(length) = time(rest).or_else(|| status(rest)) {
            return Some(Token::Between(self.take(length)));
        }
        if let Some(length) = blob(rest) {
            self.at += length;
            return Some(Token::Blob);
        }
        if let Some(length) = number(rest) {
            return Some(Token::Number(self.take(length)));
        }
        if let Some((length, address)) = address(rest) {
            return Some(Token::Address(address, self.take(length)));
        }
        if let Some(length) = local_part(rest) {
            return Some(Token::LocalPart(self.take(length)));
        }
        let length = dotted(rest);
        let name = self.take(length);
        Some(if name.contains('.') { Token::Dotted(name) } else { Token::Word(name) })
    }
}

/// The last boundary of characters at that byte or before.
pub(super) fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn run(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|character| !is_part(character)).unwrap_or(text.len())
}

/// `2026-11-16T02:14:07.100Z`, as far as it goes.
fn time(text: &str) -> Option<usize> {
    let start = text.as_bytes().get(..11)?;
    let is_date = start.iter().enumerate().all(|(place, byte)| match place {
        4 | 7 => *byte == b'-',
        10 => *byte == b'T',
        _ => byte.is_ascii_digit(),
    });
    is_date.then(|| {
        11 + run(&text[11..], |letter| {
            letter.is_ascii_digit() || matches!(letter, ':' | '.' | 'Z' | '+' | '-')
        })
    })
}

/// `0x800B0109`.
fn status(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let length = run(digits, |character| character.is_ascii_hexdigit());
    (1..=16).contains(&length).then_some(2 + length)
}

fn blob(text: &str) -> Option<usize> {
    let is_base64 =
        |character: char| character.is_ascii_alphanumeric() || "+/=".contains(character);
    // The first of them show it, so that no run is looked at again and again.
    let part = text.get(..SHORTEST_BLOB).filter(|part| part.chars().all(is_base64))?;
    let has = |is: fn(&u8) -> bool| part.bytes().any(|byte| is(&byte));
    let is_mixed =
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    is_mixed.then(|| run(text, is_base64))
}

/// Digits, all together or in groups of two or as a GUID.
fn number(text: &str) -> Option<usize> {
    let together = run(text, |character| character.is_ascii_hexdigit());
    let ends = |length: usize| {
        !text[length..].chars().next().is_some_and(|next| next.is_alphanumeric() || next == '@')
    };
    // A thumbprint may have digits alone; other runs of these are counts and times.
    let is_number = |part: &str| {
        part.len() == THUMBPRINT
            || (part.bytes().any(|byte| byte.is_ascii_alphabetic())
                && part.bytes().any(|byte| byte.is_ascii_digit()))
    };
    if together >= SHORTEST_NUMBER && ends(together) && is_number(&text[..together]) {
        return Some(together);
    }
    let groups = match together {
        8 => guid(text),
        2 => pairs(text),
        _ => None,
    };
    groups.filter(|length| ends(*length) && is_number(&text[..*length]))
}

fn guid(text: &str) -> Option<usize> {
    let mut at = 0;
    for (place, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if place > 0 {
            at += text[at..].starts_with('-').then_some(1)?;
        }
        (run(&text[at..], |character| character.is_ascii_hexdigit()) == length).then_some(())?;
        at += length;
    }
    Some(at)
}

/// `5D 0B 1E ...` or `5D:0B:1E:...`, at least ten of them.
fn pairs(text: &str) -> Option<usize> {
    let separator = text[2..].chars().next().filter(|next| matches!(next, ' ' | ':' | '-'))?;
    let (mut at, mut count) = (2, 1);
    while count < MOST_PAIRS
        && text[at..].starts_with(separator)
        && run(&text[at + 1..], |character| character.is_ascii_hexdigit()) == 2
    {
        at += 3;
        count += 1;
    }
    (count >= 10).then_some(at)
}

fn address(text: &str) -> Option<(usize, IpAddr)> {
    let v4 = run(text, |character| character.is_ascii_digit() || character == '.');
    let v4 = text[..v4].trim_end_matches('.').len();
    let ends = |length: usize| !text[length..].chars().next().is_some_and(char::is_alphanumeric);
    if text[..v4].matches('.').count() == 3
        && ends(v4)
        && let Ok(address) = text[..v4].parse::<std::net::Ipv4Addr>()
    {
        return Some((v4, IpAddr::V4(address)));
    }
    v6(text)
}

fn v6(text: &str) -> Option<(usize, IpAddr)> {
    let near = &text[..boundary(text, LONGEST_ADDRESS + 1)];
    let length = run(near, |character| character.is_ascii_hexdigit() || character == ':');
    let length = if text[..length].ends_with("::") {
        length
    } else {
        text[..length].trim_end_matches(':').len()
    };
    let ends = !text[length..].chars().next().is_some_and(char::is_alphanumeric);
    let is_long = text[..length].matches(':').count() >= 2;
    let address = text[..length].parse::<std::net::Ipv6Addr>().ok().filter(|_| ends && is_long)?;
    Some((length, IpAddr::V6(address)))
}

/// `::1` and the like, which begin with colons.
fn compressed_v6(text: &str) -> Option<(usize, IpAddr)> {
    text.starts_with("::").then(|| v6(text)).flatten().filter(|(length, _)| *length > 2)
}

fn local_part(text: &str) -> Option<usize> {
    let is_part =
        |character: char| character.is_alphanumeric() || ".!#$%&*+-/?^_`{|}~".contains(character);
    // Quoted and XML names stand between other signs.
    let near = &text[..boundary(text, LONGEST_LOCAL_PART + 1)];
    let length = near.find(|character| !is_part(character))?;
    let has_domain = text[length..].starts_with('@')
        && text[length + 1..].chars().next().is_some_and(char::is_alphanumeric);
    has_domain.then_some(length)
}

/// Words, hyphens and dots between them; a dot or hyphen at the end belongs to the sentence.
fn dotted(text: &str) -> usize {
    let length =
        run(text, |character| character.is_alphanumeric() || matches!(character, '.' | '-'));
    let name = &text[..length];
    let name = name.find("..").map_or(name, |end| &name[..end]);
    name.trim_end_matches(['.', '-']).len()
}
