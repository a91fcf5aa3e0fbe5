//! What a folder of logs calls its server.

use std::path::Path;

/// Folders in which Exchange keeps its protocol logs, from the file upwards.
const OF_LOGS: &[&str] = &[
    "smtpsend",
    "smtpreceive",
    "protocollog",
    "frontend",
    "hub",
    "edge",
    "mailbox",
    "logs",
    "logging",
    "transportroles",
];

/// Folders above those that name no server either.
const OF_INSTALLATIONS: &[&str] = &[
    "v14",
    "v15",
    "exchange server",
    "exchsrvr",
    "microsoft",
    "program files",
    "desktop",
    "documents",
    "downloads",
    "temp",
    "tmp",
];

/// Folders that hold those of users.
const OF_USERS: &[&str] = &["users", "home", "documents and settings"];

/// A folder of logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogFolder {
    /// What belongs to one server: the folder without those that Exchange makes below it.
    pub base: String,
    /// The server's label: the folder above `TransportRoles\Logs` or `FrontEnd\ProtocolLog` and
    /// their like, unless it is one of Windows, of Exchange, of a drive or of a user.
    pub label: Option<String>,
    /// Whether it lies in the folder `Edge` of Exchange, which an Edge server alone has.
    pub is_edge: bool,
}

impl LogFolder {
    /// The folder of a log file; `\` and `/` both separate.
    pub fn of(file: &Path) -> Self {
        let text = file.to_string_lossy();
        let mut parts: Vec<&str> = text.split(['/', '\\']).collect();
        parts.pop();
        let all = parts.len();
        while parts.last().is_some_and(|part| is_one_of(part, OF_LOGS)) {
            parts.pop();
        }
        let is_of_exchange = parts.len() < all;
        let is_edge = text.split(['/', '\\']).collect::<Vec<_>>().windows(2).any(|pair| {
            pair[0].eq_ignore_ascii_case("edge") && pair[1].eq_ignore_ascii_case("protocollog")
        });
        let base = parts.join("/");
        while parts.last().is_some_and(|part| is_one_of(part, OF_INSTALLATIONS)) {
            parts.pop();
        }
        let label = parts.last().filter(|part| is_of_exchange && is_label(part));
        let is_of_user = parts.len() > 1 && is_one_of(parts[parts.len() - 2], OF_USERS);
        let label = label.filter(|_| !is_of_user).map(|part| (*part).to_owned());
        Self { base, label, is_edge }
    }

    /// Equal for folders of one server.
    pub fn key(&self) -> String {
        self.label.as_ref().map_or_else(|| self.base.clone(), |label| label.to_lowercase())
    }

    /// The last part of the folder that is none of Windows, of Exchange or of a user, to keep it apart
    /// from others.
    pub fn name(&self) -> Option<&str> {
        let parts: Vec<&str> = self.base.split('/').collect();
        let place = parts.iter().rposition(|part| {
            is_label(part) && !is_one_of(part, OF_INSTALLATIONS) && !is_one_of(part, OF_LOGS)
        })?;
        let is_of_user = place > 0 && is_one_of(parts[place - 1], OF_USERS);
        (!is_of_user).then_some(parts[place])
    }
}

fn is_one_of(part: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| part.eq_ignore_ascii_case(folder))
}

/// Not nothing, `.`, `..`, `~`, a drive (`C:`, `C$`), the root's home or a folder of users.
fn is_label(part: &str) -> bool {
    let is_drive = part.len() == 2 && part.ends_with([':', '$']);
    !is_drive && !matches!(part, "" | "." | ".." | "~" | "?" | "root") && !is_one_of(part, OF_USERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_above_those_of_exchange_is_the_label_and_none_of_windows_or_a_user_is() {
        for (file, label) in [
            (r"D:\case\EX01\TransportRoles\Logs\Hub\ProtocolLog\SmtpSend\S.LOG", Some("EX01")),
            ("case/EX01/FrontEnd/ProtocolLog/SmtpSend/S.LOG", Some("EX01")),
            ("EX02/Hub/ProtocolLog/SmtpSend/S.LOG", Some("EX02")),
            ("EX02/Edge/ProtocolLog/S.LOG", Some("EX02")),
            (r"E:\copy\EX03\V15\TransportRoles\Logs\Hub\ProtocolLog\SmtpSend\S.LOG", Some("EX03")),
            (
                r"C:\Program Files\Microsoft\Exchange Server\V15\TransportRoles\Logs\Hub\ProtocolLog\SmtpSend\S.LOG",
                None,
            ),
            (r"D:\Logs\Hub\ProtocolLog\SmtpSend\S.LOG", None),
            (r"C:\Users\anna\FrontEnd\ProtocolLog\S.LOG", None),
            (r"C:\Users\anna\Desktop\Hub\ProtocolLog\S.LOG", None),
            ("/home/anna/Hub/ProtocolLog/S.LOG", None),
            ("Users/anna/Hub/ProtocolLog/S.LOG", None),
            (r"E:\copy\C\Users\anna\Hub\ProtocolLog\S.LOG", None),
            ("case/gw/Hub/ProtocolLog/SmtpSend/S.LOG", Some("gw")),
            ("case/MAIL$/Hub/ProtocolLog/SmtpSend/S.LOG", Some("MAIL$")),
            ("/root/Hub/ProtocolLog/S.LOG", None),
            ("FrontEnd/ProtocolLog/S.LOG", None),
            ("march/S.LOG", None),
            ("S.LOG", None),
            ("", None),
        ] {
            assert_eq!(LogFolder::of(Path::new(file)).label.as_deref(), label, "{file}");
        }
    }

    #[test]
    fn the_folder_edge_above_the_protocol_logs_is_that_of_an_edge_server() {
        for (file, is_edge) in [
            (r"D:\case\EDGE01\TransportRoles\Logs\Edge\ProtocolLog\SmtpSend\S.LOG", true),
            ("case/gw/edge/protocollog/smtpsend/S.LOG", true),
            ("case/EDGE01/TransportRoles/Logs/Hub/ProtocolLog/SmtpSend/S.LOG", false),
            ("edge/S.LOG", false),
        ] {
            assert_eq!(LogFolder::of(Path::new(file)).is_edge, is_edge, "{file}");
        }
    }

    #[test]
    fn front_end_and_hub_of_one_copy_are_of_one_server() {
        let of = |file: &str| LogFolder::of(Path::new(file));
        assert_eq!(
            of("copy/FrontEnd/ProtocolLog/SmtpSend/a"),
            of("copy/Hub/ProtocolLog/SmtpSend/b")
        );
        assert_ne!(of("copy/one/a").base, of("copy/two/a").base);
        assert_eq!(of("copy/one/a").name(), Some("one"));
        assert_eq!(of("copy/V15/Logs/Hub/ProtocolLog/a").name(), Some("copy"));
        for nobody in ["V15/Hub/ProtocolLog/a", "C:/Users/anna/Desktop/a", "Users/anna/a"] {
            assert_eq!(of(nobody).name(), None, "{nobody}");
        }
    }
}
