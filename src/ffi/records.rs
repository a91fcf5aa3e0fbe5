//! A batch as C sees it: flat arrays of records, and one block of UTF-16 text that they point into
//! with numbers.

/// A text in a batch: `length` units from unit `offset` of eop_batch.text. Texts may share their
/// place or a part of it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextSpan {
    /// The index of the first unit; EOP_ABSENT = the text is absent (an empty one is not).
    pub offset: u32,
    /// How many units.
    pub length: u32,
}

/// `count` records from record `first` of an array of the batch.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordRange {
    /// The index of the first record.
    pub first: u32,
    /// How many records.
    pub count: u32,
}

/// The offset of an absent text, and the index of an absent certificate.
pub const EOP_ABSENT: u32 = u32::MAX;
/// The byte offset of a place that is not known.
pub const EOP_NO_OFFSET: u64 = u64::MAX;

/// A value that may be unknown: it is.
pub const EOP_UNKNOWN: i32 = 0;
/// A value that may be unknown: no.
pub const EOP_FALSE: i32 = 1;
/// A value that may be unknown: yes.
pub const EOP_TRUE: i32 = 2;

/// One SMTP session. What the log does not report is absent.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRecord {
    /// The stamp of its first row, in ticks.
    pub start_time: i64,
    /// The stamp of its last row, in ticks.
    pub end_time: i64,
    /// The line of its first row in log_path, counted from 1.
    pub line: u64,
    /// How many rows it has.
    pub row_count: u64,
    /// EOP_LOG_TYPE_...
    pub log_type: u32,
    /// EOP_TLS_STATUS_...
    pub tls_status: u32,
    /// EOP_OUTCOME_...
    pub outcome: u32,
    /// The rejection class of reply (eop_value_name with EOP_VALUES_REJECTION_CLASS); 0 = absent.
    pub rejection: u32,
    /// Whether the other side is Exchange Online Protection: EOP_UNKNOWN, EOP_FALSE, EOP_TRUE.
    pub is_eop: i32,
    /// Whether the first EHLO reply offered STARTTLS: EOP_UNKNOWN, EOP_FALSE, EOP_TRUE.
    pub start_tls_offered: i32,
    /// Whether both its beginning and its end are in the logs read: EOP_FALSE, EOP_TRUE.
    pub complete: i32,
    /// Whether tls_error_code is known: EOP_FALSE, EOP_TRUE.
    pub tls_error_code_known: i32,
    /// A signed HRESULT of SSPI (-2146893043 is 0x8009030D) or a Winsock error (10054).
    pub tls_error_code: i32,
    /// The index in certificates of the one that this side chose to send; EOP_ABSENT = absent.
    pub sent_certificate: u32,
    /// The index in certificates of the one that the other side sent; EOP_ABSENT = absent.
    pub remote_certificate: u32,
    /// Always 0.
    pub reserved: u32,
    /// The server whose log it is.
    pub server: TextSpan,
    /// The file that holds its first row.
    pub log_path: TextSpan,
    /// The piece of the text that holds only the texts of this session: those of this record from
    /// connector to reply, of its mails and of their recipients. Never absent. server, log_path, the
    /// messages of notes and the texts of certificates lie elsewhere, once for all that share them.
    pub own_texts: TextSpan,
    /// Send logs: the send connector. Receive logs: SERVER\Connector.
    pub connector: TextSpan,
    /// 16 hexadecimal digits, unique per server process.
    pub session_id: TextSpan,
    /// The id of the other half of a proxied session.
    pub proxy_session_id: TextSpan,
    /// This server's end, address:port.
    pub local_endpoint: TextSpan,
    /// The other server's end, address:port.
    pub remote_endpoint: TextSpan,
    /// The host name in the other server's 220 banner.
    pub remote_host: TextSpan,
    /// The name given in EHLO or HELO.
    pub ehlo_name: TextSpan,
    /// The client's address as the server side saw it.
    pub public_ip_address: TextSpan,
    /// The negotiated protocol.
    pub tls_protocol: TextSpan,
    /// The negotiated algorithms.
    pub tls_cipher: TextSpan,
    /// The name of the TLS error.
    pub tls_error: TextSpan,
    /// The first refusal, else the last reply.
    pub reply: TextSpan,
    /// Its mails, in messages.
    pub messages: RecordRange,
    /// What a reader of the other fields must know, in notes.
    pub notes: RecordRange,
}

/// One mail of a session.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    /// The address of MAIL FROM; <> is the null sender.
    pub mail_from: TextSpan,
    /// Exchange's record id.
    pub record_id: TextSpan,
    /// The Message-ID with its angle brackets.
    pub internet_message_id: TextSpan,
    /// The reply that decided about the mail.
    pub reply: TextSpan,
    /// One per RCPT TO, in recipients; those of the session's next mail follow them.
    pub recipients: RecordRange,
    /// EOP_MESSAGE_OUTCOME_...
    pub outcome: u32,
    /// Always 0.
    pub reserved: u32,
}

/// One RCPT TO of a mail.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecipientRecord {
    /// The address.
    pub address: TextSpan,
    /// The reply to its RCPT TO.
    pub reply: TextSpan,
    /// The rejection class of reply, as in eop_session_record; 0 = absent.
    pub rejection: u32,
    /// Always 0.
    pub reserved: u32,
}

/// A certificate as a log describes it; equal ones of a batch are one record.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateRecord {
    /// The beginning of its validity, in ticks; 0 = absent.
    pub not_before: i64,
    /// The end of its validity, in ticks; 0 = absent.
    pub not_after: i64,
    /// The subject, a Windows X.500 string.
    pub subject: TextSpan,
    /// The issuer, a Windows X.500 string.
    pub issuer: TextSpan,
    /// The serial number in hexadecimal digits.
    pub serial_number: TextSpan,
    /// The SHA-1 thumbprint, 40 hexadecimal digits; masked text as logged.
    pub thumbprint: TextSpan,
    /// The subject alternate names, in names.
    pub dns_names: RecordRange,
}

/// One name of a certificate.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameRecord {
    /// The name.
    pub name: TextSpan,
}

/// One remark about a session.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteRecord {
    /// EOP_SESSION_NOTE_...
    pub code: u32,
    /// Always 0.
    pub reserved: u32,
    /// The remark in words.
    pub message: TextSpan,
}

/// Trouble that did not stop the reading.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeRecord {
    /// EOP_NOTICE_...
    pub code: u32,
    /// How much it matters: EOP_SEVERITY_...
    pub severity: u32,
    /// Whether os_error is known: EOP_FALSE, EOP_TRUE.
    pub os_error_known: i32,
    /// The operating system's error number.
    pub os_error: i32,
    /// The line of the first trouble, counted from 1; 0 = absent.
    pub line: u64,
    /// The byte offset of that line; EOP_NO_OFFSET = absent.
    pub offset: u64,
    /// How many rows or sessions are meant; 1 for a file.
    pub count: u64,
    /// The file or folder.
    pub path: TextSpan,
    /// What happened, and what to do.
    pub message: TextSpan,
}

/// A view of the sessions just read. Set struct_size; eop_session_reader_next_batch writes the rest.
///
/// All pointers stay valid until the next eop_session_reader_next_batch or eop_session_reader_free
/// with the same reader (progress and cancel do not end it), whatever status that call answers
/// except EOP_BUSY. An array without records may have a NULL pointer. Nothing here is to be freed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct BatchView {
    /// sizeof(eop_batch), set by the caller.
    pub struct_size: u32,
    /// Always 0.
    pub reserved: u32,
    /// The text block, UTF-16.
    pub text: *const u16,
    /// How many units the text block has.
    pub text_length: u64,
    /// The sessions, in the order of their last rows.
    pub sessions: *const SessionRecord,
    /// How many.
    pub session_count: u32,
    /// Bytes from one to the next.
    pub session_stride: u32,
    /// The mails of all sessions.
    pub messages: *const MessageRecord,
    /// How many.
    pub message_count: u32,
    /// Bytes from one to the next.
    pub message_stride: u32,
    /// The recipients of all mails.
    pub recipients: *const RecipientRecord,
    /// How many.
    pub recipient_count: u32,
    /// Bytes from one to the next.
    pub recipient_stride: u32,
    /// The certificates, each once.
    pub certificates: *const CertificateRecord,
    /// How many.
    pub certificate_count: u32,
    /// Bytes from one to the next.
    pub certificate_stride: u32,
    /// The names of all certificates.
    pub names: *const NameRecord,
    /// How many.
    pub name_count: u32,
    /// Bytes from one to the next.
    pub name_stride: u32,
    /// The notes of all sessions.
    pub notes: *const NoteRecord,
    /// How many.
    pub note_count: u32,
    /// Bytes from one to the next.
    pub note_stride: u32,
    /// Trouble met on the way, of the input and not of a session.
    pub notices: *const NoticeRecord,
    /// How many.
    pub notice_count: u32,
    /// Bytes from one to the next.
    pub notice_stride: u32,
}
