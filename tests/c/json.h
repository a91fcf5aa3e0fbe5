/* A small writer of JSON on one line, byte for byte as serde_json writes it. */
#ifndef JSON_H
#define JSON_H

#include <inttypes.h>

#include "utf16.h"

typedef struct {
    FILE *out;
    int needs_comma;
} json_writer;

static inline void json_separate(json_writer *json)
{
    if (json->needs_comma) {
        fputc(',', json->out);
    }
    json->needs_comma = 1;
}

static inline void json_open(json_writer *json, char bracket)
{
    json_separate(json);
    fputc(bracket, json->out);
    json->needs_comma = 0;
}

static inline void json_close(json_writer *json, char bracket)
{
    fputc(bracket, json->out);
    json->needs_comma = 1;
}

/* A member name: ASCII without anything to escape. The value follows. */
static inline void json_name(json_writer *json, const char *name)
{
    json_separate(json);
    fprintf(json->out, "\"%s\":", name);
    json->needs_comma = 0;
}

/* null, true, false, a number: as it stands. */
static inline void json_word(json_writer *json, const char *word)
{
    json_separate(json);
    fputs(word, json->out);
}

static inline void json_unsigned(json_writer *json, uint64_t number)
{
    json_separate(json);
    fprintf(json->out, "%" PRIu64, number);
}

static inline void json_signed(json_writer *json, int64_t number)
{
    json_separate(json);
    fprintf(json->out, "%" PRId64, number);
}

/* Text that needs no escapes. */
static inline void json_plain(json_writer *json, const char *text)
{
    json_separate(json);
    fprintf(json->out, "\"%s\"", text);
}

static inline void json_text(json_writer *json, const uint16_t *units, size_t length)
{
    static const char *const shorthand[] = {"\\b", "\\t", "\\n", NULL, "\\f", "\\r"};
    size_t index = 0;
    json_separate(json);
    fputc('"', json->out);
    while (index < length) {
        uint32_t point = next_code_point(units, length, &index);
        if (point == '"' || point == '\\') {
            fputc('\\', json->out);
            fputc((int)point, json->out);
        } else if (point >= 8 && point <= 13 && shorthand[point - 8] != NULL) {
            fputs(shorthand[point - 8], json->out);
        } else if (point < 0x20) {
            fprintf(json->out, "\\u%04x", (unsigned)point);
        } else {
            put_code_point(json->out, point);
        }
    }
    fputc('"', json->out);
}

#endif
