//! What a file is, by its beginning: the wizard leaves several kinds beside its log.

use std::path::Path;

use serde::Deserialize;

use crate::timestamp::Timestamp;

/// How much of a file is looked at, in bytes.
pub(super) const LOOKED_AT: u64 = 64 << 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// A log, or what may be one: its entries say.
    Log,
    /// The cmdlets of a run as XML.
    InvokeXml,
    /// `.cc.json`: what the wizard remembers of its last run, with its mode.
    Settings(String),
    /// XML or JSON of another kind.
    Foreign(&'static str),
    Empty,
}

/// What the wizard remembers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    current_domain: String,
    #[serde(default)]
    mode: String,
}

impl FileKind {
    pub(super) fn of(beginning: &[u8]) -> Self {
        let text = String::from_utf8_lossy(beginning);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.is_empty() {
            Self::Empty
        } else if text.starts_with('<') {
            if text.contains("<invoke") { Self::InvokeXml } else { Self::Foreign("XML") }
        } else if text.starts_with('{') {
            match serde_json::from_str::<Settings>(text) {
                Ok(settings) => Self::Settings(format!(
                    "{} {}",
                    settings.current_domain.trim(),
                    settings.mode.trim()
                )),
                Err(_) => Self::Foreign("JSON"),
            }
        } else {
            Self::Log
        }
    }
}

/// The time in a name `yyyyMMdd_HHmmss.log`.
pub(super) fn stem_time(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?;
    let stem = name.get(..15).filter(|stem| stem.is_ascii() && stem.as_bytes()[8] == b'_')?;
    let part = |from: usize, to: usize| &stem[from..to];
    let stamp = format!(
        "{}-{}-{}T{}:{}:{}.000Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(9, 11),
        part(11, 13),
        part(13, 15)
    );
    Timestamp::from_log_stamp(stamp.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_log_says_when_it_began() {
        let time = |name: &str| stem_time(Path::new(name)).map(|time| time.to_string());
        let expected = Some("2026-11-02T08:15:30.000Z".to_owned());
        assert_eq!(time("x/20261102_081530.log"), expected);
        assert_eq!(time("20261102_081530.xhcw"), expected);
        for name in
            ["hcw.log", "20261302_081530.log", "20261102-081530.log", "2026110\u{e9}_81530.log"]
        {
            assert_eq!(time(name), None, "{name}");
        }
    }

    #[test]
    fn files_are_told_by_their_beginning() {
        for (text, expected) in [
            ("", FileKind::Empty),
            (" \r\n", FileKind::Empty),
            ("2026.11.02 08:15:30.123 x", FileKind::Log),
            ("<?xml version=\"1.0\"?>\n<log><invoke cmdlet=\"x\"/></log>", FileKind::InvokeXml),
            ("<Objs Version=\"1.1.0.1\"/>", FileKind::Foreign("XML")),
            (
                "{\"CurrentDomain\":\"contoso.com\",\"Mode\":\"FullHybrid\",\"Other\":1}",
                FileKind::Settings("contoso.com FullHybrid".to_owned()),
            ),
            ("{\"Name\":1}", FileKind::Foreign("JSON")),
        ] {
            assert_eq!(FileKind::of(text.as_bytes()), expected, "{text}");
        }
    }
}
