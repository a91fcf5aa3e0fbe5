//! Texts in words: of several that are alike, each is the words in which it differs from the first.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};

/// Named texts, one after the other, in words. A text that stands in the first one is its place there.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    all: String,
    /// Where each word ends, in bytes.
    ends: Vec<u32>,
    parts: Vec<Part>,
}

/// A text: which it is, and of which words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Part {
    name: u8,
    words: Range<u32>,
}

/// The words in which texts differ from others of the same shape: before each stand two characters,
/// whose code points are how many words lie between, and how many bytes it is long.
#[derive(Clone, Debug, Default)]
pub(super) struct OwnWords(Box<str>);

/// The greatest number that is written as a character: those beyond have no character for each.
const MOST: usize = 0xD7FF;
/// The longest word, in bytes; a longer one is several.
const LONGEST: usize = 1024;

impl Texts {
    /// Adds a text of that name; there may be several.
    pub fn add(&mut self, name: u8, text: &str) {
        let words = self.place_of(text).unwrap_or_else(|| {
            let first = self.ends.len();
            for word in words(text) {
                self.all.push_str(word);
                self.ends.push(number(self.all.len()));
            }
            first..self.ends.len()
        });
        self.parts.push(Part { name, words: number(words.start)..number(words.end) });
    }

    /// Where the words of a text stand in the first one.
    fn place_of(&self, text: &str) -> Option<Range<usize>> {
        let first = self.between(&self.parts.first()?.words);
        let start = first.find(text)?;
        let boundary = |offset: usize| match offset {
            0 => Some(0),
            _ => self.ends.binary_search(&number(offset)).ok().map(|word| word + 1),
        };
        Some(boundary(start)?..boundary(start + text.len())?)
    }

    /// What only texts of the same number of words in the same places have in common.
    pub fn shape(&self) -> impl std::hash::Hash + '_ {
        (self.ends.len(), &self.parts)
    }

    /// The words in which these texts differ from others; `None` where those have another shape.
    pub fn differences(&self, from: &Self) -> Option<OwnWords> {
        if (self.ends.len(), &self.parts) != (from.ends.len(), &from.parts) {
            return None;
        }
        let mut own = String::new();
        let mut same = 0;
        for (word, known) in self.words().zip(from.words()) {
            if word == known && same < MOST {
                same += 1;
                continue;
            }
            own.extend([same, word.len()].into_iter().filter_map(character));
            own.push_str(word);
            same = 0;
        }
        Some(OwnWords(own.into_boxed_str()))
    }

    /// These texts with the words of others.
    pub fn with(&self, own: &OwnWords) -> Self {
        let mut texts = Self { parts: self.parts.clone(), ..Self::default() };
        let mut own = own.iter().peekable();
        for (place, known) in self.words().enumerate() {
            let word = own.next_if(|(of, _)| *of == place).map_or(known, |(_, word)| word);
            texts.all.push_str(word);
            texts.ends.push(number(texts.all.len()));
        }
        texts
    }

    /// The texts of these names.
    pub fn named(&self, names: RangeInclusive<u8>) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().filter(move |part| names.contains(&part.name));
        parts.map(|part| self.between(&part.words))
    }

    /// The texts of these names with the words of others.
    pub fn named_with<'a>(
        &'a self,
        own: &'a OwnWords,
        names: RangeInclusive<u8>,
    ) -> impl Iterator<Item = Cow<'a, str>> {
        let parts = self.parts.iter().filter(move |part| names.contains(&part.name));
        parts.map(|part| self.with_words_of(own, &part.words))
    }

    fn with_words_of<'a>(&'a self, own: &'a OwnWords, words: &Range<u32>) -> Cow<'a, str> {
        let within = |place: &usize| words.contains(&number(*place));
        let mut own = own.iter().filter(|(place, _)| within(place)).peekable();
        match own.next() {
            None => Cow::Borrowed(self.between(words)),
            Some((_, word)) if words.len() == 1 => Cow::Borrowed(word),
            Some(first) => {
                let (mut text, mut reached) = (String::new(), words.start);
                for (place, word) in std::iter::once(first).chain(own) {
                    text.push_str(self.between(&(reached..number(place))));
                    text.push_str(word);
                    reached = number(place + 1);
                }
                text.push_str(self.between(&(reached..words.end)));
                Cow::Owned(text)
            }
        }
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        (0..number(self.ends.len())).map(|word| self.between(&(word..word + 1)))
    }

    fn between(&self, words: &Range<u32>) -> &str {
        let end_of = |word: u32| self.ends.get(word as usize).copied().unwrap_or_default() as usize;
        let offset = |word: u32| word.checked_sub(1).map_or(0, end_of);
        self.all.get(offset(words.start)..offset(words.end)).unwrap_or_default()
    }
}

impl OwnWords {
    /// Each with its place among the words of the texts.
    fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        let (mut rest, mut place) = (&*self.0, 0);
        std::iter::from_fn(move || {
            let mut characters = rest.chars();
            let between = characters.next()? as usize;
            let length = characters.next()? as usize;
            let (word, after) = characters.as_str().split_at_checked(length)?;
            let at = place + between;
            (rest, place) = (after, at + 1);
            Some((at, word))
        })
    }

    /// How many bytes they take.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Runs of what stands between blanks and brackets, and each of these.
fn words(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let first = text.chars().next()?;
        let end = match text.find(is_between) {
            Some(0) => first.len_utf8(),
            Some(end) => end,
            None => text.len(),
        };
        let end = (0..=end.min(LONGEST)).rev().find(|at| text.is_char_boundary(*at))?;
        let (word, rest) = text.split_at_checked(end)?;
        text = rest;
        Some(word)
    })
}

fn is_between(character: char) -> bool {
    character.is_ascii_whitespace() || "[]{}()<>;,='\"".contains(character)
}

/// Texts come from files of 128 MiB at most.
fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn character(number: usize) -> Option<char> {
    char::from_u32(u32::try_from(number).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(all: &[String]) -> Texts {
        let mut texts = Texts::default();
        for (name, text) in (0..).zip(all) {
            texts.add(name, text);
        }
        texts
    }

    #[test]
    fn alike_texts_are_kept_as_their_own_words() {
        let of = |hour: u32, id: &str| {
            let all =
                format!("[{{LRT=11/15/2026 {hour}:00:00 AM}};{{LED=550 5.7.64 Denied {id}}}]");
            texts(&[all, format!("550 5.7.64 Denied {id}"), id.to_owned(), format!("EX01\\{hour}")])
        };
        let (first, second) = (of(1, "08DDE24A"), of(11, "08DDE24B7"));
        let own = second.differences(&first).unwrap();
        assert_eq!(own.len(), "11:00:00".len() + "08DDE24B7".len() + "EX01\\11".len() + 3 * 2);
        let found: Vec<_> = first.named_with(&own, 1..=3).collect();
        assert_eq!(found, ["550 5.7.64 Denied 08DDE24B7", "08DDE24B7", "EX01\\11"]);
        assert!(texts(&["other words".to_owned()]).differences(&first).is_none());
    }

    proptest! {
        #[test]
        fn texts_come_back_as_they_were(
            first in prop::collection::vec("([a-c]{0,3}[ ;=\u{e4}\u{1F600}]?){0,6}", 1..5),
            second in prop::collection::vec("([a-c]{0,3}[ ;=\u{e4}\u{1F600}]?){0,6}", 1..5),
            is_long in any::<bool>(),
        ) {
            let long = |text: &String| if is_long { text.repeat(700) } else { text.clone() };
            let second: Vec<String> = second.iter().map(long).collect();
            let (first, second_texts) = (texts(&first), texts(&second));
            let found: Vec<&str> = second_texts.named(0..=9).collect();
            prop_assert_eq!(&found, &second);
            for from in [&first, &second_texts] {
                let Some(own) = second_texts.differences(from) else { continue };
                let with = from.with(&own);
                prop_assert_eq!(with.named(0..=9).collect::<Vec<_>>(), found.clone());
                let found_with: Vec<_> = from.named_with(&own, 0..=9).collect();
                prop_assert_eq!(found_with, found.clone());
            }
        }
    }
}
