/*
 * Reading logs as they lie on a live server: growing, renamed and deleted while they are read, at
 * long paths, on shares, under names that are not ASCII.
 *
 *     sharing FOLDER SHARE      the same folder as a path and as \\host\share
 */
#include "check.h"

#define SESSIONS 20000

static const char row[] =
    "2026-11-15T01:02:03.000Z,Internet,08DE2405%08X,%d,10.1.0.11:51203,198.51.100.9:25,%s,%s,\r\n";

static void write_session(HANDLE file, unsigned number)
{
    static const char *const events[][2] = {
        {"+", ""}, {"<", "220 mx.fabrikam.com ESMTP ready"}, {"-", ""}
    };
    char text[1024];
    int length = 0, i;
    DWORD written;
    for (i = 0; i < 3; i++) {
        length += sprintf(text + length, row, number, i, events[i][0], events[i][1]);
    }
    CHECK(WriteFile(file, text, (DWORD)length, &written, NULL) && written == (DWORD)length);
}

/* Opens a log as its writer does: others may read, rename and delete it, and nobody else write. */
static HANDLE create_log(const wchar_t *path)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    return file;
}

static uint64_t open_reader(const wchar_t *path)
{
    eop_log_input input;
    eop_session_query query;
    eop_error error;
    uint64_t reader;
    memset(&input, 0, sizeof(input));
    memset(&query, 0, sizeof(query));
    error.struct_size = sizeof(error);
    input.path = wide(path);
    query.struct_size = sizeof(query);
    query.inputs = &input;
    query.input_count = 1;
    query.input_stride = sizeof(input);
    query.threads = 1;
    check_ok(eop_session_reader_open(&query, &reader, &error), &error, "eop_session_reader_open");
    return reader;
}

/* Reads one batch of at most that much input; 0 at the end. A notice is a failure. */
static int read_batch(uint64_t reader, uint64_t budget, unsigned *sessions)
{
    eop_batch batch;
    eop_error error;
    int32_t status;
    error.struct_size = sizeof(error);
    batch.struct_size = sizeof(batch);
    status = eop_session_reader_next_batch(reader, 0, budget, &batch, &error);
    if (status == EOP_END) {
        return 0;
    }
    check_ok(status, &error, "eop_session_reader_next_batch");
    if (batch.notice_count > 0) {
        put_utf16(stderr, batch.text + batch.notices[0].message.offset, batch.notices[0].message.length);
        fputc('\n', stderr);
    }
    CHECK(batch.notice_count == 0);
    *sessions += batch.session_count;
    return 1;
}

static unsigned count_sessions(const wchar_t *path)
{
    uint64_t reader = open_reader(path);
    unsigned sessions = 0;
    while (read_batch(reader, 0, &sessions)) {
    }
    CHECK(eop_session_reader_free(reader, NULL) == EOP_OK);
    return sessions;
}

static void read_while_it_grows_moves_and_goes(const wchar_t *folder)
{
    wchar_t path[MAX_PATH], moved[MAX_PATH];
    unsigned sessions = 0, i;
    uint64_t reader;
    HANDLE writer;
    _snwprintf(path, MAX_PATH, L"%ls\\SEND2026111501-1.LOG", folder);
    _snwprintf(moved, MAX_PATH, L"%ls\\renamed.LOG", folder);
    writer = create_log(path);
    for (i = 0; i < SESSIONS; i++) {
        write_session(writer, i);
    }
    reader = open_reader(path);
    CHECK(read_batch(reader, 65536, &sessions));
    CHECK(sessions < SESSIONS);
    write_session(writer, SESSIONS);
    CHECK(read_batch(reader, 65536, &sessions));
    CHECK(MoveFileW(path, moved));
    CHECK(read_batch(reader, 65536, &sessions));
    CHECK(CloseHandle(writer));
    CHECK(DeleteFileW(moved));
    while (read_batch(reader, 65536, &sessions)) {
    }
    CHECK(eop_session_reader_free(reader, NULL) == EOP_OK);
    CHECK(sessions == SESSIONS + 1);
    CHECK(GetFileAttributesW(moved) == INVALID_FILE_ATTRIBUTES);
    printf("read while it grew, was renamed and deleted\n");
}

static void read_one(const wchar_t *created, const wchar_t *read, const char *what)
{
    HANDLE writer = create_log(created);
    write_session(writer, 1);
    CHECK(count_sessions(read) == 1);
    CHECK(CloseHandle(writer));
    CHECK(DeleteFileW(created));
    printf("%s\n", what);
}

int main(void)
{
    int argc = 0;
    wchar_t **argv = CommandLineToArgvW(GetCommandLineW(), &argc);
    wchar_t plain[1024], verbatim[1024], shared[1024];
    const wchar_t *folder, *share;
    int i;
    CHECK(argv != NULL && argc == 3);
    folder = argv[1];
    share = argv[2];
    read_while_it_grows_moves_and_goes(folder);

    _snwprintf(plain, 1024, L"%ls\\SEND-\x416\x4e2d\xd83d\xdce7.LOG", folder);
    read_one(plain, plain, "under a name that is not ASCII");

    _snwprintf(verbatim, 1024, L"\\\\?\\%ls", folder);
    _snwprintf(plain, 1024, L"%ls", folder);
    for (i = 0; i < 6; i++) {
        static const wchar_t part[] = L"\\a folder whose name has about fifty characters, say";
        wcscat(plain, part);
        wcscat(verbatim, part);
        CHECK(CreateDirectoryW(verbatim, NULL));
    }
    wcscat(plain, L"\\SEND2026111501-1.LOG");
    wcscat(verbatim, L"\\SEND2026111501-1.LOG");
    CHECK(wcslen(plain) > MAX_PATH);
    read_one(verbatim, plain, "at a path above 260 characters");
    read_one(verbatim, verbatim, "at the same path as \\\\?\\");

    _snwprintf(plain, 1024, L"%ls\\SEND2026111501-1.LOG", folder);
    _snwprintf(shared, 1024, L"%ls\\SEND2026111501-1.LOG", share);
    read_one(plain, shared, "on a share");
    read_one(plain, share, "on a share by its folder");
    return 0;
}
