#pragma once
#include <stdlib.h>
#include <utf8proc.h>

// Options of one enumeration are combined, which Swift imports as a type of its own.
static inline utf8proc_ssize_t muniment_fold(const utf8proc_uint8_t *text, utf8proc_ssize_t count, utf8proc_uint8_t **folded) {
    return utf8proc_map(text, count, folded, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}
