//! Texts with stand-ins in place of private values.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::addresses;
use super::byte_lists::without_byte_lists;
use super::key::Key;
use super::known_words::KnownWords;
use super::scanner::{Scanner, Token, boundary};
use super::stand_ins::{StandIns, without_zeros};
use crate::certificate::{Certificate, CertificateFacts, DistinguishedName};
use crate::evidence::decode_text;

/// Ends of file names: what stands before them is no domain.
const EXTENSIONS: [&str; 26] = [
    "log", "xml", "csv", "txt", "json", "exe", "dll", "ps1", "psm1", "psd1", "msi", "cer", "crt",
    "crl", "pem", "p7b", "p7c", "p12", "pfx", "der", "evtx", "edb", "html", "eml", "zip", "xhcw",
];

/// Beginnings of names of types, which readers know objects by, and of Exchange's words on a refusal.
const TYPES: [&str; 6] = [
    "Microsoft.",
    "System.",
    "Deserialized.",
    "TRANSPORT.RULES.",
    "RESOLVER.RST.",
    "RESOLVER.ADR.",
];

/// Local parts that are nobody's.
const PUBLIC_LOCAL_PARTS: [&str; 3] = ["postmaster", "microsoftexchange", "mailer-daemon"];

/// Attributes of X.500 names whose values name somebody.
const ATTRIBUTES: [&str; 9] = ["CN=", "OU=", "O=", "L=", "S=", "ST=", "E=", "DC=", "STREET="];

/// The longest value of an attribute that is looked at, in bytes (RFC 5280, appendix A.1: no upper
/// bound is above 64 characters but that of names, 32,768, which nobody uses).
const LONGEST_VALUE: usize = 1024;

/// What is taken for a line of a stream at the most, in bytes; a longer one is cut between words.
const LONGEST_LINE: usize = 64 << 10;

/// The shortest number of digits alone that is a serial number and no count.
const SHORTEST_DECIMAL: usize = 8;

/// Columns before an address in which `Version` says that it is none.
const VERSION_BEFORE: usize = 24;

/// Replaces private values by stand-ins, the same one everywhere.
#[derive(Clone, Debug)]
pub struct Redactor {
    secret: [u8; 32],
    words: StandIns,
    numbers: StandIns,
    addresses: HashMap<IpAddr, IpAddr>,
    /// What stands for the certificates of the evidence, by their bytes; `None` for those that stay.
    certificates: HashMap<Arc<[u8]>, Option<CertificateFacts>>,
    /// Values of X.500 names and numbers that are everybody's, in small letters.
    public_values: HashSet<String>,
    public_numbers: HashSet<String>,
    /// Serial numbers that are too short to be taken for numbers, in small letters.
    short_numbers: HashSet<String>,
    removed: u64,
    /// Whether the file is XML.
    is_markup: bool,
}

impl Redactor {
    /// One whose stand-ins depend on a secret: with the same secret they are the same.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self {
            secret,
            words: StandIns::default(),
            numbers: StandIns::default(),
            addresses: HashMap::new(),
            certificates: HashMap::new(),
            public_values: HashSet::new(),
            public_numbers: HashSet::new(),
            short_numbers: HashSet::new(),
            removed: 0,
            is_markup: false,
        }
    }

    /// The key that turns texts back; it holds every value that was replaced.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::of(&self.words, &self.numbers, &self.addresses)
    }

    /// How many contents (base64) that are no known certificates were left out.
    #[must_use]
    pub fn removed(&self) -> u64 {
        self.removed
    }

    /// The content of a file, whose beginning shows its form, with its private values replaced.
    pub fn redact_file(&mut self, text: &str) -> String {
        let text = &*without_byte_lists(text);
        self.is_markup = is_markup(text);
        let lines = text.split_inclusive('\n').map(|line| self.redact(line)).collect();
        self.is_markup = false;
        lines
    }

    /// Replaces the private values of a text as it is read, line by line: of it no more than a line is
    /// in memory. Not for exports, whose lists of bytes go over lines.
    ///
    /// # Errors
    /// The text cannot be read, or what becomes of it cannot be written.
    pub fn redact_stream(&mut self, text: impl Read, out: &mut dyn Write) -> io::Result<()> {
        let decoded = DecodeReaderBytesBuilder::new().utf8_passthru(true).build(text);
        let mut lines = BufReader::new(decoded);
        let mut line = Vec::new();
        let mut is_first = true;
        loop {
            let room = (LONGEST_LINE - line.len()) as u64;
            let read = lines.by_ref().take(room).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                break;
            }
            let is_cut = read > 0 && line.len() == LONGEST_LINE && !line.ends_with(b"\n");
            let end = line.iter().rposition(|byte| is_cut && b"\r, ;<".contains(byte));
            let rest = line.split_off(end.unwrap_or(line.len()));
            let text = match str::from_utf8(&line) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => Cow::Owned(decode_text(&line)),
            };
            if std::mem::take(&mut is_first) {
                self.is_markup = is_markup(&text);
            }
            out.write_all(self.redact(&text).as_bytes())?;
            line = rest;
        }
        self.is_markup = false;
        Ok(())
    }

    /// The text with its private values replaced.
    pub fn redact(&mut self, text: &str) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut scanner = Scanner::new(text);
        // Up to there every word is a name, be it known or not.
        let mut forced_until = 0;
        loop {
            let at = scanner.position();
            if let Some((end, is_public)) = self.end_of_value(text, at) {
                if is_public {
                    redacted.push_str(scanner.take_until(end));
                    continue;
                }
                forced_until = forced_until.max(end);
            }
            let Some(token) = scanner.next() else { break };
            let is_forced = at < forced_until;
            match token {
                Token::Between(between) => redacted.push_str(between),
                Token::Blob => redacted.push_str(&self.blob(&text[at..scanner.position()])),
                Token::Number(number) => redacted.push_str(&self.number(number)),
                Token::Address(address, written) => {
                    redacted.push_str(&self.address(address, written, &text[..at]));
                }
                Token::LocalPart(part) => redacted.push_str(&self.local_part(part)),
                Token::Dotted(name) => redacted.push_str(&self.dotted(name, is_forced)),
                // Names of elements and attributes are the format's.
                Token::Word(word) if self.is_markup && is_name_of_markup(text, at, word) => {
                    redacted.push_str(word);
                }
                Token::Word(word) => redacted.push_str(&self.hyphenated(word, is_forced)),
            }
        }
        redacted
    }

    /// Base64: what stands for the certificate that it is; nothing in place of all else.
    fn blob(&mut self, text: &str) -> String {
        let found = STANDARD.decode(text).ok();
        match found.and_then(|bytes| self.certificates.get(&*bytes)) {
            Some(Some(facts)) => STANDARD.encode(facts.to_json()),
            Some(None) => text.to_owned(),
            None => {
                self.removed += 1;
                String::new()
            }
        }
    }

    /// The stand-in of a hexadecimal number; that of what follows leading pairs of zeros, which some
    /// write and others leave out.
    pub(super) fn number(&mut self, written: &str) -> String {
        let digits: String = written.chars().filter(char::is_ascii_hexdigit).collect();
        if KnownWords::is_root(&digits) {
            return written.to_owned();
        }
        let significant = without_zeros(&digits);
        if self.public_numbers.contains(&significant.to_ascii_lowercase()) {
            return written.to_owned();
        }
        let zeros = &digits[..digits.len() - significant.len()];
        let stand_in = self.numbers.of_number(&self.secret, significant);
        let stand_in = format!("{zeros}{stand_in}");
        let mut digits = stand_in.chars();
        let digit = |written: char| {
            if written.is_ascii_hexdigit() { digits.next().unwrap_or(written) } else { written }
        };
        written.chars().map(digit).collect()
    }

    /// Has facts stand for the certificate of these bytes from now on; `None` keeps it as it is.
    pub(super) fn stand_for(&mut self, der: &Arc<[u8]>, facts: Option<CertificateFacts>) {
        self.certificates.insert(Arc::clone(der), facts);
    }

    /// Whether a certificate was learned.
    pub(super) fn knows(&self, certificate: &Certificate) -> bool {
        self.certificates.contains_key(certificate.der())
    }

    /// The facts that stand for a certificate that was learned; `None` for one of a public authority,
    /// which stays as it is.
    #[must_use]
    pub fn facts_of(&self, certificate: &Certificate) -> Option<&CertificateFacts> {
        self.certificates.get(certificate.der())?.as_ref()
    }

    /// Keeps the values of a name wherever they stand: it is that of a public authority.
    pub(super) fn keep_name(&mut self, name: &DistinguishedName) {
        let values =
            name.to_x500().values().map(|value| value.trim().to_lowercase()).collect::<Vec<_>>();
        self.public_values.extend(values);
    }

    /// Keeps a number wherever it stands: it is one of a public authority.
    pub(super) fn keep_number(&mut self, digits: &str) {
        self.public_numbers.insert(without_zeros(digits).to_ascii_lowercase());
    }

    /// Takes digits for a number wherever they stand, be they ever so few.
    pub(super) fn note_number(&mut self, digits: &str) {
        let digits = without_zeros(digits).to_ascii_lowercase();
        let is_decimal = digits.bytes().all(|digit| digit.is_ascii_digit());
        if !is_decimal || digits.len() >= SHORTEST_DECIMAL {
            self.short_numbers.insert(digits);
        }
    }

    /// Whether digits stand for a number that [`note_number`](Self::note_number) was told of, or for
    /// one that is seen without.
    pub(super) fn is_number(&self, digits: &str) -> bool {
        !self.short_numbers.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            && self.short_numbers.contains(&without_zeros(digits).to_ascii_lowercase())
    }

    pub(super) fn host_address(&mut self, address: IpAddr) -> IpAddr {
        // Each bit of a stand-in is a hash, and a log has few addresses.
        if let Some(stand_in) = self.addresses.get(&address) {
            return *stand_in;
        }
        match addresses::stand_in(&self.secret, address) {
            Some(stand_in) => {
                self.addresses.insert(address, stand_in);
                stand_in
            }
            None => address,
        }
    }

    fn address(&mut self, address: IpAddr, written: &str, before: &str) -> String {
        let start = boundary(before, before.len().saturating_sub(VERSION_BEFORE));
        let near = before[start..].rsplit('\n').next().unwrap_or_default();
        if near.to_ascii_lowercase().contains("version") {
            return written.to_owned();
        }
        match self.host_address(address) {
            same if same == address => written.to_owned(),
            stand_in => stand_in.to_string(),
        }
    }

    fn local_part(&mut self, part: &str) -> String {
        let small = part.to_ascii_lowercase();
        if PUBLIC_LOCAL_PARTS.iter().any(|public| small.starts_with(public)) {
            return part.to_owned();
        }
        self.words.of_word(&self.secret, part)
    }

    fn dotted(&mut self, name: &str, is_forced: bool) -> String {
        if TYPES.iter().any(|start| name.starts_with(start)) {
            return name.to_owned();
        }
        let labels: Vec<&str> = name.split('.').collect();
        let last = labels.last().copied().unwrap_or_default();
        let is_domain = last.len() > 1
            && last.chars().all(char::is_alphabetic)
            && !EXTENSIONS.contains(&&*last.to_ascii_lowercase());
        let public = if is_domain { KnownWords::public_labels(&labels) } else { 0 };
        // The label of the owner is a name, be it a word that is known.
        let owner = labels.len().checked_sub(public + 1).filter(|_| is_domain);
        let labels = labels.iter().enumerate().map(|(place, label)| {
            if is_domain && owner.is_none_or(|owner| place > owner) {
                (*label).to_owned()
            } else {
                // A host has one stand-in, in the name of a certificate as elsewhere.
                self.hyphenated(label, (is_forced && !is_domain) || owner == Some(place))
            }
        });
        labels.collect::<Vec<_>>().join(".")
    }

    /// A word, or several with hyphens, which is one name unless all of them are known.
    fn hyphenated(&mut self, word: &str, is_forced: bool) -> String {
        if self.is_number(word) {
            return self.number(word);
        }
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        // SEND2026111601: a log by its kind and hour.
        let is_log = |part: &str| {
            let digits = part.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
            let kind = &part[..part.len() - digits.len()];
            digits.len() >= 6 && is_number(digits) && KnownWords::has(kind)
        };
        // An HRESULT.
        let is_status = |part: &str| {
            part.len() == 8
                && part.starts_with("80")
                && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        let is_known = word.split('-').all(|part| {
            is_number(part)
                || KnownWords::has(part)
                || is_log(part)
                || is_status(part)
                || KnownWords::has_all_of(part)
        });
        let is_short = word.chars().count() < 3;
        if is_number(word) || (is_known && (!is_forced || is_short)) {
            return word.to_owned();
        }
        self.words.of_word(&self.secret, word)
    }
}

/// Whether a file that begins so is XML.
fn is_markup(text: &str) -> bool {
    text.trim_start_matches(['\u{FEFF}', ' ', '\r', '\n']).starts_with('<')
}

/// Whether a word stands where only names of elements and attributes do.
fn is_name_of_markup(text: &str, at: usize, word: &str) -> bool {
    let before = text[..at].trim_end_matches('/');
    before.ends_with('<') || text[at + word.len()..].starts_with("=\"")
}

impl Redactor {
    /// Where the value of an X.500 attribute ends that begins there, and whether it is one of a public
    /// authority; `None` where none begins.
    fn end_of_value(&self, text: &str, at: usize) -> Option<(usize, bool)> {
        let rest = &text[at..boundary(text, at + LONGEST_VALUE)];
        let name = ATTRIBUTES.iter().find(|name| {
            rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        })?;
        let before = text[..at].chars().next_back();
        if before.is_some_and(|before| before.is_alphanumeric() || before == '-') {
            return None;
        }
        let value = &rest[name.len()..];
        let quote =
            ["\\\"", "\"\"", "\"", "&quot;"].into_iter().find(|quote| value.starts_with(quote));
        let length = match quote {
            Some(quote) => value[quote.len()..].find(quote).map(|end| end + 2 * quote.len())?,
            None => {
                value.find([',', '+', '<', ';', '\r', '\n', '|', '"', '&']).unwrap_or(value.len())
            }
        };
        let plain = value[..length].trim_matches(['"', '\\']).replace("&quot;", "");
        let all_known = plain
            .split(|c: char| !c.is_alphanumeric())
            .all(|word| word.is_empty() || KnownWords::has(word));
        let is_microsofts = all_known && plain.to_ascii_lowercase().contains("microsoft");
        let is_public = KnownWords::is_authority(&plain)
            || is_microsofts
            || self.public_values.contains(&plain.trim().to_lowercase());
        Some((at + name.len() + length, is_public))
    }
}
