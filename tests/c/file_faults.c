/*
 * Preloaded into the command by tests/command/file_faults.rs: lets one call on a path below
 * FAULT_FOLDER fail, the one of number FAULT_CALL, with the error FAULT_ERROR (0 = a read gives one
 * byte). Where that call was met, it is said on descriptor FAULT_REPORT by one byte.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MOST 4096

static atomic_long calls;
static atomic_char is_watched[MOST];
static DIR *_Atomic folders[MOST];

static int is_within(const char *path)
{
    const char *folder = getenv("FAULT_FOLDER");
    return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

/* The error of this call; -1 = none. */
static int fault(void)
{
    const char *call = getenv("FAULT_CALL");
    const char *error = getenv("FAULT_ERROR");
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (call == NULL || error == NULL || number != atol(call)) {
        return -1;
    }
    const char *report = getenv("FAULT_REPORT");
    int to = report == NULL ? -1 : NEXT(open)(report, O_WRONLY | O_CREAT, 0600);
    if (to >= 0) {
        close(to);
    }
    return atoi(error);
}

static void watch(int descriptor)
{
    if (descriptor >= 0 && descriptor < MOST) {
        is_watched[descriptor] = 1;
    }
}

#define OPEN(name)                                                                              \
    int name(const char *path, int flags, ...)                                                  \
    {                                                                                           \
        va_list rest;                                                                           \
        va_start(rest, flags);                                                                  \
        int mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, int) : 0;                \
        va_end(rest);                                                                           \
        int error = is_within(path) ? fault() : -1;                                             \
        if (error > 0) {                                                                        \
            errno = error;                                                                      \
            return -1;                                                                          \
        }                                                                                       \
        int descriptor = NEXT(name)(path, flags, mode);                                         \
        if (is_within(path)) {                                                                  \
            watch(descriptor);                                                                  \
        }                                                                                       \
        return descriptor;                                                                      \
    }
OPEN(open)
OPEN(open64)

int close(int descriptor)
{
    if (descriptor >= 0 && descriptor < MOST) {
        is_watched[descriptor] = 0;
    }
    return NEXT(close)(descriptor);
}

/* The error of a read, or 0 and what is left of its length. */
static int fault_of_read(int descriptor, size_t *length)
{
    if (descriptor < 0 || descriptor >= MOST || !is_watched[descriptor]) {
        return 0;
    }
    int error = fault();
    if (error == 0 && *length > 1) {
        *length = 1;
    }
    return error > 0 ? error : 0;
}

ssize_t read(int descriptor, void *buffer, size_t length)
{
    int error = fault_of_read(descriptor, &length);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return NEXT(read)(descriptor, buffer, length);
}

#define PREAD(name, offset_type)                                                                \
    ssize_t name(int descriptor, void *buffer, size_t length, offset_type offset)               \
    {                                                                                           \
        int error = fault_of_read(descriptor, &length);                                         \
        if (error != 0) {                                                                       \
            errno = error;                                                                      \
            return -1;                                                                          \
        }                                                                                       \
        return NEXT(name)(descriptor, buffer, length, offset);                                  \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

int statx(int folder, const char *restrict path, int flags, unsigned mask, struct statx *restrict to)
{
    /* The standard library of Rust asks with NULL whether there is such a call. */
    const char *volatile given = path;
    int is_of_file = given != NULL && given[0] == 0 && folder >= 0 && folder < MOST
        && is_watched[folder];
    int is_own = is_of_file || is_within(given);
    int error = is_own ? fault() : -1;
    if (error > 0) {
        errno = error;
        return -1;
    }
    return NEXT(statx)(folder, path, flags, mask, to);
}

DIR *opendir(const char *path)
{
    int error = is_within(path) ? fault() : -1;
    if (error > 0) {
        errno = error;
        return NULL;
    }
    DIR *folder = NEXT(opendir)(path);
    for (int at = 0; is_within(path) && folder != NULL && at < MOST; at++) {
        DIR *nothing = NULL;
        if (atomic_compare_exchange_strong(&folders[at], &nothing, folder)) {
            break;
        }
    }
    return folder;
}

struct dirent64 *readdir64(DIR *folder)
{
    for (int at = 0; at < MOST && folders[at] != NULL; at++) {
        if (folders[at] == folder) {
            int error = fault();
            if (error > 0) {
                errno = error;
                return NULL;
            }
            break;
        }
    }
    return NEXT(readdir64)(folder);
}

ssize_t write(int descriptor, const void *buffer, size_t length)
{
    size_t all = length;
    int error = fault_of_read(descriptor, &all);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return NEXT(write)(descriptor, buffer, length);
}

int fsync(int descriptor)
{
    size_t none = 0;
    int error = fault_of_read(descriptor, &none);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return NEXT(fsync)(descriptor);
}

int unlink(const char *path)
{
    int error = is_within(path) ? fault() : -1;
    if (error > 0) {
        errno = error;
        return -1;
    }
    return NEXT(unlink)(path);
}

/* With FAULT_RENAMES no name is ever given. */
int rename(const char *from, const char *to)
{
    int error = is_within(from) ? fault() : -1;
    if (is_within(from) && getenv("FAULT_RENAMES") != NULL) {
        error = EACCES;
    }
    if (error > 0) {
        errno = error;
        return -1;
    }
    return NEXT(rename)(from, to);
}
