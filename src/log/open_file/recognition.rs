//! Whether a file is a log of SMTP, by its header or its first rows.

use std::sync::Arc;

use super::OpenFile;
use crate::log::header_lines::{first_line, read_header_line};
use crate::log::iis::IisFormat;
use crate::log::notice::Trouble;
use crate::log::row::Row;

impl OpenFile {
    /// A file without a header is taken for a protocol log if any of its first lines looks like a
    /// row; a line that names the columns, as exports have it, serves as a header.
    pub(super) fn recognise(&mut self) -> Result<(), Trouble> {
        if let Some(format) = self.format.iis.clone() {
            return self.recognise_iis(&format);
        }
        if self.is_recognised || self.format.declared {
            return Ok(());
        }
        let first_line = first_line(&self.pending[self.start..self.lines_end]);
        let names = String::from_utf8_lossy(first_line).to_ascii_lowercase();
        if names.trim_start_matches('"').starts_with("date-time") && names.contains("session-id") {
            let length = first_line.len();
            let header_line = format!("#Fields: {names}");
            read_header_line(header_line.as_bytes(), &mut self.format, &mut self.lines_before)?;
            self.advance(length);
            return Ok(());
        }
        let mut first_error = None;
        let lines = self.pending[self.start..self.lines_end].split(|byte| *byte == b'\n');
        for line in lines.take_while(|line| !line.starts_with(b"#")) {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match Row::parse(line.trim_ascii_end(), &self.format.columns) {
                Err(error) if !error.has_row_shape() => {
                    first_error.get_or_insert(error);
                }
                Ok(_) | Err(_) => {
                    self.is_recognised = true;
                    return Ok(());
                }
            }
        }
        if self.is_iis(&IisFormat::Native) {
            Arc::make_mut(&mut self.format).declare_iis(IisFormat::Native);
            self.is_recognised = true;
            return Ok(());
        }
        first_error.map_or(Ok(()), |error| {
            Err(Trouble::Foreign {
                line: self.lines_before + 1,
                reason: format!("it has no #Fields header and no line of it is a row ({error})"),
            })
        })
    }

    /// Columns do not say whose log it is: a row of the SMTP service must be among the first.
    fn recognise_iis(&mut self, format: &IisFormat) -> Result<(), Trouble> {
        self.is_recognised |= self.is_iis(format);
        if self.is_recognised {
            return Ok(());
        }
        Err(Trouble::Foreign {
            line: self.lines_before + 1,
            reason: "its #Fields are those of a W3C log of IIS, but none of its first rows is of \
                     the SMTP service (SMTPSVC)"
                .to_owned(),
        })
    }

    fn is_iis(&self, format: &IisFormat) -> bool {
        let mut lines = self.pending[self.start..self.lines_end].split(|byte| *byte == b'\n');
        lines.any(|line| format.is_smtp_row(line.trim_ascii_end()))
    }
}
