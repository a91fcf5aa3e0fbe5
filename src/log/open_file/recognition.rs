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
            let lines = self.pending[self.start..self.lines_end].split(|byte| *byte == b'\n');
            let native = self.format.native_of(lines);
            Arc::make_mut(&mut self.format).declare_iis(native);
            self.is_recognised = true;
            return Ok(());
        }
        let Some(error) = first_error else { return Ok(()) };
        let mut lines = self.pending[self.start..self.lines_end].split(|byte| *byte == b'\n');
        let reason = if lines.any(is_ncsa) {
            "it is a log of IIS in the NCSA format, which holds no replies: choose the W3C extended \
             format with URI Query among its properties"
                .to_owned()
        } else {
            format!("it has no #Fields header and no line of it is a row ({error})")
        };
        Err(Trouble::Foreign { line: self.lines_before + 1, reason })
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

/// Whether a line is of the NCSA common log format:
/// `192.0.2.1 - - [15/Nov/2026:01:02:03 +0000] "RCPT ..." 250 123`.
fn is_ncsa(line: &[u8]) -> bool {
    let Some(open) = memchr::memmem::find(line, b" [") else { return false };
    let stamp = &line[open + 2..];
    let shape = b"dd/aaa/dddd:dd:dd:dd ";
    let is_stamp = stamp.len() > shape.len()
        && stamp.iter().zip(shape).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            other => byte == other,
        });
    is_stamp && memchr::memmem::find(stamp, b"] \"").is_some()
}

#[cfg(test)]
mod tests {
    use super::is_ncsa;

    #[test]
    fn a_line_of_the_ncsa_format_is_known_by_its_stamp() {
        let line = |stamp: &str| format!("192.0.2.1 - MX07 [{stamp} +0000] \"RCPT -?+TO\" 250 12");
        assert!(is_ncsa(line("15/Nov/2026:01:02:03").as_bytes()));
        for other in ["2026-11-15 01:02:03", "15/11/2026:01:02:03", ""] {
            assert!(!is_ncsa(line(other).as_bytes()), "{other}");
        }
    }
}
