/* Fails the ledger's syncs with EIO from the moment the file named by FAIL_SYNC_WHEN exists.
   Preloaded into the server, it stands between LMDB and the C library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char target[] = "/ledger/data.mdb";

static int fails(int file) {
    const char *trigger = getenv("FAIL_SYNC_WHEN");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    size_t end = sizeof target - 1;
    return trigger && length >= (ssize_t)end && !memcmp(path + length - end, target, end) && !access(trigger, F_OK);
}

int fdatasync(int file) {
    if (fails(file)) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
