/*
 * Prints the sessions of SMTP protocol logs, one JSON object a line, as `eop-relay sessions --json`
 * does; notices go to standard error. Everything it says went through the C ABI.
 *
 *     sessions [--recurse] [--failed] [--eop-only] [--connector PATTERN] [--batch COUNT] PATH...
 *
 * Exit codes: 0 read, 10 a notice of something unreadable, 64 usage, 70 an error of the library.
 */
#include "json.h"

static void fail(const char *what, int32_t status, const eop_error *error)
{
    const char *name = "?";
    size_t length = error->message_length;
    eop_status_name(status, &name, NULL);
    if (length > EOP_MESSAGE_CAPACITY - 1) {
        length = EOP_MESSAGE_CAPACITY - 1;
    }
    fprintf(stderr, "%s: %s: ", what, name);
    put_utf16(stderr, error->message, length);
    fputc('\n', stderr);
    exit(70);
}

/* Records are found by the stride of the library, which may be larger than this header's struct. */
#define RECORD(type, batch, array, stride, index) \
    ((const type *)(const void *)((const char *)(batch)->array + (size_t)(index) * (batch)->stride))

static void put_text(json_writer *json, const eop_batch *batch, const char *name, eop_text_span span)
{
    json_name(json, name);
    if (span.offset == EOP_ABSENT) {
        json_word(json, "null");
    } else {
        json_text(json, batch->text + span.offset, span.length);
    }
}

static void put_value(json_writer *json, const char *name, uint32_t enumeration, uint32_t value)
{
    const char *text = NULL;
    json_name(json, name);
    if (value == 0 || eop_value_name(enumeration, value, &text, NULL) != EOP_OK) {
        json_word(json, "null");
    } else {
        json_plain(json, text);
    }
}

static void put_truth(json_writer *json, const char *name, int32_t truth)
{
    json_name(json, name);
    json_word(json, truth == EOP_TRUE ? "true" : truth == EOP_FALSE ? "false" : "null");
}

static int is_leap_year(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Ticks as 2026-11-15T01:02:03.100Z, counted day by day as a calendar on a wall would. */
static void put_time(json_writer *json, const char *name, int64_t ticks)
{
    static const int month_lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t milliseconds = ticks / 10000 % 1000;
    int64_t seconds = ticks / 10000000 % 86400;
    int64_t days = ticks / 10000000 / 86400;
    int64_t year = 1;
    int month = 0;
    json_name(json, name);
    if (ticks == 0) {
        json_word(json, "null");
        return;
    }
    while (days >= 365 + is_leap_year(year)) {
        days -= 365 + is_leap_year(year);
        year++;
    }
    while (days >= month_lengths[month] + (month == 1 && is_leap_year(year))) {
        days -= month_lengths[month] + (month == 1 && is_leap_year(year));
        month++;
    }
    json_separate(json);
    fprintf(json->out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", (int)year, month + 1,
            (int)days + 1, (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60),
            (int)milliseconds);
}

static void put_certificate(json_writer *json, const eop_batch *batch, const char *name,
                            uint32_t index)
{
    const eop_certificate_record *certificate;
    uint32_t i;
    json_name(json, name);
    if (index == EOP_ABSENT) {
        json_word(json, "null");
        return;
    }
    certificate = RECORD(eop_certificate_record, batch, certificates, certificate_stride, index);
    json_open(json, '{');
    put_text(json, batch, "Subject", certificate->subject);
    put_text(json, batch, "Issuer", certificate->issuer);
    put_text(json, batch, "SerialNumber", certificate->serial_number);
    put_text(json, batch, "Thumbprint", certificate->thumbprint);
    put_time(json, "NotBefore", certificate->not_before);
    put_time(json, "NotAfter", certificate->not_after);
    json_name(json, "DnsNames");
    json_open(json, '[');
    for (i = 0; i < certificate->dns_names.count; i++) {
        const eop_name_record *dns_name =
            RECORD(eop_name_record, batch, names, name_stride, certificate->dns_names.first + i);
        json_text(json, batch->text + dns_name->name.offset, dns_name->name.length);
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void put_recipient(json_writer *json, const eop_batch *batch,
                          const eop_recipient_record *recipient)
{
    json_open(json, '{');
    put_text(json, batch, "Address", recipient->address);
    put_text(json, batch, "Reply", recipient->reply);
    put_value(json, "Rejection", EOP_VALUES_REJECTION_CLASS, recipient->rejection);
    json_close(json, '}');
}

static void put_message(json_writer *json, const eop_batch *batch, const eop_message_record *message)
{
    uint32_t i;
    json_open(json, '{');
    put_text(json, batch, "MailFrom", message->mail_from);
    put_text(json, batch, "RecordId", message->record_id);
    put_text(json, batch, "InternetMessageId", message->internet_message_id);
    put_text(json, batch, "Reply", message->reply);
    put_value(json, "Outcome", EOP_VALUES_MESSAGE_OUTCOME, message->outcome);
    json_name(json, "Recipients");
    json_open(json, '[');
    for (i = 0; i < message->recipients.count; i++) {
        put_recipient(json, batch, RECORD(eop_recipient_record, batch, recipients, recipient_stride,
                                          message->recipients.first + i));
    }
    json_close(json, ']');
    json_close(json, '}');
}

static void put_session(json_writer *json, const eop_batch *batch, const eop_session_record *session)
{
    static const eop_text_span absent = {EOP_ABSENT, 0};
    eop_text_span thumbprint = absent;
    eop_text_span subject = absent;
    uint32_t i;
    if (session->sent_certificate != EOP_ABSENT) {
        const eop_certificate_record *sent = RECORD(eop_certificate_record, batch, certificates,
                                                    certificate_stride, session->sent_certificate);
        thumbprint = sent->thumbprint;
        subject = sent->subject;
    }
    json_open(json, '{');
    put_value(json, "LogType", EOP_VALUES_LOG_TYPE, session->log_type);
    put_text(json, batch, "Server", session->server);
    put_text(json, batch, "LogPath", session->log_path);
    json_name(json, "Line");
    json_unsigned(json, session->line);
    put_time(json, "StartTime", session->start_time);
    put_time(json, "EndTime", session->end_time);
    put_text(json, batch, "Connector", session->connector);
    put_text(json, batch, "SessionId", session->session_id);
    put_text(json, batch, "ProxySessionId", session->proxy_session_id);
    put_text(json, batch, "LocalEndpoint", session->local_endpoint);
    put_text(json, batch, "RemoteEndpoint", session->remote_endpoint);
    put_text(json, batch, "RemoteHost", session->remote_host);
    put_text(json, batch, "EhloName", session->ehlo_name);
    put_text(json, batch, "PublicIPAddress", session->public_ip_address);
    put_truth(json, "IsEop", session->is_eop);
    put_truth(json, "StartTlsOffered", session->start_tls_offered);
    put_value(json, "TlsStatus", EOP_VALUES_TLS_STATUS, session->tls_status);
    put_text(json, batch, "TlsProtocol", session->tls_protocol);
    put_text(json, batch, "TlsCipher", session->tls_cipher);
    put_text(json, batch, "TlsError", session->tls_error);
    json_name(json, "TlsErrorCode");
    if (session->tls_error_code_known == EOP_TRUE) {
        json_signed(json, session->tls_error_code);
    } else {
        json_word(json, "null");
    }
    put_certificate(json, batch, "SentCertificate", session->sent_certificate);
    put_certificate(json, batch, "RemoteCertificate", session->remote_certificate);
    put_text(json, batch, "SentThumbprint", thumbprint);
    put_text(json, batch, "SentSubject", subject);
    json_name(json, "Messages");
    json_open(json, '[');
    for (i = 0; i < session->messages.count; i++) {
        put_message(json, batch, RECORD(eop_message_record, batch, messages, message_stride,
                                        session->messages.first + i));
    }
    json_close(json, ']');
    put_text(json, batch, "Reply", session->reply);
    put_value(json, "Rejection", EOP_VALUES_REJECTION_CLASS, session->rejection);
    put_value(json, "Outcome", EOP_VALUES_OUTCOME, session->outcome);
    put_truth(json, "Complete", session->complete);
    json_name(json, "RowCount");
    json_unsigned(json, session->row_count);
    json_name(json, "Notes");
    json_open(json, '[');
    for (i = 0; i < session->notes.count; i++) {
        const eop_note_record *note =
            RECORD(eop_note_record, batch, notes, note_stride, session->notes.first + i);
        json_text(json, batch->text + note->message.offset, note->message.length);
    }
    json_close(json, ']');
    json_close(json, '}');
}

/* Returns whether the notice is an error. */
static int report_notice(const eop_batch *batch, const eop_notice_record *notice)
{
    const char *name = "?";
    const char *severity = "?";
    eop_value_name(EOP_VALUES_NOTICE, notice->code, &name, NULL);
    eop_value_name(EOP_VALUES_SEVERITY, notice->severity, &severity, NULL);
    fprintf(stderr, "%s: %s", severity, name);
    if (notice->path.offset != EOP_ABSENT) {
        fputc(' ', stderr);
        put_utf16(stderr, batch->text + notice->path.offset, notice->path.length);
    }
    if (notice->line != 0) {
        fprintf(stderr, ":%" PRIu64, notice->line);
    }
    fputs(": ", stderr);
    put_utf16(stderr, batch->text + notice->message.offset, notice->message.length);
    fputc('\n', stderr);
    return notice->severity == EOP_SEVERITY_ERROR;
}

static int print_sessions(uint64_t reader, uint32_t max_records)
{
    int exit_code = 0;
    for (;;) {
        eop_error error;
        eop_batch batch;
        int32_t status;
        uint32_t i;
        memset(&error, 0, sizeof error);
        error.struct_size = (uint32_t)sizeof error;
        memset(&batch, 0, sizeof batch);
        batch.struct_size = (uint32_t)sizeof batch;
        status = eop_session_reader_next_batch(reader, max_records, 0, &batch, &error);
        if (status == EOP_END) {
            return exit_code;
        }
        if (status != EOP_OK) {
            fail("next_batch", status, &error);
        }
        for (i = 0; i < batch.notice_count; i++) {
            if (report_notice(&batch, RECORD(eop_notice_record, &batch, notices, notice_stride, i))) {
                exit_code = 10;
            }
        }
        for (i = 0; i < batch.session_count; i++) {
            json_writer json = {stdout, 0};
            put_session(&json, &batch,
                        RECORD(eop_session_record, &batch, sessions, session_stride, i));
            fputc('\n', stdout);
        }
    }
}

int main(int argument_count, char **arguments)
{
    eop_log_input *inputs =
        (eop_log_input *)allocate((size_t)argument_count * sizeof(eop_log_input));
    uint32_t version = eop_abi_version();
    eop_session_query query;
    eop_error error;
    uint64_t reader = 0;
    uint32_t max_records = 0;
    int32_t status;
    int exit_code;
    int i;

    if (version >> 16 != EOP_ABI_MAJOR || version < (EOP_ABI_MAJOR << 16 | EOP_ABI_MINOR)) {
        fputs("the library does not fit this program\n", stderr);
        return 70;
    }
    memset(&query, 0, sizeof query);
    memset(&error, 0, sizeof error);
    error.struct_size = (uint32_t)sizeof error;
    query.struct_size = (uint32_t)sizeof query;
    query.inputs = inputs;
    query.input_stride = (uint32_t)sizeof *inputs;
    for (i = 1; i < argument_count; i++) {
        if (strcmp(arguments[i], "--recurse") == 0) {
            query.flags |= EOP_QUERY_RECURSE;
        } else if (strcmp(arguments[i], "--failed") == 0) {
            query.flags |= EOP_QUERY_FAILED;
        } else if (strcmp(arguments[i], "--eop-only") == 0) {
            query.flags |= EOP_QUERY_EOP_ONLY;
        } else if (strcmp(arguments[i], "--connector") == 0 && i + 1 < argument_count) {
            query.connector = utf16_from_utf8(arguments[++i]);
        } else if (strcmp(arguments[i], "--batch") == 0 && i + 1 < argument_count) {
            max_records = (uint32_t)strtoul(arguments[++i], NULL, 10);
        } else {
            eop_log_input *input = &inputs[query.input_count++];
            memset(input, 0, sizeof *input);
            input->path = utf16_from_utf8(arguments[i]);
            input->flags = EOP_INPUT_WILDCARDS;
        }
    }
    if (query.input_count == 0) {
        fputs("usage: sessions [--recurse] [--failed] [--eop-only] [--connector PATTERN] "
              "[--batch COUNT] PATH...\n", stderr);
        return 64;
    }
    status = eop_session_reader_open(&query, &reader, &error);
    if (status != EOP_OK) {
        fail("open", status, &error);
    }
    exit_code = print_sessions(reader, max_records);
    status = eop_session_reader_free(reader, &error);
    if (status != EOP_OK) {
        fail("free", status, &error);
    }
    for (i = 0; i < (int)query.input_count; i++) {
        free((void *)inputs[i].path.text);
    }
    free((void *)query.connector.text);
    free(inputs);
    return exit_code;
}
