//! Rust source as trees of tokens: as much of the language as separates its paths from its texts.
//!
//! Not the crate syn: shared with the procedural macros, it would have every dependency compiled anew.

use std::iter::Peekable;
use std::str::Chars;

/// A token, or what stands in brackets.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Word(String),
    Mark(char),
    /// The content of a string; numbers and characters are left empty.
    Literal(String),
    Group(char, Vec<Token>),
}

/// The tokens of a text that compiles.
pub fn tokens(text: &str) -> Vec<Token> {
    Lexer { rest: text.chars().peekable() }.until(None)
}

struct Lexer<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Lexer<'_> {
    /// The tokens before the bracket that closes them.
    fn until(&mut self, closing: Option<char>) -> Vec<Token> {
        let mut tokens = Vec::new();
        while let Some(next) = self.rest.next() {
            match next {
                _ if Some(next) == closing => break,
                _ if next.is_whitespace() => {}
                '/' if self.rest.peek() == Some(&'/') => {
                    self.rest.find(|character| *character == '\n');
                }
                '/' if self.rest.peek() == Some(&'*') => self.skip_comment(),
                '(' => tokens.push(Token::Group('(', self.until(Some(')')))),
                '[' => tokens.push(Token::Group('[', self.until(Some(']')))),
                '{' => tokens.push(Token::Group('{', self.until(Some('}')))),
                '"' => tokens.push(Token::Literal(self.string())),
                '\'' => tokens.extend(self.character()),
                _ if next.is_alphabetic() || next == '_' => tokens.push(self.word(next)),
                _ if next.is_numeric() => {
                    self.take_word();
                    tokens.push(Token::Literal(String::new()));
                }
                _ => tokens.push(Token::Mark(next)),
            }
        }
        tokens
    }

    fn skip_comment(&mut self) {
        let (mut depth, mut last) = (1, ' ');
        self.rest.next();
        for next in self.rest.by_ref() {
            (depth, last) = match (last, next) {
                ('/', '*') => (depth + 1, ' '),
                ('*', '/') => (depth - 1, ' '),
                _ => (depth, next),
            };
            if depth == 0 {
                break;
            }
        }
    }

    fn string(&mut self) -> String {
        let mut content = String::new();
        while let Some(next) = self.rest.next().filter(|next| *next != '"') {
            content.push(next);
            if next == '\\' {
                content.extend(self.rest.next());
            }
        }
        content
    }

    /// A character; nothing for the name of a lifetime, which has no second quote.
    fn character(&mut self) -> Option<Token> {
        let first = self.rest.next()?;
        if first == '\\' {
            self.rest.next();
            self.rest.find(|character| *character == '\'');
        } else if self.rest.peek() == Some(&'\'') {
            self.rest.next();
        } else {
            self.take_word();
            return None;
        }
        Some(Token::Literal(String::new()))
    }

    /// A word, or the string before which it stands (`br"..."`).
    fn word(&mut self, first: char) -> Token {
        let word = format!("{first}{}", self.take_word());
        let is_prefix = ["b", "br", "c", "cr", "r"].contains(&word.as_str());
        match self.rest.peek() {
            Some('"') if is_prefix && !word.ends_with('r') => {
                self.rest.next();
                Token::Literal(self.string())
            }
            Some('"' | '#') if is_prefix && word.ends_with('r') => {
                let mut marks = 0;
                while self.rest.next_if_eq(&'#').is_some() {
                    marks += 1;
                }
                if self.rest.next_if_eq(&'"').is_none() {
                    return Token::Word(self.take_word());
                }
                let end = format!("\"{}", "#".repeat(marks));
                let mut content = String::new();
                for next in self.rest.by_ref() {
                    content.push(next);
                    if content.ends_with(&end) {
                        content.truncate(content.len() - end.len());
                        break;
                    }
                }
                Token::Literal(content)
            }
            _ => Token::Word(word),
        }
    }

    fn take_word(&mut self) -> String {
        let mut word = String::new();
        while let Some(next) = self.rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
            word.push(next);
        }
        word
    }
}
