//! A flat batch read back by its numbers alone, as JSON.

use serde_json::{Value, json};

use super::super::flat::{ABSENT, FlatBatch};
use crate::ffi::records::{
    CertificateRecord, EOP_ABSENT, MessageRecord, RecordRange, SessionRecord, TextSpan,
};
use crate::ffi::values::names;
use crate::ffi::{
    EOP_FALSE, EOP_TRUE, EOP_VALUES_LOG_TYPE, EOP_VALUES_MESSAGE_OUTCOME, EOP_VALUES_OUTCOME,
    EOP_VALUES_REJECTION_CLASS, EOP_VALUES_TLS_STATUS,
};
use crate::timestamp::Timestamp;

pub(super) fn text_of(flat: &FlatBatch, span: TextSpan) -> Option<String> {
    let start = span.offset as usize;
    (span.offset != EOP_ABSENT)
        .then(|| String::from_utf16(&flat.text[start..start + span.length as usize]).unwrap())
}

/// The places of all texts that are a session's own.
pub(super) fn own_spans(flat: &FlatBatch, session: &SessionRecord) -> Vec<TextSpan> {
    let mut spans = vec![
        session.connector,
        session.session_id,
        session.proxy_session_id,
        session.local_endpoint,
        session.remote_endpoint,
        session.remote_host,
        session.ehlo_name,
        session.public_ip_address,
        session.tls_protocol,
        session.tls_cipher,
        session.tls_error,
        session.reply,
    ];
    for message in slice_of(&flat.messages, session.messages) {
        spans.extend([
            message.mail_from,
            message.record_id,
            message.internet_message_id,
            message.reply,
        ]);
        for recipient in slice_of(&flat.recipients, message.recipients) {
            spans.extend([recipient.address, recipient.reply]);
        }
    }
    spans.retain(|span| *span != ABSENT);
    spans
}

fn slice_of<T>(records: &[T], range: RecordRange) -> &[T] {
    &records[range.first as usize..][..range.count as usize]
}

fn time_json(ticks: i64) -> Value {
    if ticks == 0 { Value::Null } else { json!(Timestamp::from_ticks(ticks).unwrap()) }
}

fn truth_json(value: i32) -> Value {
    match value {
        EOP_FALSE => json!(false),
        EOP_TRUE => json!(true),
        _ => Value::Null,
    }
}

fn name_json(enumeration: u32, value: u32) -> Value {
    let known = names();
    let found = known.iter().find(|known| (known.0, known.1) == (enumeration, value));
    json!(found.map(|known| known.2.as_str()))
}

pub(super) fn session_json(flat: &FlatBatch, session: &SessionRecord) -> Value {
    let text = |span| json!(text_of(flat, span));
    let certificate = |index: u32| match index {
        EOP_ABSENT => Value::Null,
        index => certificate_json(flat, &flat.certificates[index as usize]),
    };
    let sent = flat.certificates.get(session.sent_certificate as usize);
    let messages: Vec<Value> = slice_of(&flat.messages, session.messages)
        .iter()
        .map(|message| message_json(flat, message))
        .collect();
    let notes: Vec<Value> =
        slice_of(&flat.notes, session.notes).iter().map(|note| text(note.message)).collect();
    let error_code = (session.tls_error_code_known == EOP_TRUE).then_some(session.tls_error_code);
    // In two halves: one literal of this size exceeds the macro's recursion limit.
    let mut value = json!({
        "LogType": name_json(EOP_VALUES_LOG_TYPE, session.log_type),
        "Server": text(session.server),
        "LogPath": text(session.log_path),
        "Line": session.line,
        "StartTime": time_json(session.start_time),
        "EndTime": time_json(session.end_time),
        "Connector": text(session.connector),
        "SessionId": text(session.session_id),
        "ProxySessionId": text(session.proxy_session_id),
        "LocalEndpoint": text(session.local_endpoint),
        "RemoteEndpoint": text(session.remote_endpoint),
        "RemoteHost": text(session.remote_host),
        "EhloName": text(session.ehlo_name),
        "PublicIPAddress": text(session.public_ip_address),
        "IsEop": truth_json(session.is_eop),
        "StartTlsOffered": truth_json(session.start_tls_offered),
    });
    let rest = json!({
        "TlsStatus": name_json(EOP_VALUES_TLS_STATUS, session.tls_status),
        "TlsProtocol": text(session.tls_protocol),
        "TlsCipher": text(session.tls_cipher),
        "TlsError": text(session.tls_error),
        "TlsErrorCode": error_code,
        "SentCertificate": certificate(session.sent_certificate),
        "RemoteCertificate": certificate(session.remote_certificate),
        "SentThumbprint": sent.map(|sent| text(sent.thumbprint)),
        "SentSubject": sent.map(|sent| text(sent.subject)),
        "Messages": messages,
        "Reply": text(session.reply),
        "Rejection": name_json(EOP_VALUES_REJECTION_CLASS, session.rejection),
        "Outcome": name_json(EOP_VALUES_OUTCOME, session.outcome),
        "Complete": truth_json(session.complete),
        "RowCount": session.row_count,
        "Notes": notes,
    });
    let (Value::Object(value_map), Value::Object(rest)) = (&mut value, rest) else { panic!() };
    value_map.extend(rest);
    value
}

fn message_json(flat: &FlatBatch, message: &MessageRecord) -> Value {
    let recipients: Vec<Value> = slice_of(&flat.recipients, message.recipients)
        .iter()
        .map(|recipient| {
            json!({
                "Address": text_of(flat, recipient.address),
                "Reply": text_of(flat, recipient.reply),
                "Rejection": name_json(EOP_VALUES_REJECTION_CLASS, recipient.rejection),
            })
        })
        .collect();
    json!({
        "MailFrom": text_of(flat, message.mail_from),
        "RecordId": text_of(flat, message.record_id),
        "InternetMessageId": text_of(flat, message.internet_message_id),
        "Reply": text_of(flat, message.reply),
        "Outcome": name_json(EOP_VALUES_MESSAGE_OUTCOME, message.outcome),
        "Recipients": recipients,
    })
}

fn certificate_json(flat: &FlatBatch, certificate: &CertificateRecord) -> Value {
    let names: Vec<Value> = slice_of(&flat.names, certificate.dns_names)
        .iter()
        .map(|name| json!(text_of(flat, name.name)))
        .collect();
    json!({
        "Subject": text_of(flat, certificate.subject),
        "Issuer": text_of(flat, certificate.issuer),
        "SerialNumber": text_of(flat, certificate.serial_number),
        "Thumbprint": text_of(flat, certificate.thumbprint),
        "NotBefore": time_json(certificate.not_before),
        "NotAfter": time_json(certificate.not_after),
        "DnsNames": names,
    })
}
