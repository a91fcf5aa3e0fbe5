//! JSON that steers no terminal.

use std::io::{self, Write};

use eop_relay::view::is_unprintable;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Writes one JSON object in lines to read.
pub fn pretty<W: Write + ?Sized>(output: &mut W, value: &impl Serialize) -> io::Result<()> {
    write(output, value, PrettyFormatter::new())
}

/// Writes one JSON object in one line.
pub fn line<W: Write + ?Sized>(output: &mut W, value: &impl Serialize) -> io::Result<()> {
    write(output, value, CompactFormatter)
}

fn write<W: Write + ?Sized>(
    output: &mut W,
    value: &impl Serialize,
    formatter: impl Formatter,
) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *output, Escaping(formatter)))?;
    writeln!(output)
}

/// A form of JSON in which unprintable characters of texts are written as `\uXXXX`, which is the
/// same text to every reader of JSON.
struct Escaping<F>(F);

impl<F: Formatter> Formatter for Escaping<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // serde_json escapes what lies below 0x20 itself. Texts are short, and without a branch all of
        // one is looked at in a step or two.
        if fragment.bytes().fold(0, u8::max) < 0x7F {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some((position, character)) =
            rest.char_indices().find(|(_, c)| is_unprintable(*c))
        {
            writer.write_all(&rest.as_bytes()[..position])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[position + character.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn unprintable_characters_are_escaped_and_read_back() {
        let hostile = "a\u{1B}[2J\u{9B}b\u{7F}\u{202E}c\u{E0041}d\"\\ \u{1F4E7}";
        let value = json!({ hostile: [hostile, 1, null, { "A": true }] });
        for is_pretty in [true, false] {
            let mut output: Vec<u8> = Vec::new();
            let written =
                if is_pretty { pretty(&mut output, &value) } else { line(&mut output, &value) };
            written.unwrap();
            let text = String::from_utf8(output).unwrap();
            assert!(!text.trim_end().replace('\n', "").contains(is_unprintable), "{text}");
            assert!(text.contains("\\u009bb\\u007f\\u202ec\\udb40\\udc41d"), "{text}");
            assert!(text.contains('\u{1F4E7}'), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }

    #[test]
    fn the_form_is_that_of_serde_json() {
        let value = json!({ "A": [1, { "B": "c" }, []], "D": {} });
        let mut output: Vec<u8> = Vec::new();
        pretty(&mut output, &value).unwrap();
        line(&mut output, &value).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), format!("{pretty}\n{value}\n"));
    }
}
