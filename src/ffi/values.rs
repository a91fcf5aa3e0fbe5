//! The numbers of the core's enumerations, for the header. A test holds them to the core.

use crate::log::LogType;
use crate::log::{NoticeCode, Severity};
use crate::reply::RejectionClass;
use crate::session::{MessageOutcome, Outcome, SessionNote, TlsStatus};

/// Which enumeration eop_value_name is asked about: eop_session_record.log_type.
pub const EOP_VALUES_LOG_TYPE: u32 = 1;
/// eop_session_record.tls_status.
pub const EOP_VALUES_TLS_STATUS: u32 = 2;
/// eop_session_record.outcome.
pub const EOP_VALUES_OUTCOME: u32 = 3;
/// eop_message_record.outcome.
pub const EOP_VALUES_MESSAGE_OUTCOME: u32 = 4;
/// eop_note_record.code.
pub const EOP_VALUES_SESSION_NOTE: u32 = 5;
/// eop_session_record.rejection and eop_recipient_record.rejection.
pub const EOP_VALUES_REJECTION_CLASS: u32 = 6;
/// eop_notice_record.code.
pub const EOP_VALUES_NOTICE: u32 = 7;
/// eop_notice_record.severity.
pub const EOP_VALUES_SEVERITY: u32 = 8;

/// An Exchange SMTP send protocol log.
pub const EOP_LOG_TYPE_SEND: u32 = 1;
/// An Exchange SMTP receive protocol log.
pub const EOP_LOG_TYPE_RECEIVE: u32 = 2;
/// A log of the SMTP service of IIS.
pub const EOP_LOG_TYPE_IIS_SMTP: u32 = 3;

/// The server side offered no STARTTLS, and none was tried.
pub const EOP_TLS_STATUS_NOT_OFFERED: u32 = 1;
/// No STARTTLS, and no word on whether it was offered; or it was offered and not used.
pub const EOP_TLS_STATUS_NOT_STARTED: u32 = 2;
/// The handshake succeeded.
pub const EOP_TLS_STATUS_SUCCEEDED: u32 = 3;
/// The handshake was begun and did not succeed.
pub const EOP_TLS_STATUS_FAILED: u32 = 4;

/// Every mail was accepted for every recipient.
pub const EOP_OUTCOME_DELIVERED: u32 = 1;
/// Some recipients were refused, or some mails.
pub const EOP_OUTCOME_PARTLY_REFUSED: u32 = 2;
/// Every mail was refused, or the session itself.
pub const EOP_OUTCOME_REFUSED: u32 = 3;
/// TLS failed, and no mail was tried.
pub const EOP_OUTCOME_TLS_FAILED: u32 = 4;
/// No connection came about.
pub const EOP_OUTCOME_CONNECT_FAILED: u32 = 5;
/// The log ends, or is cut, before it says how the session ended.
pub const EOP_OUTCOME_INCOMPLETE: u32 = 6;
/// The session ended without a mail.
pub const EOP_OUTCOME_NO_MAIL: u32 = 7;

/// The mail was accepted for every recipient.
pub const EOP_MESSAGE_OUTCOME_DELIVERED: u32 = 1;
/// The mail was accepted, but not for every recipient.
pub const EOP_MESSAGE_OUTCOME_PARTLY_REFUSED: u32 = 2;
/// The mail was refused.
pub const EOP_MESSAGE_OUTCOME_REFUSED: u32 = 3;
/// The log does not say how the mail ended.
pub const EOP_MESSAGE_OUTCOME_INCOMPLETE: u32 = 4;

/// The log joins subject and issuer by a blank, and more than one split fits.
pub const EOP_SESSION_NOTE_SUBJECT_ISSUER_AMBIGUOUS: u32 = 1;
/// A row names another session as its proxy half, and that half is not in the logs read.
pub const EOP_SESSION_NOTE_PROXY_HALF_MISSING: u32 = 2;
/// The two halves of a proxied session were joined into this one.
pub const EOP_SESSION_NOTE_PROXY_HALVES_JOINED: u32 = 3;
/// More rows, mails or recipients than are kept.
pub const EOP_SESSION_NOTE_CONTENT_CAPPED: u32 = 4;
/// Emitted before its end because too many sessions were open at once.
pub const EOP_SESSION_NOTE_EVICTED: u32 = 5;
/// Replies may be assigned one off.
pub const EOP_SESSION_NOTE_REPLIES_OUT_OF_STEP: u32 = 6;
/// Something between the servers rewrites SMTP.
pub const EOP_SESSION_NOTE_SMTP_REWRITTEN: u32 = 7;
/// A certificate row that no opener precedes.
pub const EOP_SESSION_NOTE_CERTIFICATE_UNATTRIBUTED: u32 = 8;
/// Rows of a log of IIS with one address, put together.
pub const EOP_SESSION_NOTE_GROUPED_BY_ADDRESS: u32 = 9;
/// Two conversations with one address at a time.
pub const EOP_SESSION_NOTE_CONVERSATIONS_INTERLEAVED: u32 = 10;
/// A client spoke to this server.
pub const EOP_SESSION_NOTE_RECEIVED_BY_IIS: u32 = 11;
/// The times are the server's local time.
pub const EOP_SESSION_NOTE_LOCAL_TIME: u32 = 12;

/// A path that does not exist, or a pattern or folder that holds no log file.
pub const EOP_NOTICE_NOTHING_FOUND: u32 = 1;
/// A file or folder that cannot be opened or read.
pub const EOP_NOTICE_UNREADABLE: u32 = 2;
/// A file that is not an SMTP protocol log.
pub const EOP_NOTICE_NOT_A_PROTOCOL_LOG: u32 = 3;
/// Rows that cannot be read.
pub const EOP_NOTICE_DAMAGED_ROWS: u32 = 4;
/// Rows of sessions that had already been emitted.
pub const EOP_NOTICE_LATE_ROWS: u32 = 5;
/// Sessions emitted before their end because too many were open at once.
pub const EOP_NOTICE_SESSIONS_EVICTED: u32 = 6;
/// Sessions of which not everything is kept.
pub const EOP_NOTICE_CONTENT_CAPPED: u32 = 7;
/// A pattern that is not valid.
pub const EOP_NOTICE_INVALID_PATTERN: u32 = 8;
/// The last row of a file is cut: Exchange is still writing it, or the copy was made then.
pub const EOP_NOTICE_LAST_ROW_CUT: u32 = 9;
/// A file that holds something else than what is read.
pub const EOP_NOTICE_OTHER_CONTENT: u32 = 10;
/// Records of evidence that cannot be read.
pub const EOP_NOTICE_DAMAGED_RECORDS: u32 = 11;
/// Evidence that is empty, or does not reach back as far as was asked.
pub const EOP_NOTICE_EVIDENCE_INCOMPLETE: u32 = 12;
/// A file that is not, or no longer wholly, the one that was read before.
pub const EOP_NOTICE_FILE_REPLACED: u32 = 13;
/// Sessions that are still open and kept in the state file.
pub const EOP_NOTICE_SESSIONS_KEPT: u32 = 14;
/// Sessions without a row for days, emitted without their end.
pub const EOP_NOTICE_SESSIONS_OVERDUE: u32 = 15;
/// There was no state file yet: everything is read.
pub const EOP_NOTICE_STATE_CREATED: u32 = 16;
/// An error or a warning that the Hybrid Configuration Wizard reports in its log.
pub const EOP_NOTICE_REPORTED_BY_WIZARD: u32 = 17;
/// Files of other kinds in a folder or archive that was searched: `count` of them, `path` the first.
pub const EOP_NOTICE_OTHER_FILES_LEFT_OUT: u32 = 18;

/// Good to know; nothing is missing that could be there.
pub const EOP_SEVERITY_INFORMATION: u32 = 1;
/// Something was read only in part.
pub const EOP_SEVERITY_WARNING: u32 = 2;
/// Something could not be read at all.
pub const EOP_SEVERITY_ERROR: u32 = 3;

/// Every value of every enumeration: its enumeration, number and name.
pub(super) fn names() -> Vec<(u32, u32, String)> {
    let mut names = Vec::new();
    let mut add =
        |enumeration, value, name: &str| names.push((enumeration, value, name.to_owned()));
    for value in LogType::ALL {
        add(EOP_VALUES_LOG_TYPE, value.number(), value.name());
    }
    for value in TlsStatus::ALL {
        add(EOP_VALUES_TLS_STATUS, value.number(), value.name());
    }
    for value in Outcome::ALL {
        add(EOP_VALUES_OUTCOME, value.number(), value.name());
    }
    for value in MessageOutcome::ALL {
        add(EOP_VALUES_MESSAGE_OUTCOME, value.number(), value.name());
    }
    for value in SessionNote::ALL {
        add(EOP_VALUES_SESSION_NOTE, value.number(), value.name());
    }
    for value in RejectionClass::ALL {
        add(EOP_VALUES_REJECTION_CLASS, value.number(), value.name());
    }
    for value in NoticeCode::ALL {
        add(EOP_VALUES_NOTICE, value.number(), value.name());
    }
    for value in [Severity::Information, Severity::Warning, Severity::Error] {
        add(EOP_VALUES_SEVERITY, severity_number(value), &format!("{value:?}"));
    }
    names
}

/// The number of a severity, which has none in the core.
pub(super) fn severity_number(severity: Severity) -> u32 {
    match severity {
        Severity::Information => EOP_SEVERITY_INFORMATION,
        Severity::Warning => EOP_SEVERITY_WARNING,
        Severity::Error => EOP_SEVERITY_ERROR,
    }
}
