//! Sessions as a Parquet file: a column for each property, and the recipients as a nested list.
//!
//! Names are those of the JSON. The file is there once it is whole.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eop_relay::reply::RejectionClass;
use eop_relay::session::{Message, Recipient, Session};
use eop_relay::timestamp::Timestamp;
use parquet::basic::{Compression, GzipLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::writer::SessionWriter;
use crate::interruption::Unfinished;
use crate::output;

/// Sessions of a row group: they are in memory at once.
const SESSIONS_PER_GROUP: usize = 50_000;

/// The Unix epoch in ticks, and the ticks of a microsecond.
const EPOCH: i64 = 621_355_968_000_000_000;
const TICKS_PER_MICROSECOND: i64 = 10;

/// A value of a session; `None` is what the log does not show.
enum Cell<'s> {
    Text(Option<Cow<'s, str>>),
    Number(Option<i64>),
    Flag(Option<bool>),
    Time(Timestamp),
}

fn text(value: Option<&str>) -> Cell<'_> {
    Cell::Text(value.map(Cow::Borrowed))
}

fn number(value: u64) -> Cell<'static> {
    Cell::Number(i64::try_from(value).ok())
}

/// A column by its type and name, and its value.
type Column = (&'static str, &'static str, for<'s> fn(&'s Session) -> Cell<'s>);

const TEXT: &str = "optional binary {} (STRING)";
const NUMBER: &str = "optional int64 {}";
const FLAG: &str = "optional boolean {}";
const TIME: &str = "optional int64 {} (TIMESTAMP(MICROS,true))";

const COLUMNS: &[Column] = &[
    (TEXT, "LogType", |one| text(Some(one.log_type.name()))),
    (TEXT, "Server", |one| text(one.server.as_deref())),
    (TEXT, "LogPath", |one| Cell::Text(Some(one.log_path.to_string_lossy()))),
    (NUMBER, "Line", |one| number(one.line)),
    (TIME, "StartTime", |one| Cell::Time(one.start_time)),
    (TIME, "EndTime", |one| Cell::Time(one.end_time)),
    (TEXT, "Connector", |one| text(Some(one.connector()))),
    (TEXT, "SessionId", |one| text(Some(one.session_id()))),
    (TEXT, "ProxySessionId", |one| text(one.proxy_session_id())),
    (TEXT, "LocalEndpoint", |one| text(one.local_endpoint())),
    (TEXT, "RemoteEndpoint", |one| text(one.remote_endpoint())),
    (TEXT, "RemoteHost", |one| text(one.remote_host())),
    (TEXT, "EhloName", |one| text(one.ehlo_name())),
    (TEXT, "PublicIPAddress", |one| text(one.public_ip_address())),
    (FLAG, "IsEop", |one| Cell::Flag(one.is_eop)),
    (FLAG, "StartTlsOffered", |one| Cell::Flag(one.start_tls_offered)),
    (TEXT, "TlsStatus", |one| text(Some(one.tls_status.name()))),
    (TEXT, "TlsProtocol", |one| text(one.tls_protocol())),
    (TEXT, "TlsCipher", |one| text(one.tls_cipher())),
    (TEXT, "TlsError", |one| text(one.tls_error())),
    (NUMBER, "TlsErrorCode", |one| Cell::Number(one.tls_error_code.map(i64::from))),
    (TEXT, "SentThumbprint", |one| text(one.sent_thumbprint())),
    (TEXT, "SentSubject", |one| text(one.sent_subject())),
    (TEXT, "Reply", |one| text(one.reply())),
    (TEXT, "Rejection", |one| text(one.rejection.map(RejectionClass::name))),
    (TEXT, "Outcome", |one| text(Some(one.outcome.name()))),
    (FLAG, "Complete", |one| Cell::Flag(Some(one.complete))),
    (NUMBER, "RowCount", |one| number(one.row_count)),
];

/// A column of the nested list, all of them texts.
type RecipientColumn = (&'static str, for<'s> fn(Message<'s>, Recipient<'s>) -> Option<&'s str>);

const RECIPIENT_COLUMNS: &[RecipientColumn] = &[
    ("Address", |_, recipient| Some(recipient.address())),
    ("Reply", |_, recipient| recipient.reply()),
    ("Rejection", |_, recipient| recipient.rejection().map(RejectionClass::name)),
    ("MailFrom", |message, _| message.mail_from()),
    ("InternetMessageId", |message, _| message.internet_message_id()),
    ("MessageOutcome", |message, _| Some(message.outcome().name())),
];

/// The schema, in the language of Parquet.
fn schema() -> String {
    let columns = COLUMNS.iter().map(|(kind, name, _)| kind.replace("{}", name) + ";\n");
    let recipients = RECIPIENT_COLUMNS.iter().map(|(name, _)| TEXT.replace("{}", name) + ";\n");
    format!(
        "message Session {{\n{}required group Recipients (LIST) {{ repeated group list {{ required \
         group element {{\n{}}} }} }} }}",
        columns.collect::<String>(),
        recipients.collect::<String>()
    )
}

/// The values of a column of a row group, without those that are absent, with their levels.
#[derive(Default)]
struct Values<T> {
    present: Vec<T>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl<T> Values<T> {
    /// A value of a column outside of lists.
    fn push(&mut self, value: Option<T>) {
        self.definitions.push(i16::from(value.is_some()));
        self.present.extend(value);
    }

    fn write<D: DataType<T = T>>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, File>,
    ) -> Result<(), ParquetError> {
        let Some(mut column) = group.next_column()? else { return Ok(()) };
        let repetitions = (!self.repetitions.is_empty()).then_some(&*self.repetitions);
        column.typed::<D>().write_batch(&self.present, Some(&self.definitions), repetitions)?;
        self.present.clear();
        self.definitions.clear();
        self.repetitions.clear();
        column.close()
    }
}

enum ColumnValues {
    Texts(Values<ByteArray>),
    Numbers(Values<i64>),
    Flags(Values<bool>),
}

/// Writes sessions into a file.
pub struct ParquetWriter {
    path: PathBuf,
    beside: PathBuf,
    _unfinished: Unfinished,
    file: Option<SerializedFileWriter<File>>,
    columns: Vec<ColumnValues>,
    recipients: Vec<Values<ByteArray>>,
    /// Sessions of the group that is gathered.
    count: usize,
}

impl ParquetWriter {
    /// Begins a file beside its place.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = output::place_of(path)?;
        let beside = output::beside(&path);
        let schema = parse_message_type(&schema()).map_err(io::Error::other)?;
        // The one compression that every reader has without a library of its own.
        let compression = Compression::GZIP(GzipLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let unfinished = Unfinished::new(beside.clone());
        let file = File::create(&beside)?;
        let file = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))
            .map_err(io::Error::other)?;
        let columns = COLUMNS.iter().map(|(kind, ..)| match *kind {
            TEXT => ColumnValues::Texts(Values::default()),
            FLAG => ColumnValues::Flags(Values::default()),
            _ => ColumnValues::Numbers(Values::default()),
        });
        Ok(Self {
            path,
            beside,
            _unfinished: unfinished,
            file: Some(file),
            columns: columns.collect(),
            recipients: RECIPIENT_COLUMNS.iter().map(|_| Values::default()).collect(),
            count: 0,
        })
    }

    fn add_recipients(&mut self, session: &Session) {
        let mut repetition = 0;
        for message in session.messages() {
            for recipient in message.recipients() {
                for ((_, value), column) in RECIPIENT_COLUMNS.iter().zip(&mut self.recipients) {
                    let value = value(message, recipient);
                    column.definitions.push(if value.is_some() { 2 } else { 1 });
                    column.repetitions.push(repetition);
                    column.present.extend(value.map(ByteArray::from));
                }
                repetition = 1;
            }
        }
        if repetition == 0 {
            // An empty list.
            for column in &mut self.recipients {
                column.definitions.push(0);
                column.repetitions.push(0);
            }
        }
    }

    /// Writes the sessions that were gathered as a row group.
    fn write_group(&mut self) -> Result<(), ParquetError> {
        let Some(file) = self.file.as_mut().filter(|_| self.count > 0) else { return Ok(()) };
        let mut group = file.next_row_group()?;
        for column in &mut self.columns {
            match column {
                ColumnValues::Texts(values) => values.write::<ByteArrayType>(&mut group)?,
                ColumnValues::Numbers(values) => values.write::<Int64Type>(&mut group)?,
                ColumnValues::Flags(values) => values.write::<BoolType>(&mut group)?,
            }
        }
        for column in &mut self.recipients {
            column.write::<ByteArrayType>(&mut group)?;
        }
        group.close()?;
        self.count = 0;
        Ok(())
    }
}

impl SessionWriter for ParquetWriter {
    fn write(&mut self, session: &Session) -> io::Result<()> {
        for ((_, _, value), column) in COLUMNS.iter().zip(&mut self.columns) {
            match (value(session), column) {
                (Cell::Text(text), ColumnValues::Texts(values)) => {
                    values.push(text.as_deref().map(ByteArray::from));
                }
                (Cell::Number(number), ColumnValues::Numbers(values)) => values.push(number),
                (Cell::Time(time), ColumnValues::Numbers(values)) => {
                    values.push(Some((time.ticks() - EPOCH) / TICKS_PER_MICROSECOND));
                }
                (Cell::Flag(flag), ColumnValues::Flags(values)) => values.push(flag),
                _ => return Err(io::Error::other("a column has two types")),
            }
        }
        self.add_recipients(session);
        self.count += 1;
        if self.count == SESSIONS_PER_GROUP {
            self.write_group().map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Groups are written when they are full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write_group().map_err(io::Error::other)?;
        if let Some(file) = self.file.take() {
            file.into_inner().map_err(io::Error::other)?.sync_all()?;
            fs::rename(&self.beside, &self.path)?;
        }
        Ok(())
    }
}

/// What was begun and not finished goes.
impl Drop for ParquetWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // That it cannot be removed changes nothing.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::*;
    use crate::sessions::fixtures;

    #[test]
    fn what_is_written_is_read_again_with_recipients_as_lists() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.parquet");
        let without_mail =
            fixtures::changed(&fixtures::delivered(), |parts| parts.messages.clear());
        let sessions = [fixtures::delivered(), without_mail, fixtures::refused()];
        let mut writer = ParquetWriter::create(&path).unwrap();
        for session in &sessions {
            writer.write(session).unwrap();
        }
        assert!(!path.exists());
        writer.finish().unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), sessions.len());
        for (row, session) in rows.iter().zip(&sessions) {
            let field = |name: &str| {
                row.get_column_iter().find(|(own, _)| *own == name).map(|(_, field)| field).unwrap()
            };
            assert_eq!(*field("SessionId"), Field::Str(session.session_id().to_owned()));
            assert_eq!(*field("Outcome"), Field::Str(session.outcome.name().to_owned()));
            let expected =
                session.remote_host().map_or(Field::Null, |it| Field::Str(it.to_owned()));
            assert_eq!(*field("RemoteHost"), expected);
            let recipients = session.messages().map(|one| one.recipients().count()).sum::<usize>();
            let Field::ListInternal(list) = field("Recipients") else { panic!() };
            assert_eq!(list.elements().len(), recipients);
        }
    }

    #[test]
    fn what_is_not_finished_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let writer = ParquetWriter::create(&folder.path().join("sessions.parquet")).unwrap();
        drop(writer);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
