//! The options of the command stand in the command and in one table: texts of the library are read by
//! users of the cmdlets too.

use crate::rooms::room_of;
use crate::sources;
use crate::tokens::{Token, tokens};

/// The table of what each option is called.
const TABLE: &str = "finding/option_names.rs";

/// Parts of the names of files that tests alone use.
const FOR_TESTS: [&str; 2] = ["tests", "verdict_table"];

/// The texts of code that is not for tests alone.
fn texts(code: &[Token], found: &mut Vec<String>) {
    let mut is_for_tests = false;
    for (index, token) in code.iter().enumerate() {
        match token {
            Token::Group('[', inner) if index > 0 && code[index - 1] == Token::Mark('#') => {
                is_for_tests |= is_test_attribute(inner);
            }
            Token::Group('{', _) if is_for_tests => is_for_tests = false,
            Token::Group(_, inner) => texts(inner, found),
            Token::Mark(';') => is_for_tests = false,
            Token::Literal(text) => found.push(text.clone()),
            Token::Word(_) | Token::Mark(_) => {}
        }
    }
}

fn is_test_attribute(inner: &[Token]) -> bool {
    let test = Token::Word("test".to_owned());
    inner == [test.clone()]
        || matches!(inner, [Token::Word(name), Token::Group(_, of)] if name == "cfg" && of.contains(&test))
}

/// Whether `--` and a letter stand at the beginning of a word.
fn names_an_option(text: &str) -> bool {
    text.match_indices("--").any(|(place, _)| {
        let before = text[..place].chars().next_back();
        let after = text[place + 2..].chars().next();
        after.is_some_and(|next| next.is_ascii_lowercase())
            && before.is_none_or(|last| !last.is_alphanumeric() && last != '-')
    })
}

#[test]
fn the_library_names_options_of_the_command_in_one_table_alone() {
    let sources = sources();
    let is_library = |file: &str| {
        room_of(file) != "command" && !FOR_TESTS.iter().any(|part| file.contains(part))
    };
    let mut seen = 0;
    for (file, text) in sources.iter().filter(|(file, _)| is_library(file)) {
        let mut found = Vec::new();
        texts(&tokens(text), &mut found);
        let options: Vec<_> = found.iter().filter(|text| names_an_option(text)).collect();
        if file == TABLE {
            seen = options.len();
        } else {
            assert!(options.is_empty(), "{file} names options of the command: {options:?}");
        }
    }
    assert_eq!(seen, 7, "the table is read");
}

#[test]
fn a_text_names_an_option_by_two_dashes_before_a_word() {
    for text in ["give --log", "(--log FILE)", "--log", "`--log`"] {
        assert!(names_an_option(text), "{text}");
    }
    for text in ["xn--bcher", "a -- b", "-----BEGIN", "---", "-Log", "--"] {
        assert!(!names_an_option(text), "{text}");
    }
}
