//! The key of a redaction: it stays at home, and turns texts back.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::scanner::{Scanner, Token};
use super::stand_ins::{StandIns, without_zeros};
use crate::input;

/// The file of a key is not larger, in bytes: it has a line of some 40 bytes for each value.
const MAXIMUM_FILE: u64 = 1 << 30;

/// Digits from which a number alone is taken for one that was replaced.
const SHORTEST_NUMBER: usize = 7;

/// The version of the key's JSON.
const VERSION: u32 = 1;

/// Every value that was replaced, with its stand-in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Key {
    #[serde(rename = "EopRelayRedactionKey")]
    version: u32,
    words: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    addresses: BTreeMap<IpAddr, IpAddr>,
}

/// A file that is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is no JSON of a key; line and column say where reading ended.
    #[error("it is no key of a redaction: {0}")]
    Foreign(#[from] serde_json::Error),
    /// A newer version wrote it.
    #[error("it is a key of version {0}, and this program reads version {VERSION}")]
    Newer(u32),
}

impl Key {
    pub(super) fn of(
        words: &StandIns,
        numbers: &StandIns,
        addresses: &HashMap<IpAddr, IpAddr>,
    ) -> Self {
        let pairs = |all: &StandIns| {
            all.pairs().map(|(value, stand_in)| (value.to_owned(), stand_in.to_owned())).collect()
        };
        Self {
            version: VERSION,
            words: pairs(words),
            numbers: pairs(numbers),
            addresses: addresses.iter().map(|(value, stand_in)| (*value, *stand_in)).collect(),
        }
    }

    /// Reads a key from its JSON.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(json: &[u8]) -> Result<Self, KeyError> {
        let key: Self = serde_json::from_slice(json)?;
        match key.version {
            VERSION => Ok(key),
            other => Err(KeyError::Newer(other)),
        }
    }

    /// Reads the file of a key.
    ///
    /// # Errors
    /// It cannot be read, or is no key: the reason, with the path.
    pub fn read(path: &Path) -> Result<Self, String> {
        let hint = |error: String| {
            format!(
                "{}: {error}: give the key of this redaction, which was written beside the redacted \
                 evidence, with .key.json at the end of its name",
                path.display()
            )
        };
        let json =
            input::read(path, MAXIMUM_FILE).map_err(|error| hint(input::unreadable(&error)))?;
        Self::parse(&json).map_err(|error| match error {
            KeyError::Foreign(_) => hint(error.to_string()),
            KeyError::Newer(_) => format!("{}: {error}", path.display()),
        })
    }

    /// How many values were replaced.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.len() + self.numbers.len() + self.addresses.len()
    }

    /// The values that were replaced, in small letters.
    pub fn values(&self) -> impl Iterator<Item = String> {
        let texts = self.words.iter().chain(&self.numbers);
        let texts = texts.filter(|(value, stand_in)| value != stand_in);
        texts.map(|(value, _)| value.clone()).chain(self.addresses.keys().map(IpAddr::to_string))
    }

    /// The text with the values in place of their stand-ins.
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        let stand_ins = |pairs: &BTreeMap<String, String>| {
            let mut all = StandIns::default();
            for (value, stand_in) in pairs {
                all.insert(value.clone(), stand_in.clone());
            }
            all
        };
        let (words, numbers) = (stand_ins(&self.words), stand_ins(&self.numbers));
        let addresses: HashMap<IpAddr, IpAddr> =
            self.addresses.iter().map(|(value, stand_in)| (*stand_in, *value)).collect();
        let number = |digits: &str| {
            let significant = without_zeros(digits);
            let value = numbers.number(significant)?;
            Some(format!("{}{value}", &digits[..digits.len() - significant.len()]))
        };
        let word = |word: &str| {
            words.value(word).or_else(|| number(word)).unwrap_or_else(|| {
                let parts = word.split('-');
                let parts = parts.map(|part| words.value(part).unwrap_or_else(|| part.to_owned()));
                parts.collect::<Vec<_>>().join("-")
            })
        };
        let mut restored = String::with_capacity(text.len());
        let mut scanner = Scanner::new(text);
        loop {
            let at = scanner.position();
            let Some(token) = scanner.next() else { break };
            match token {
                Token::Between(between) => restored.push_str(between),
                Token::Blob => restored.push_str(&text[at..scanner.position()]),
                Token::Number(written) => {
                    let digits: String = written.chars().filter(char::is_ascii_hexdigit).collect();
                    let value = number(&digits).unwrap_or(digits);
                    let mut digits = value.chars();
                    restored.extend(written.chars().map(|written| {
                        if written.is_ascii_hexdigit() {
                            digits.next().unwrap_or(written)
                        } else {
                            written
                        }
                    }));
                }
                Token::Address(address, written) => match addresses.get(&address) {
                    Some(value) => restored.push_str(&value.to_string()),
                    None => restored.push_str(written),
                },
                // A count or a reply's code; only names have numbers of that length replaced.
                Token::Word(count) if is_count(count) => restored.push_str(count),
                Token::Dotted(code) if code.split('.').all(is_count) => restored.push_str(code),
                Token::Dotted(name) => {
                    let labels: Vec<String> = name.split('.').map(word).collect();
                    restored.push_str(&labels.join("."));
                }
                Token::LocalPart(name) | Token::Word(name) => restored.push_str(&word(name)),
            }
        }
        restored
    }
}

/// Whether a word is a number as counts and codes are.
fn is_count(word: &str) -> bool {
    word.len() < SHORTEST_NUMBER && word.bytes().all(|byte| byte.is_ascii_digit())
}
