//! The header of a log: which log it is, and which columns its rows have.

use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::iis::{IisFormat, W3cColumns};
use crate::named_enum::named_enum;
use crate::timestamp::Timestamp;

named_enum! {
    /// The log that a row stands in.
    LogType {
        /// An Exchange SMTP send protocol log.
        Send = 1,
        /// An Exchange SMTP receive protocol log.
        Receive = 2,
        /// A log of the SMTP service of IIS (SMTPSVC).
        IisSmtp = 3,
    }
}

/// What the header lines of a file said so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// The log's type, where the header or the file's name says it.
    pub log_type: Option<LogType>,
    /// The columns of its rows.
    pub columns: Columns,
    /// Whether a header line said that this is a protocol log.
    pub declared: bool,
    /// The format of a log of IIS, which has other rows.
    pub iis: Option<IisFormat>,
    /// When the last `#Date` line of IIS was written.
    opened: Option<Timestamp>,
    /// The month in the name of a log in IIS's native format.
    #[serde(default)]
    month_of_name: Option<u8>,
}

impl Format {
    /// The format of a file before its first header line: only its name can say the type.
    #[must_use]
    pub fn from_file_name(name: &str) -> Self {
        let starts = |prefix: &str| {
            name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let log_type = if starts("SEND") {
            Some(LogType::Send)
        } else if starts("RECV") {
            Some(LogType::Receive)
        } else {
            None
        };
        Self {
            log_type,
            columns: Columns::STANDARD,
            declared: false,
            iis: None,
            opened: None,
            month_of_name: month_of_name(name),
        }
    }

    /// The native format with the order of day and month that the file shows.
    pub(super) fn native_of<'line>(&self, lines: impl Iterator<Item = &'line [u8]>) -> IisFormat {
        IisFormat::native_of(lines, self.month_of_name)
    }

    /// Reads one header line (`#Log-type: SMTP Send Protocol Log`).
    ///
    /// # Errors
    /// What kind of log it is, in words, if it is not an SMTP protocol log. `#Software` and
    /// `#Version` do not decide: unrelated Exchange logs carry the same.
    pub fn read_header_line(&mut self, line: &[u8]) -> Result<(), String> {
        let line = String::from_utf8_lossy(line);
        let Some((key, value)) = line.trim_start_matches('#').split_once(':') else {
            return Ok(());
        };
        let (key, value) = (key.trim(), value.trim());
        if key.eq_ignore_ascii_case("Log-type") {
            self.log_type = Some(Self::log_type_from_header(value)?);
            self.declared = true;
        } else if key.eq_ignore_ascii_case("Fields") {
            if let Some(columns) = Columns::from_names(value) {
                self.columns = columns;
            } else {
                let columns = W3cColumns::from_names(value, self.opened);
                self.declare_iis(IisFormat::W3c(columns.ok_or_else(|| refusal_by_fields(value))??));
            }
            self.declared = true;
        } else if key.eq_ignore_ascii_case("Date")
            && let Some(opened) = W3cColumns::read_date(value)
        {
            self.opened = Some(opened);
            if let Some(IisFormat::W3c(columns)) = &mut self.iis {
                columns.set_opened(self.opened);
            }
        }
        Ok(())
    }

    /// Whether rows behind that header line are read as those before it.
    pub(super) fn is_repeated_by(&self, line: &[u8]) -> bool {
        let mut repeated = self.clone();
        let is_read = repeated.read_header_line(line).is_ok();
        is_read && Self { declared: self.declared, opened: self.opened, ..repeated } == *self
    }

    /// Says that the rows are those of the SMTP service of IIS.
    pub(super) fn declare_iis(&mut self, format: IisFormat) {
        self.log_type = Some(LogType::IisSmtp);
        self.iis = Some(format);
    }

    fn log_type_from_header(value: &str) -> Result<LogType, String> {
        let lower = value.to_ascii_lowercase();
        if lower.contains("smtp send protocol log") {
            Ok(LogType::Send)
        } else if lower.contains("smtp receive protocol log") {
            Ok(LogType::Receive)
        } else {
            Err(format!("its #Log-type is '{value}'"))
        }
    }
}

/// The month in `inYYMMDD.log`, `inYYMMDDHH.log`, `inYYMMWW.log` and `inYYMM.log`, as IIS names logs of
/// its native format by day, hour, week and month; `u_in` where they are UTF-8.
fn month_of_name(name: &str) -> Option<u8> {
    let lower = name.to_ascii_lowercase();
    let digits = lower.strip_prefix("u_").unwrap_or(&lower).strip_prefix("in")?;
    let is_dated = digits.bytes().take_while(u8::is_ascii_digit).count() >= 4;
    let month = digits.get(2..4).filter(|_| is_dated)?.parse().ok()?;
    (1..=12).contains(&month).then_some(month)
}

fn refusal_by_fields(fields: &str) -> String {
    let lower = fields.to_ascii_lowercase();
    if lower.contains("internal-message-id") || lower.contains("message-subject") {
        "its #Fields are those of a message tracking log".to_owned()
    } else {
        let shown: String = fields.chars().take(80).collect();
        format!("its #Fields ('{shown}') lack date-time, session-id, event or data")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_are_read_in_any_case_and_order() {
        let mut format = Format::from_file_name("x.log");
        format
            .read_header_line(b"#FIELDS: Session-ID, event,data,context,date-time,new-column")
            .unwrap();
        assert_eq!(format.columns.count, 6);
        assert_eq!(
            format.columns.position,
            [Some(4), None, Some(0), None, None, None, Some(1), Some(2), Some(3)]
        );
    }

    #[test]
    fn the_names_of_native_logs_of_iis_hold_a_month() {
        for (name, month) in [
            ("in261116.log", Some(11)),
            ("IN26110207.LOG", Some(11)),
            ("u_in2603w2.log", Some(3)),
            ("in2612.log", Some(12)),
            ("inetsv1.log", None),
            ("in261.log", None),
            ("in269901.log", None),
            ("ex261116.log", None),
        ] {
            assert_eq!(month_of_name(name), month, "{name}");
        }
    }

    #[test]
    fn other_logs_are_refused_by_name() {
        for (line, expected) in [
            ("#Log-type: HttpProxy Logs", "'HttpProxy Logs'"),
            ("#Log-type: Transport Connectivity Log", "'Transport Connectivity Log'"),
            ("#Log-Type: Message Tracking Log", "'Message Tracking Log'"),
            ("#Fields: date-time,client-ip,internal-message-id,message-subject", "tracking"),
            ("#Fields: date time c-ip cs-method sc-status", "IIS"),
            ("#Fields: one,two", "'one,two'"),
        ] {
            let refusal =
                Format::from_file_name("SEND.LOG").read_header_line(line.as_bytes()).unwrap_err();
            assert!(refusal.contains(expected), "{line}: {refusal}");
        }
    }

    #[test]
    fn the_type_comes_from_the_header_before_the_file_name() {
        let mut format = Format::from_file_name("send20261115-1.LOG");
        assert_eq!(format.log_type, Some(LogType::Send));
        format.read_header_line(b"#Log-type: SMTP Receive Protocol Log").unwrap();
        assert_eq!(format.log_type, Some(LogType::Receive));
        assert_eq!(Format::from_file_name("renamed.log").log_type, None);
    }

    #[test]
    fn versions_and_unknown_keys_say_nothing() {
        let mut format = Format::from_file_name("a");
        for line in ["#Software: Microsoft Exchange Server", "#Version: 15.02.1", "#", "#x"] {
            format.read_header_line(line.as_bytes()).unwrap();
        }
        assert!(!format.declared);
    }
}
