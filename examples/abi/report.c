/*
 * Judges the protocol logs of a server and prints the report, as `eop-relay test` does. Fits C99 and C++17.
 *
 *     report PATH [TIME]
 *
 * PATH is a log, a folder of logs or a pattern; TIME is the time of the judgement, by default now.
 * Exit codes: 0 a report was printed, 64 usage, 70 an error of the library.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eop_relay.h"

/* A growing text in UTF-16. */
typedef struct {
    uint16_t *units;
    size_t length, capacity;
} text;

static void put_unit(text *to, uint32_t unit)
{
    if (to->length == to->capacity) {
        to->capacity = to->capacity == 0 ? 256 : 2 * to->capacity;
        to->units = (uint16_t *)realloc(to->units, to->capacity * sizeof(uint16_t));
        if (to->units == NULL) {
            exit(70);
        }
    }
    to->units[to->length++] = (uint16_t)unit;
}

/* Well-formed UTF-8 as UTF-16; as_json: with the escapes of a JSON string. */
static void put(text *to, const char *utf8, int as_json)
{
    const unsigned char *next = (const unsigned char *)utf8;
    while (*next != 0) {
        uint32_t point = *next++;
        int more = point >= 0xF0 ? 3 : point >= 0xE0 ? 2 : point >= 0xC0 ? 1 : 0;
        if (more > 0) {
            point &= 0x3Fu >> more;
        }
        for (; more > 0 && *next != 0; more--) {
            point = point << 6 | (*next++ & 0x3Fu);
        }
        if (as_json && (point == '"' || point == '\\')) {
            put_unit(to, '\\');
        }
        if (point >= 0x10000) {
            put_unit(to, 0xD800 + ((point - 0x10000) >> 10));
            point = 0xDC00 + ((point - 0x10000) & 0x3FF);
        }
        put_unit(to, point);
    }
}

static void print(FILE *out, const uint16_t *units, size_t length)
{
    size_t index;
    for (index = 0; index < length; index++) {
        uint32_t point = units[index];
        if (point >= 0xD800 && point < 0xDC00 && index + 1 < length) {
            point = 0x10000 + ((point - 0xD800) << 10) + (units[++index] & 0x3FFu);
        }
        if (point < 0x80) {
            fputc((int)point, out);
            continue;
        }
        if (point >= 0x10000) {
            fputc((int)(0xF0 | point >> 18), out);
            fputc((int)(0x80 | (point >> 12 & 0x3F)), out);
        } else if (point >= 0x800) {
            fputc((int)(0xE0 | point >> 12), out);
        }
        fputc((int)(point < 0x800 ? 0xC0 | point >> 6 : 0x80 | (point >> 6 & 0x3F)), out);
        fputc((int)(0x80 | (point & 0x3F)), out);
    }
}

/* Ends the program if a call failed; `error` says why. */
static void check(int32_t status, const eop_error *error)
{
    if (status != EOP_OK) {
        size_t length = error->message_length;
        print(stderr, error->message, length < EOP_MESSAGE_CAPACITY ? length : EOP_MESSAGE_CAPACITY - 1);
        fputc('\n', stderr);
        exit(70);
    }
}

int main(int count, char **arguments)
{
    text request = {NULL, 0, 0};
    eop_error error;
    uint64_t report, page;
    const uint16_t *units;
    size_t length;

    if (count < 2 || count > 3) {
        fputs("usage: report PATH [TIME]\n", stderr);
        return 64;
    }
    if (eop_abi_version() >> 16 != EOP_ABI_MAJOR || eop_abi_version() < (EOP_ABI_MAJOR << 16 | EOP_ABI_MINOR)) {
        fputs("the library is of another version than the header\n", stderr);
        return 70;
    }
    put(&request, "{\"Logs\":[{\"Path\":\"", 0);
    put(&request, arguments[1], 1);
    put(&request, "\"}]", 0);
    if (count == 3) {
        put(&request, ",\"At\":\"", 0);
        put(&request, arguments[2], 1);
        put(&request, "\"", 0);
    }
    put(&request, "}", 0);

    memset(&error, 0, sizeof error);
    error.struct_size = (uint32_t)sizeof error;
    /* The report is JSON; a view of it is text to read. */
    check(eop_test(request.units, request.length, &report, &error), &error);
    check(eop_text_get(report, &units, &length, &error), &error);
    check(eop_view(units, length, EOP_VIEW_TEXT, 80, &page, &error), &error);
    check(eop_text_free(report, &error), &error);
    check(eop_text_get(page, &units, &length, &error), &error);
    print(stdout, units, length);
    check(eop_text_free(page, &error), &error);
    free(request.units);
    return 0;
}
