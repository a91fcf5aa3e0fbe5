/* UTF-16 from and to the UTF-8 of a C program; fits C99 and C++17. */
#ifndef UTF16_H
#define UTF16_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eop_relay.h"

static inline void *allocate(size_t size)
{
    void *memory = malloc(size == 0 ? 1 : size);
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        exit(70);
    }
    return memory;
}

/* Well-formed UTF-8 as UTF-16; free its text. */
static inline eop_utf16 utf16_from_utf8(const char *utf8)
{
    const unsigned char *next = (const unsigned char *)utf8;
    uint16_t *units = (uint16_t *)allocate(strlen(utf8) * sizeof(uint16_t));
    eop_utf16 text;
    text.text = units;
    text.length = 0;
    while (*next != 0) {
        uint32_t point = *next++;
        int more = point >= 0xF0 ? 3 : point >= 0xE0 ? 2 : point >= 0xC0 ? 1 : 0;
        if (more > 0) {
            point &= 0x3Fu >> more;
        }
        for (; more > 0 && *next != 0; more--) {
            point = point << 6 | (*next++ & 0x3Fu);
        }
        if (point >= 0x10000) {
            units[text.length++] = (uint16_t)(0xD800 + ((point - 0x10000) >> 10));
            units[text.length++] = (uint16_t)(0xDC00 + ((point - 0x10000) & 0x3FF));
        } else {
            units[text.length++] = (uint16_t)point;
        }
    }
    return text;
}

static inline void put_code_point(FILE *out, uint32_t point)
{
    if (point < 0x80) {
        fputc((int)point, out);
        return;
    }
    if (point < 0x800) {
        fputc((int)(0xC0 | point >> 6), out);
    } else {
        if (point < 0x10000) {
            fputc((int)(0xE0 | point >> 12), out);
        } else {
            fputc((int)(0xF0 | point >> 18), out);
            fputc((int)(0x80 | (point >> 12 & 0x3F)), out);
        }
        fputc((int)(0x80 | (point >> 6 & 0x3F)), out);
    }
    fputc((int)(0x80 | (point & 0x3F)), out);
}

/* The code point at *index, which moves behind it; an unpaired surrogate becomes U+FFFD. */
static inline uint32_t next_code_point(const uint16_t *units, size_t length, size_t *index)
{
    uint32_t unit = units[(*index)++];
    if (unit < 0xD800 || unit > 0xDFFF) {
        return unit;
    }
    if (unit < 0xDC00 && *index < length && (units[*index] & 0xFC00) == 0xDC00) {
        return 0x10000 + ((unit - 0xD800) << 10) + (units[(*index)++] & 0x3FFu);
    }
    return 0xFFFD;
}

static inline void put_utf16(FILE *out, const uint16_t *units, size_t length)
{
    size_t index = 0;
    while (index < length) {
        put_code_point(out, next_code_point(units, length, &index));
    }
}

#endif
