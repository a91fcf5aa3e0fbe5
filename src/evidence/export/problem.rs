//! What goes wrong with exported files: fatal for one file, or a part of it that is passed over.

use std::fmt;
use std::path::PathBuf;

use super::printed_form::PrintedForm;
use crate::finding::words::date;
use crate::input::unreadable;
use crate::timestamp::Timestamp;

/// A file of which nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The file cannot be opened or read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The file is larger than an export can reasonably be.
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
        /// The most that is read.
        maximum: u64,
    },
    /// There is nothing in it.
    Empty {
        /// The file, or what else the text came from.
        source_name: String,
    },
    /// There is no text of an error in it.
    NoDeliveryError {
        /// The file, or what else the text came from.
        source_name: String,
    },
    /// Objects as PowerShell shows them, and not as they can be read.
    NotAnExport {
        /// The file, or what else the text came from.
        source_name: String,
        /// How they are shown.
        form: PrintedForm,
    },
    /// None of the known formats.
    UnknownFormat {
        /// The file, or what else the text came from.
        source_name: String,
        /// Its first characters.
        beginning: String,
    },
}

impl EvidenceError {
    /// Why, and what to do, without the file.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unreadable { source, .. } => unreadable(source),
            Self::TooLarge { size, maximum, .. } => format!(
                "{size} bytes are more than the {maximum} that are read: export fewer objects"
            ),
            Self::Empty { .. } => {
                "is empty: export again, for example with Get-InboundConnector | Export-Clixml".to_owned()
            }
            Self::NoDeliveryError { .. } => "holds no error to explain: give an NDR (.eml, .html, text), or \
                                             Get-Queue, Get-Message or Get-MessageTrackingLog exported \
                                             with Export-Clixml"
                .to_owned(),
            Self::NotAnExport { form, .. } => form.to_string(),
            Self::UnknownFormat { beginning, .. } => format!(
                "line 1, byte 0: neither CliXml, JSON, CSV nor Format-List text (it begins with \
                 {beginning:?}): {}",
                remedy_of(beginning)
            ),
        }
    }
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, .. } | Self::TooLarge { path, .. } => {
                path.display().fmt(formatter)?;
            }
            Self::Empty { source_name }
            | Self::NoDeliveryError { source_name }
            | Self::NotAnExport { source_name, .. }
            | Self::UnknownFormat { source_name, .. } => {
                formatter.write_str(source_name)?;
            }
        }
        let mark = if matches!(self, Self::UnknownFormat { .. }) { ',' } else { ':' };
        write!(formatter, "{mark} {}", self.reason())
    }
}

/// What to do with a file of none of the formats that begins so.
fn remedy_of(beginning: &str) -> &'static str {
    if beginning.starts_with("#Software:") {
        "it is a protocol log, and goes where logs are given"
    } else {
        "export with Export-Clixml"
    }
}

/// A part of a file that was not used, or not as it stands; the rest was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or what else the text came from.
    pub source_name: String,
    /// The line, from 1.
    pub line: u64,
    /// The offset in bytes in the file.
    pub offset: u64,
    /// What it is.
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source_name, line, offset, kind } = self;
        write!(formatter, "{source_name}, line {line}, byte {offset}: {kind}")
    }
}

/// What a [`Problem`] is about, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// Bytes that the encoding does not allow.
    #[error("bytes that are not {encoding} were replaced: save or export the file as UTF-8")]
    Encoding {
        /// The encoding that was read.
        encoding: &'static str,
    },
    /// Letters beyond ASCII in a code page that nothing proves.
    #[error(
        "letters beyond ASCII are read by {encoding}, which nothing in the file proves: if they look wrong, export with Export-Clixml or as UTF-8"
    )]
    CodePage {
        /// The code page that was read.
        encoding: &'static str,
    },
    /// Text of another encoding behind the file's own.
    #[error(
        "the file has two encodings, as when one program appended (>>) to what another had written: both are read; export into one file for each command"
    )]
    MixedEncodings,
    /// UTF-8 that was read as Windows-1252 before it was saved.
    #[error(
        "letters were mistaken when this text was saved (UTF-8 read as Windows-1252), so that names may differ from the real ones: export with Export-Clixml"
    )]
    Mojibake,
    /// Letters that became question marks.
    #[error(
        "letters beyond ASCII became question marks when this was exported, as without -Encoding UTF8 in Windows PowerShell: names may differ from the real ones; export with Export-Clixml"
    )]
    LostLetters,
    /// The XML is not well-formed.
    #[error("damaged XML ({message}); what follows is not read: export again with Export-Clixml")]
    Xml {
        /// What the parser says.
        message: String,
    },
    /// The file ends inside an object.
    #[error(
        "the file ends in the middle of this object, which is left out: export or copy it again"
    )]
    Truncated,
    /// The XML is well-formed, but no CliXml.
    #[error("<{element}> is no element of CliXml, and is passed over: export with Export-Clixml")]
    NotCliXml {
        /// The element.
        element: String,
    },
    /// Objects nested deeper than any export.
    #[error("values nested more than {maximum} levels deep are left out: export without -Depth")]
    TooDeep {
        /// The most levels that are read.
        maximum: usize,
    },
    /// More values than any export.
    #[error("more than {maximum} values; what follows is not read: export fewer objects")]
    TooManyValues {
        /// The most values that are read.
        maximum: usize,
    },
    /// A reference to an object that does not stand before it.
    #[error("the reference to object {id} leads nowhere, and is read as null: export again")]
    UndefinedReference {
        /// The RefId.
        id: String,
    },
    /// A document type or an entity, which CliXml does not have.
    #[error("{what} is not read: CliXml has none; was the file edited?")]
    Declaration {
        /// `a document type`, or the entity.
        what: String,
    },
    /// The JSON is damaged.
    #[error("damaged JSON ({message}); what follows is not read: export again with ConvertTo-Json")]
    Json {
        /// What the parser says.
        message: String,
    },
    /// A row of CSV that does not fit its header.
    #[error(
        "this row has {found} fields and the header {expected}: it is left out; export again with Export-Csv"
    )]
    CsvFieldCount {
        /// The fields of the header.
        expected: u64,
        /// The fields of the row.
        found: u64,
    },
    /// A row of CSV that cannot be read.
    #[error("this row cannot be read ({message}) and is left out: export again with Export-Csv")]
    Csv {
        /// What the parser says.
        message: String,
    },
    /// A row of a log that cannot be read.
    #[error(
        "this row cannot be read ({message}) and is left out, as the last one of a log that was copied \
         while it grew: copy the log again"
    )]
    LogRow {
        /// What is wrong with it.
        message: String,
    },
    /// A line of Format-List text that is no property.
    #[error("{text:?} is no property of Format-List, and is passed over")]
    FormatListLine {
        /// The beginning of the line.
        text: String,
    },
    /// A value of Format-List whose lines can be put together in several ways.
    #[error(
        "{property} of {object} was broken into lines and lost the blanks at their ends, so that it reads in {count} ways: names are compared without blanks; for certainty export with Export-Clixml"
    )]
    BlanksLost {
        /// The name of the object.
        object: String,
        /// The property.
        property: &'static str,
        /// The readings.
        count: usize,
    },
    /// A date in which day and month can be exchanged, and nothing in the file settles which is which.
    #[error(
        "{property} of {object} reads {text:?}: {} if the day comes first, {} if the month does; nothing is concluded from it: export with Export-Clixml",
        date(*day_first),
        date(*month_first)
    )]
    OpenDate {
        /// The name of the object.
        object: String,
        /// The property.
        property: &'static str,
        /// The value.
        text: String,
        /// The time with the day first.
        day_first: Timestamp,
        /// The time with the month first.
        month_first: Timestamp,
    },
    /// A property whose value is not of its type.
    #[error("{property} of {object} reads {text:?}, expected {expected}: it counts as not known")]
    Value {
        /// The name of the object.
        object: String,
        /// The property.
        property: &'static str,
        /// The beginning of its value.
        text: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A list of which the source holds the type only.
    #[error(
        "{property} of {object} holds {text:?} in place of its values: export with Export-Clixml"
    )]
    ListNotExported {
        /// The name of the object.
        object: String,
        /// The property.
        property: &'static str,
        /// The text in its place.
        text: String,
    },
    /// RawData that is no certificate.
    #[error("RawData of {object} cannot be decoded ({message}): export again with Export-Clixml")]
    RawData {
        /// The name of the object.
        object: String,
        /// What the decoder says.
        message: String,
    },
    /// A value where an object was expected.
    #[error("{text:?} is no object, and is passed over: export the objects themselves")]
    NotAnObject {
        /// The beginning of the value.
        text: String,
    },
    /// Too many of these.
    #[error("{count} more problems of this file are not listed")]
    More {
        /// How many.
        count: u64,
    },
}
