/* What the Windows test programs need: checks that say what failed, and texts of the library. */
#ifndef CHECK_H
#define CHECK_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <shellapi.h>
#include <wincrypt.h>

#include "../utf16.h"

/* Ends the program unless the condition holds. */
#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s (error %lu)\n", __FILE__, __LINE__, #condition, GetLastError()); \
            exit(1); \
        } \
    } while (0)

static inline void check_ok(int32_t status, const eop_error *error, const char *what)
{
    if (status != EOP_OK) {
        fprintf(stderr, "%s: status %d: ", what, (int)status);
        put_utf16(stderr, error->message, error->message_length);
        fputc('\n', stderr);
        exit(1);
    }
}

static inline eop_utf16 wide(const wchar_t *text)
{
    eop_utf16 view;
    view.text = (const uint16_t *)text;
    view.length = wcslen(text);
    return view;
}

/* Prints the text of a text handle as one line of UTF-8, and frees it. */
static inline void print_text(uint64_t handle)
{
    eop_error error;
    const uint16_t *units;
    size_t length;
    error.struct_size = sizeof(error);
    check_ok(eop_text_get(handle, &units, &length, &error), &error, "eop_text_get");
    put_utf16(stdout, units, length);
    fputc('\n', stdout);
    check_ok(eop_text_free(handle, &error), &error, "eop_text_free");
}

#endif
