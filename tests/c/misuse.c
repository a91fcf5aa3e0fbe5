/*
 * Uses every function wrongly and checks the status. With the argument `panic` it runs against a
 * library built with the feature panic-injection and checks what a panic leaves behind.
 */
#define _POSIX_C_SOURCE 200112L

#include "utf16.h"

#ifdef _WIN32
#define setenv(name, value, overwrite) _putenv_s(name, value)
#define unsetenv(name) _putenv_s(name, "")
#endif

static int failures = 0;

#define CHECK(expected, call)                                                            \
    do {                                                                                 \
        long long answered = (long long)(call);                                          \
        if (answered != (long long)(expected)) {                                         \
            fprintf(stderr, "line %d: %s answered %lld\n", __LINE__, #call, answered);   \
            failures++;                                                                  \
        }                                                                                \
    } while (0)

static eop_error new_error(void)
{
    eop_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = (uint32_t)sizeof error;
    return error;
}

static eop_session_query new_query(void)
{
    eop_session_query query;
    memset(&query, 0, sizeof query);
    query.struct_size = (uint32_t)sizeof query;
    query.input_stride = (uint32_t)sizeof(eop_log_input);
    return query;
}

static eop_batch new_batch(void)
{
    eop_batch batch;
    memset(&batch, 0, sizeof batch);
    batch.struct_size = (uint32_t)sizeof batch;
    return batch;
}

static eop_progress new_progress(void)
{
    eop_progress progress;
    memset(&progress, 0, sizeof progress);
    progress.struct_size = (uint32_t)sizeof progress;
    return progress;
}

static uint64_t open_reader(void)
{
    eop_session_query query = new_query();
    uint64_t reader = 0;
    CHECK(EOP_OK, eop_session_reader_open(&query, &reader, NULL));
    return reader;
}

/* Every function that takes a handle answers `expected` to this one. */
static void check_reader(uint64_t reader, int32_t expected)
{
    eop_batch batch = new_batch();
    eop_progress progress = new_progress();
    CHECK(expected, eop_session_reader_next_batch(reader, 0, 0, &batch, NULL));
    CHECK(expected, eop_session_reader_progress(reader, &progress, NULL));
    CHECK(expected, eop_session_reader_save(reader, NULL));
    CHECK(expected, eop_session_reader_cancel(reader, NULL));
    CHECK(expected, eop_session_reader_free(reader, NULL));
}

static eop_evidence_query new_evidence_query(void)
{
    eop_evidence_query query;
    memset(&query, 0, sizeof query);
    query.struct_size = (uint32_t)sizeof query;
    query.kind = EOP_EVIDENCE_CHAIN_EVENTS;
    query.input_stride = (uint32_t)sizeof(eop_log_input);
    return query;
}

static uint64_t open_evidence(void)
{
    eop_evidence_query query = new_evidence_query();
    uint64_t reader = 0;
    CHECK(EOP_OK, eop_evidence_open(&query, &reader, NULL));
    return reader;
}

static void check_evidence(uint64_t reader, int32_t expected)
{
    uint64_t batch = 0;
    CHECK(expected, eop_evidence_next(reader, 0, 0, &batch, NULL));
    CHECK(expected, eop_evidence_cancel(reader, NULL));
    CHECK(expected, eop_evidence_free(reader, NULL));
    CHECK(0, batch);
}

static void check_text(uint64_t text, int32_t expected)
{
    const uint16_t *units = NULL;
    size_t length = 0;
    CHECK(expected, eop_text_get(text, &units, &length, NULL));
    CHECK(expected, eop_text_free(text, NULL));
    CHECK(1, units == NULL && length == 0);
}

static uint64_t open_text(void)
{
    static const uint16_t reply[] = {'5', '5', '0', ' ', '5', '.', '7', '.', '6', '4'};
    uint64_t text = 0;
    CHECK(EOP_OK, eop_explain(reply, 10, &text, NULL));
    return text;
}

static void check_handles(void)
{
    uint64_t reader = open_reader();
    uint64_t evidence = open_evidence();
    uint64_t batch = 0;
    uint64_t text = open_text();
    check_reader(0, EOP_INVALID_HANDLE);
    check_text(0, EOP_INVALID_HANDLE);
    check_reader(UINT64_MAX, EOP_INVALID_HANDLE);
    check_text(UINT64_MAX, EOP_INVALID_HANDLE);
    check_reader(reader | 0xFFFFFF, EOP_INVALID_HANDLE);
    check_reader(text, EOP_WRONG_KIND);
    check_text(reader, EOP_WRONG_KIND);
    check_text(text | 0xFFFFFF, EOP_INVALID_HANDLE);
    check_evidence(0, EOP_INVALID_HANDLE);
    check_evidence(reader, EOP_WRONG_KIND);
    check_reader(evidence, EOP_WRONG_KIND);
    check_text(evidence, EOP_WRONG_KIND);
    CHECK(EOP_END, eop_evidence_next(evidence, 0, 0, &batch, NULL));
    CHECK(EOP_OK, eop_evidence_cancel(evidence, NULL));
    CHECK(EOP_OK, eop_evidence_free(evidence, NULL));
    check_evidence(evidence, EOP_FREED);
    CHECK(EOP_OK, eop_text_free(text, NULL));
    check_text(text, EOP_FREED);
    CHECK(EOP_OK, eop_session_reader_free(reader, NULL));
    check_reader(reader, EOP_FREED);
}

static void check_nulls(void)
{
    uint64_t reader = open_reader();
    uint64_t text = open_text();
    eop_session_query query = new_query();
    eop_evidence_query evidence_query = new_evidence_query();
    uint64_t evidence = open_evidence();
    uint64_t unused = 0;
    uint16_t unit = 'a';
    size_t length = 0;
    const uint16_t *units = NULL;
    CHECK(EOP_NULL_ARGUMENT, eop_status_name(EOP_OK, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_value_name(EOP_VALUES_OUTCOME, EOP_OUTCOME_REFUSED, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_session_reader_open(NULL, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_session_reader_open(&query, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_session_reader_next_batch(reader, 0, 0, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_session_reader_progress(reader, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_text_get(text, NULL, &length, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_text_get(text, &units, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_explain(NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_explain(&unit, 1, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_chain_examine(NULL, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_pfx_certificates(NULL, 0, NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_evidence_open(NULL, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_evidence_open(&evidence_query, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_evidence_next(evidence, 0, 0, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_evidence_next(evidence, EOP_MAXIMUM_RECORDS + 1, 0, &unused, NULL));
    CHECK(EOP_OK, eop_evidence_free(evidence, NULL));
    evidence_query.kind = 99;
    CHECK(EOP_INVALID_ARGUMENT, eop_evidence_open(&evidence_query, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_test(NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_test(&unit, 1, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_test(&unit, 1, &unused, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_test(&unit, EOP_MAXIMUM_REQUEST_LENGTH + 1, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_store_certificates(NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_certificates(NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_certificates(&unit, 1, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_certificates(&unit, 1, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_renewal_plan(NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_renewal_plan(&unit, 1, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_renewal_plan(&unit, 1, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_resolve_errors(NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_resolve_errors(&unit, 1, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_resolve_errors(&unit, 1, &unused, NULL));
    CHECK(EOP_INVALID_ARGUMENT,
          eop_resolve_errors(&unit, EOP_MAXIMUM_ERRORS_LENGTH + 1, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_diagnosis_open(NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_diagnosis_open(&unit, 1, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_diagnosis_open(&unit, 1, &unused, NULL));
    CHECK(EOP_INVALID_HANDLE, eop_diagnosis_add(0, &unit, 1, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_diagnosis_answer(0, EOP_DIAGNOSIS_REPORT, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_diagnosis_read(0, 0, NULL, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_redact(NULL, 0, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_redact(&unit, 1, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_redact(&unit, 1, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_view(NULL, 0, EOP_VIEW_TEXT, 78, &unused, NULL));
    CHECK(EOP_NULL_ARGUMENT, eop_view(&unit, 1, EOP_VIEW_TEXT, 78, NULL, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_view(&unit, 1, EOP_VIEW_TEXT, 78, &unused, NULL));
    CHECK(EOP_INVALID_ARGUMENT,
          eop_view(&unit, EOP_MAXIMUM_REQUEST_LENGTH + 1, EOP_VIEW_TEXT, 78, &unused, NULL));
    CHECK(EOP_OK, eop_text_free(text, NULL));
    query.input_count = 1;
    CHECK(EOP_NULL_ARGUMENT, eop_session_reader_open(&query, &unused, NULL));
    CHECK(0, unused);
    CHECK(EOP_OK, eop_session_reader_free(reader, NULL));
}

static void check_sizes(void)
{
    uint64_t reader = open_reader();
    eop_session_query query = new_query();
    eop_error error = new_error();
    eop_batch batch = new_batch();
    eop_progress progress = new_progress();
    uint64_t unused = 0;
    const char *name = NULL;
    query.struct_size = 4;
    CHECK(EOP_INVALID_STRUCT_SIZE, eop_session_reader_open(&query, &unused, &error));
    CHECK(EOP_INVALID_STRUCT_SIZE, error.code);
    CHECK(1, error.message_length > 0);
    batch.struct_size = 8;
    CHECK(EOP_INVALID_STRUCT_SIZE, eop_session_reader_next_batch(reader, 0, 0, &batch, NULL));
    progress.struct_size = 8;
    CHECK(EOP_INVALID_STRUCT_SIZE, eop_session_reader_progress(reader, &progress, NULL));
    error.struct_size = 8;
    CHECK(EOP_INVALID_STRUCT_SIZE, eop_status_name(EOP_OK, &name, &error));
    CHECK(EOP_INVALID_STRUCT_SIZE, eop_session_reader_cancel(reader, &error));
    CHECK(EOP_INVALID_STRUCT_SIZE, eop_session_reader_free(reader, &error));
    CHECK(EOP_OK, eop_session_reader_free(reader, NULL));
}

static eop_chain_query new_chain_query(const eop_chain_file *files, uint32_t count)
{
    eop_chain_query query;
    memset(&query, 0, sizeof query);
    query.struct_size = sizeof query;
    query.files = files;
    query.file_count = count;
    query.file_stride = sizeof *files;
    return query;
}

static void check_chains(void)
{
    static const uint8_t text[] = "-----BEGIN CERTIFICATE-----";
    eop_chain_file file;
    eop_chain_query query;
    eop_error error = new_error();
    uint64_t unused = 0;
    memset(&file, 0, sizeof file);
    query = new_chain_query(&file, 1);
    CHECK(EOP_INVALID_ARGUMENT, eop_chain_examine(&query, &unused, NULL));
    file.role = EOP_CHAIN_ROLE_CERTIFICATE;
    CHECK(EOP_NULL_ARGUMENT, eop_chain_examine(&query, &unused, NULL));
    file.bytes = text;
    file.length = sizeof text - 1;
    CHECK(EOP_INVALID_CERTIFICATE, eop_chain_examine(&query, &unused, &error));
    CHECK(EOP_INVALID_CERTIFICATE, error.code);
    CHECK(1, error.message_length > 0);
    file.length = (size_t)EOP_MAXIMUM_CHAIN_FILE_LENGTH + 1;
    CHECK(EOP_INVALID_ARGUMENT, eop_chain_examine(&query, &unused, NULL));
    query.file_count = 0;
    CHECK(EOP_INVALID_ARGUMENT, eop_chain_examine(&query, &unused, NULL));
    query.struct_size = 4;
    CHECK(EOP_INVALID_STRUCT_SIZE, eop_chain_examine(&query, &unused, NULL));
    CHECK(0, unused);
}

/* A report goes through the library as JSON and comes back as text. */
static void check_view(void)
{
    static const char request[] = "{}";
    static const char verdict[] = "UNCERTAIN";
    uint16_t units[sizeof request - 1];
    const uint16_t *json = NULL;
    const uint16_t *rendered = NULL;
    eop_error error = new_error();
    uint64_t report = 0;
    uint64_t text = 0;
    uint64_t unused = 0;
    size_t length = 0;
    size_t rendered_length = 0;
    size_t i;
    for (i = 0; i < sizeof request - 1; i++) {
        units[i] = (uint16_t)(unsigned char)request[i];
    }
    CHECK(EOP_OK, eop_test(units, sizeof request - 1, &report, NULL));
    CHECK(EOP_OK, eop_text_get(report, &json, &length, NULL));
    CHECK(EOP_OK, eop_view(json, length, EOP_VIEW_TEXT, 78, &text, NULL));
    CHECK(EOP_OK, eop_text_get(text, &rendered, &rendered_length, NULL));
    for (i = 0; i < sizeof verdict - 1 && i < rendered_length; i++) {
        CHECK(verdict[i], rendered[i]);
    }
    CHECK(sizeof verdict - 1, i);
    CHECK('\n', rendered[rendered_length - 1]);
    CHECK(EOP_INVALID_ARGUMENT, eop_view(json, length, 0, 78, &unused, NULL));
    CHECK(EOP_INVALID_ARGUMENT,
          eop_view(json, length, EOP_VIEW_TEXT, EOP_VIEW_MINIMUM_WIDTH - 1, &unused, NULL));
    CHECK(EOP_INVALID_ARGUMENT,
          eop_view(json, length, EOP_VIEW_TEXT, EOP_VIEW_MAXIMUM_WIDTH + 1, &unused, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_view(json, length - 1, EOP_VIEW_TEXT, 78, &unused, &error));
    CHECK(1, error.line);
    CHECK((length - 1) * 2, error.offset);
    CHECK(0, unused);
    CHECK(EOP_OK, eop_text_free(text, NULL));
    CHECK(EOP_OK, eop_text_free(report, NULL));
}

static void check_values(void)
{
    uint64_t reader = open_reader();
    eop_session_query query = new_query();
    eop_batch batch = new_batch();
    uint64_t unused = 0;
    const char *name = NULL;
    const uint16_t unpaired[] = {'a', 0xD83D};
    CHECK(EOP_INVALID_ARGUMENT,
          eop_explain(unpaired, (size_t)EOP_MAXIMUM_TEXT_LENGTH + 1, &unused, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_status_name(99, &name, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_value_name(99, 1, &name, NULL));
    CHECK(EOP_INVALID_ARGUMENT, eop_value_name(EOP_VALUES_OUTCOME, 99, &name, NULL));
    CHECK(1, name == NULL);
    CHECK(EOP_INVALID_ARGUMENT,
          eop_session_reader_next_batch(reader, EOP_MAXIMUM_RECORDS + 1, 0, &batch, NULL));
    query.flags = 0x80000000u;
    CHECK(EOP_INVALID_ARGUMENT, eop_session_reader_open(&query, &unused, NULL));
    query = new_query();
    query.connector.text = unpaired;
    query.connector.length = 2;
    CHECK(EOP_INVALID_TEXT, eop_session_reader_open(&query, &unused, NULL));
    CHECK(EOP_OK, eop_status_name(EOP_POISONED, &name, NULL));
    CHECK(0, strcmp(name, "POISONED"));
    CHECK(EOP_OK, eop_value_name(EOP_VALUES_OUTCOME, EOP_OUTCOME_PARTLY_REFUSED, &name, NULL));
    CHECK(0, strcmp(name, "PartlyRefused"));
    CHECK(EOP_OK, eop_session_reader_free(reader, NULL));
}

static void check_text_panics(void)
{
    uint64_t text = open_text();
    const uint16_t *units = NULL;
    size_t length = 0;
    setenv("EOP_RELAY_INJECT_PANIC", "eop_text_get", 1);
    CHECK(EOP_PANIC, eop_text_get(text, &units, &length, NULL));
    unsetenv("EOP_RELAY_INJECT_PANIC");
    CHECK(EOP_POISONED, eop_text_get(text, &units, &length, NULL));
    CHECK(EOP_OK, eop_text_free(text, NULL));
    text = open_text();
    setenv("EOP_RELAY_INJECT_PANIC", "eop_text_free", 1);
    CHECK(EOP_PANIC, eop_text_free(text, NULL));
    unsetenv("EOP_RELAY_INJECT_PANIC");
    check_text(text, EOP_FREED);
}

static void check_evidence_panics(void)
{
    static const char *const functions[] = {"eop_evidence_next", "eop_evidence_cancel"};
    eop_evidence_query query = new_evidence_query();
    uint64_t unused = 0;
    size_t i;
    for (i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        uint64_t reader = open_evidence();
        setenv("EOP_RELAY_INJECT_PANIC", functions[i], 1);
        CHECK(EOP_PANIC, i == 0 ? eop_evidence_next(reader, 0, 0, &unused, NULL)
                                : eop_evidence_cancel(reader, NULL));
        unsetenv("EOP_RELAY_INJECT_PANIC");
        CHECK(EOP_POISONED, eop_evidence_next(reader, 0, 0, &unused, NULL));
        CHECK(EOP_OK, eop_evidence_free(reader, NULL));
        check_evidence(reader, EOP_FREED);
    }
    setenv("EOP_RELAY_INJECT_PANIC", "eop_evidence_open", 1);
    CHECK(EOP_PANIC, eop_evidence_open(&query, &unused, NULL));
    unsetenv("EOP_RELAY_INJECT_PANIC");
    CHECK(0, unused);
}

static void check_panics(void)
{
    eop_chain_query chain = new_chain_query(NULL, 0);
    static const char *const handle_functions[] = {"eop_session_reader_next_batch",
                                                   "eop_session_reader_progress",
                                                   "eop_session_reader_cancel"};
    eop_batch batch = new_batch();
    eop_progress progress = new_progress();
    eop_session_query query = new_query();
    const char *name = NULL;
    const uint16_t unit = 'a';
    uint64_t unused = 0;
    size_t i;
    for (i = 0; i < sizeof handle_functions / sizeof handle_functions[0]; i++) {
        uint64_t reader = open_reader();
        eop_error error = new_error();
        setenv("EOP_RELAY_INJECT_PANIC", handle_functions[i], 1);
        switch (i) {
        case 0:
            CHECK(EOP_PANIC, eop_session_reader_next_batch(reader, 0, 0, &batch, &error));
            break;
        case 1:
            CHECK(EOP_PANIC, eop_session_reader_progress(reader, &progress, &error));
            break;
        default:
            CHECK(EOP_PANIC, eop_session_reader_cancel(reader, &error));
        }
        CHECK(EOP_PANIC, error.code);
        CHECK(1, error.message_length > 0);
        unsetenv("EOP_RELAY_INJECT_PANIC");
        CHECK(EOP_POISONED, eop_session_reader_next_batch(reader, 0, 0, &batch, NULL));
        CHECK(EOP_POISONED, eop_session_reader_progress(reader, &progress, NULL));
        CHECK(EOP_POISONED, eop_session_reader_cancel(reader, NULL));
        CHECK(EOP_OK, eop_session_reader_free(reader, NULL));
        check_reader(reader, EOP_FREED);
    }
    {
        uint64_t reader = open_reader();
        setenv("EOP_RELAY_INJECT_PANIC", "eop_session_reader_free", 1);
        CHECK(EOP_PANIC, eop_session_reader_free(reader, NULL));
        unsetenv("EOP_RELAY_INJECT_PANIC");
        check_reader(reader, EOP_FREED);
    }
    setenv("EOP_RELAY_INJECT_PANIC", "eop_session_reader_open", 1);
    CHECK(EOP_PANIC, eop_session_reader_open(&query, &unused, NULL));
    CHECK(0, unused);
    setenv("EOP_RELAY_INJECT_PANIC", "eop_status_name", 1);
    CHECK(EOP_PANIC, eop_status_name(EOP_OK, &name, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_value_name", 1);
    CHECK(EOP_PANIC, eop_value_name(EOP_VALUES_OUTCOME, EOP_OUTCOME_REFUSED, &name, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_chain_examine", 1);
    CHECK(EOP_PANIC, eop_chain_examine(&chain, &unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_pfx_certificates", 1);
    CHECK(EOP_PANIC, eop_pfx_certificates((const uint8_t *)"x", 1, NULL, 0, &unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_explain", 1);
    CHECK(EOP_PANIC, eop_explain(&unit, 1, &unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_test", 1);
    CHECK(EOP_PANIC, eop_test(&unit, 1, &unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_store_certificates", 1);
    CHECK(EOP_PANIC, eop_store_certificates(&unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_certificates", 1);
    CHECK(EOP_PANIC, eop_certificates(&unit, 1, &unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_renewal_plan", 1);
    CHECK(EOP_PANIC, eop_renewal_plan(&unit, 1, &unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_resolve_errors", 1);
    CHECK(EOP_PANIC, eop_resolve_errors(&unit, 1, &unused, NULL));
    setenv("EOP_RELAY_INJECT_PANIC", "eop_view", 1);
    CHECK(EOP_PANIC, eop_view(&unit, 1, EOP_VIEW_TEXT, 78, &unused, NULL));
    CHECK(0, unused);
    unsetenv("EOP_RELAY_INJECT_PANIC");
    CHECK(1, name == NULL);
    check_text_panics();
    check_evidence_panics();
}

int main(int argument_count, char **arguments)
{
    if (argument_count > 1 && strcmp(arguments[1], "panic") == 0) {
        check_panics();
    } else {
        check_handles();
        check_chains();
        check_nulls();
        check_sizes();
        check_values();
        check_view();
    }
    if (failures == 0) {
        puts("every wrong use was answered by its status");
    }
    return failures == 0 ? 0 : 1;
}
