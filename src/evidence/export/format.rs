//! Which format a text has, by its content: names of files lie.

use super::parsed::{Parsed, TakeBag};
use super::{clixml, csv_export, format_list, json};

/// A format of exported objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// Export-Clixml.
    CliXml,
    /// ConvertTo-Json, and the objects of the pipeline.
    Json,
    /// Export-Csv.
    Csv,
    /// Format-List text.
    FormatList,
}

impl ExportFormat {
    /// Recognises the format by the first characters; `None` for other texts.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let mut characters = text.chars();
        let first = characters.next()?;
        let second = characters.find(|character| !character.is_whitespace());
        let begins_object = first == '{' && matches!(second, Some('"' | '}') | None);
        // [PS] C:\> is the prompt of the Exchange Management Shell.
        let begins_array =
            first == '[' && matches!(second, Some('{' | '[' | ']' | '"' | 'n') | None);
        if first == '<' {
            Some(Self::CliXml)
        } else if begins_object || begins_array {
            Some(Self::Json)
        } else if csv_export::is_csv(text) {
            Some(Self::Csv)
        } else {
            format_list::is_format_list(text).then_some(Self::FormatList)
        }
    }

    /// All objects of a text.
    pub(in crate::evidence) fn read(self, text: &str) -> Parsed {
        let mut bags = Vec::new();
        let parsed = self.read_each(text, &mut |bag| bags.push(bag));
        Parsed { bags, ..parsed }
    }

    /// The same, of which none is kept: there may be many.
    pub(in crate::evidence) fn read_each(self, text: &str, take: TakeBag<'_>) -> Parsed {
        match self {
            Self::CliXml => clixml::read(text, take),
            Self::Json => json::read(text, take),
            Self::Csv => csv_export::read(text, take),
            Self::FormatList => format_list::read(text, take),
        }
    }
}
