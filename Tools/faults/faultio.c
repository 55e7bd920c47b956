/* Stands between a process and its files, for the fault tests: records what is written, and lets writes fail.
 *
 * Loaded with LD_PRELOAD. It sees only files below FAULTIO_ROOT, and does nothing that its variables do not ask for:
 *
 *   FAULTIO_LOG=FILE     every change below the root is appended to FILE, in the order in which it happened (see record())
 *   FAULT=call[@part]:n:error[:mode[+mode]]   the n-th such call, from 1, fails with that errno; also FAULT2, FAULT3
 *       call   pwrite (whole pages), meta (LMDB's 120 bytes on its O_DSYNC descriptor), undo (the same bytes on the other
 *              one), write, sync (fdatasync and fsync), truncate, rename, open (for writing), flock
 *       part   of the path, such as ledger/ or keys/: only calls on such files count
 *       mode   sticky  from the n-th on, every one        late   it is done, and then reported as failed
 *              short   half is written, and that reported drop   it is not done, and reported as done
 *   FAULT_ARM=FILE       calls count only while FILE exists
 *   FAULT_FIRED=FILE     each fault that strikes leaves a line there
 *   FAULT_MAPSIZE=BYTES  each LMDB environment's first map is no larger; FAULT_MAPSIZE_FROM=K leaves the first K alone, and
 *                        with FAULT_MAPSIZE_FIXED it never grows
 *   FAULT_CLOCK=FILE     the wall clock is off by the microseconds in FILE, as they stand at each asking: two int64, the
 *                        offset, and the time at which it stands still (0: it runs)
 *   FAULT_HOLD=FILE      the first read of an LMDB environment after FILE is there is held for ever
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

/* One lock over every change of a file and its record: the log is the order in which things happened. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *root, *arm_path, *fired_path;
static size_t root_length;
static int log_file = -1;
static volatile int64_t *clock_offset;

enum mode { STICKY = 1, LATE = 2, SHORT = 4, DROP = 8 };
static struct fault { char call[16], part[64]; long at, seen; int error, mode; } faults[3];
static int fault_count;

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

static void read_fault(const char *text) {
    if (!text || fault_count == 3) return;
    struct fault *fault = &faults[fault_count++];
    char modes[64] = "", call[80] = "";
    if (sscanf(text, "%79[^:]:%ld:%d:%63s", call, &fault->at, &fault->error, modes) < 3) abort();
    char *part = strchr(call, '@');
    if (part) { *part = 0; snprintf(fault->part, sizeof fault->part, "%s", part + 1); }
    snprintf(fault->call, sizeof fault->call, "%.15s", call);
    if (strstr(modes, "sticky")) fault->mode |= STICKY;
    if (strstr(modes, "late")) fault->mode |= LATE;
    if (strstr(modes, "short")) fault->mode |= SHORT;
    if (strstr(modes, "drop")) fault->mode |= DROP;
}

static void start(void) {
    root = getenv("FAULTIO_ROOT");
    root_length = root ? strlen(root) : 0;
    arm_path = getenv("FAULT_ARM");
    fired_path = getenv("FAULT_FIRED");
    const char *log = getenv("FAULTIO_LOG");
    if (log) log_file = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    read_fault(getenv("FAULT"));
    read_fault(getenv("FAULT2"));
    read_fault(getenv("FAULT3"));
    const char *clock = getenv("FAULT_CLOCK");
    if (clock) {
        int file = REAL(open)(clock, O_RDONLY | O_CLOEXEC);
        void *page = file < 0 ? MAP_FAILED : mmap(NULL, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
        if (page != MAP_FAILED) clock_offset = page;
        if (file >= 0) REAL(close)(file);
    }
}

/* The path of a descriptor below the root, without the root; NULL for every other. */
static const char *path_of(int file, char *buffer) {
    pthread_once(&once, start);
    if (!root || file < 0 || file == log_file) return NULL;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    if (length <= 0) return NULL;
    buffer[length] = 0;
    if (strncmp(buffer, root, root_length) != 0) return NULL;
    return buffer[root_length] == '/' ? buffer + root_length + 1 : buffer[root_length] ? NULL : "";
}

/* The path of a name in a folder; the descriptor's own where the name is relative. */
static const char *path_at(int folder, const char *name, char *buffer) {
    pthread_once(&once, start);
    if (!root) return NULL;
    char within[PATH_MAX];
    if (name[0] == '/') snprintf(buffer, PATH_MAX, "%s", name);
    else if (folder == AT_FDCWD) return NULL;
    else {
        const char *base = path_of(folder, within);
        if (!base) return NULL;
        snprintf(buffer, PATH_MAX, "%s/%s%s%s", root, base, *base ? "/" : "", name);
    }
    if (strncmp(buffer, root, root_length) != 0 || buffer[root_length] != '/') return NULL;
    return buffer + root_length + 1;
}

/* A record: kind, durable at once, two bytes free, length of the path, inode, offset, length of the data; path; data.
 * Kinds: w write, t truncate, s sync, c create, r rename (the data is the new path), u unlink, m make a folder. */
static void record(char kind, int durable, const char *path, uint64_t inode, int64_t offset, const void *data, size_t length) {
    if (log_file < 0) return;
    struct __attribute__((packed)) { char kind, durable; uint16_t path; uint32_t length; uint64_t inode; int64_t offset; } head =
        {kind, (char)durable, (uint16_t)strlen(path), (uint32_t)length, inode, offset};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, strlen(path)}, {(void *)data, length}};
    size_t whole = sizeof head + strlen(path) + length;
    if (REAL(writev)(log_file, parts, 3) != (ssize_t)whole) abort();
}

static uint64_t inode_of(int file) {
    struct stat facts;
    return fstat(file, &facts) == 0 ? facts.st_ino : 0;
}

/* The fault that strikes this call now, if one does. */
static struct fault *strike(const char *call, const char *path) {
    if (!fault_count || (arm_path && access(arm_path, F_OK) != 0)) return NULL;
    for (int i = 0; i < fault_count; i++) {
        struct fault *fault = &faults[i];
        if (strcmp(fault->call, call) != 0 || (fault->part[0] && !strstr(path, fault->part))) continue;
        long seen = ++fault->seen;
        if (seen != fault->at && !(seen > fault->at && (fault->mode & STICKY))) continue;
        if (fired_path) {
            int file = REAL(open)(fired_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            if (file >= 0) { dprintf(file, "%s %ld %s\n", call, seen, path); REAL(close)(file); }
        }
        return fault;
    }
    return NULL;
}

/* --- Writing -------------------------------------------------------------------------------------------------------- */

static const char *kind_of_write(const char *path, int is_sync, size_t length) {
    const char *end = strrchr(path, '/');
    if (strcmp(end ? end + 1 : path, "data.mdb") != 0) return "write";
    return length >= 4096 ? "pwrite" : is_sync ? "meta" : "undo";
}

static size_t total(const struct iovec *parts, int count) {
    size_t length = 0;
    for (int i = 0; i < count; i++) length += parts[i].iov_len;
    return length;
}

/* Everything that writes comes here; offset -1 is the descriptor's own. */
static ssize_t put(int file, const struct iovec *parts, int count, int64_t offset, int has_offset) {
    char buffer[PATH_MAX];
    const char *path = path_of(file, buffer);
    size_t length = total(parts, count);
    if (!path)
        return has_offset ? REAL(pwritev)(file, parts, count, offset) : REAL(writev)(file, parts, count);
    pthread_mutex_lock(&lock);
    int is_sync = (fcntl(file, F_GETFL) & O_DSYNC) != 0;
    int64_t place = has_offset ? offset : lseek(file, 0, SEEK_CUR);
    struct fault *fault = strike(kind_of_write(path, is_sync, length), path);
    /* LMDB copies an environment past the system's cache, which takes whole pages only. */
    char *bytes = aligned_alloc(4096, (length + 4096) & ~(size_t)4095), *end = bytes;
    for (int i = 0; i < count; i++) { memcpy(end, parts[i].iov_base, parts[i].iov_len); end += parts[i].iov_len; }
    ssize_t done;
    if (fault && (fault->mode & DROP)) done = (ssize_t)length;
    else if (fault && !(fault->mode & (LATE | SHORT))) { done = -1; errno = fault->error; }
    else {
        size_t wanted = fault && (fault->mode & SHORT) ? length / 2 : length;
        done = has_offset ? REAL(pwrite)(file, bytes, wanted, place) : REAL(write)(file, bytes, wanted);
        if (done > 0) record('w', is_sync, path, inode_of(file), place, bytes, (size_t)done);
        if (fault && (fault->mode & LATE)) { done = -1; errno = fault->error; }
    }
    free(bytes);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t write(int file, const void *data, size_t length) {
    char buffer[PATH_MAX];
    if (!path_of(file, buffer)) return REAL(write)(file, data, length);
    struct iovec part = {(void *)data, length};
    return put(file, &part, 1, 0, 0);
}
ssize_t pwrite(int file, const void *data, size_t length, off_t offset) {
    struct iovec part = {(void *)data, length};
    return put(file, &part, 1, offset, 1);
}
ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) { return pwrite(file, data, length, offset); }
ssize_t writev(int file, const struct iovec *parts, int count) {
    char buffer[PATH_MAX];
    if (!path_of(file, buffer)) return REAL(writev)(file, parts, count);
    return put(file, parts, count, 0, 0);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) { return put(file, parts, count, offset, 1); }
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) { return put(file, parts, count, offset, 1); }

static int flush(int file, int (*call)(int)) {
    char buffer[PATH_MAX];
    const char *path = path_of(file, buffer);
    if (!path) return call(file);
    pthread_mutex_lock(&lock);
    struct fault *fault = strike("sync", path);
    int done = 0;
    if (fault && !(fault->mode & (LATE | DROP))) { done = -1; errno = fault->error; }
    else if (!fault || !(fault->mode & DROP)) {
        done = call(file);
        if (done == 0) record('s', 1, path, inode_of(file), 0, "", 0);
        if (fault) { done = -1; errno = fault->error; }
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
int fsync(int file) { return flush(file, REAL(fsync)); }
int fdatasync(int file) { return flush(file, REAL(fdatasync)); }

int ftruncate(int file, off_t length) {
    char buffer[PATH_MAX];
    const char *path = path_of(file, buffer);
    if (!path) return REAL(ftruncate)(file, length);
    pthread_mutex_lock(&lock);
    struct fault *fault = strike("truncate", path);
    int done = -1;
    if (fault) errno = fault->error;
    else if ((done = REAL(ftruncate)(file, length)) == 0) record('t', 0, path, inode_of(file), length, "", 0);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
int ftruncate64(int file, off64_t length) { return ftruncate(file, length); }

/* --- Names ---------------------------------------------------------------------------------------------------------- */

static int open_recorded(int folder, const char *name, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *path = flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR) ? path_at(folder, name, buffer) : NULL;
    if (!path) return REAL(openat)(folder, name, flags, mode);
    pthread_mutex_lock(&lock);
    struct fault *fault = strike("open", path);
    int was_there = faccessat(folder, name, F_OK, 0) == 0, file = -1;
    if (fault) errno = fault->error;
    else file = REAL(openat)(folder, name, flags, mode);
    if (file >= 0) {
        if (!was_there) record('c', 0, path, inode_of(file), 0, "", 0);
        else if (flags & O_TRUNC) record('t', 0, path, inode_of(file), 0, "", 0);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return file;
}

#define OPEN(name, folder_parameter, folder) \
    int name(folder_parameter const char *path, int flags, ...) { \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
        return open_recorded(folder, path, flags, mode); \
    }
#define FOLDER int at,
OPEN(open, , AT_FDCWD)
OPEN(open64, , AT_FDCWD)
OPEN(openat, FOLDER, at)
OPEN(openat64, FOLDER, at)

int renameat(int folder, const char *name, int other_folder, const char *other) {
    char buffer[PATH_MAX], other_buffer[PATH_MAX];
    const char *path = path_at(folder, name, buffer), *other_path = path_at(other_folder, other, other_buffer);
    if (!path || !other_path) return REAL(renameat)(folder, name, other_folder, other);
    pthread_mutex_lock(&lock);
    struct fault *fault = strike("rename", other_path);
    int done = -1;
    if (fault && !(fault->mode & LATE)) errno = fault->error;
    else {
        done = REAL(renameat)(folder, name, other_folder, other);
        if (done == 0) record('r', 0, path, 0, 0, other_path, strlen(other_path));
        if (fault) { done = -1; errno = fault->error; }
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
int rename(const char *name, const char *other) { return renameat(AT_FDCWD, name, AT_FDCWD, other); }

int unlinkat(int folder, const char *name, int flags) {
    char buffer[PATH_MAX];
    const char *path = path_at(folder, name, buffer);
    if (!path) return REAL(unlinkat)(folder, name, flags);
    pthread_mutex_lock(&lock);
    int done = REAL(unlinkat)(folder, name, flags), error = errno;
    if (done == 0) record('u', 0, path, 0, 0, "", 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }

int mkdir(const char *name, mode_t mode) {
    char buffer[PATH_MAX];
    const char *path = path_at(AT_FDCWD, name, buffer);
    int done = REAL(mkdir)(name, mode), error = errno;
    if (path && done == 0) {
        pthread_mutex_lock(&lock);
        record('m', 0, path, 0, 0, "", 0);
        pthread_mutex_unlock(&lock);
    }
    errno = error;
    return done;
}

int flock(int file, int operation) {
    char buffer[PATH_MAX];
    const char *path = path_of(file, buffer);
    struct fault *fault = path ? strike("flock", path) : NULL;
    if (fault && (fault->mode & DROP)) return 0;
    if (fault) { errno = fault->error; return -1; }
    return REAL(flock)(file, operation);
}

/* --- The map, and the clock ----------------------------------------------------------------------------------------- */

/* The first size that an environment is given; the growth that follows is its own. */
int mdb_env_set_mapsize(void *environment, size_t size) {
    static void *seen[16];
    static int count;
    int (*set)(void *, size_t) = real("mdb_env_set_mapsize");
    const char *limit = getenv("FAULT_MAPSIZE"), *from = getenv("FAULT_MAPSIZE_FROM");
    if (!limit) return set(environment, size);
    pthread_mutex_lock(&lock);
    int number = 0;
    while (number < count && seen[number] != environment) number++;
    int is_first = number == count && count < 16;
    if (is_first) seen[count++] = environment;
    pthread_mutex_unlock(&lock);
    if (from && number < atoi(from)) return set(environment, size);
    if (!is_first) return getenv("FAULT_MAPSIZE_FIXED") ? ENOMEM : set(environment, size);
    size_t most = strtoul(limit, NULL, 10);
    return set(environment, size > most ? most : size);
}

/* A reader that never ends keeps every page of its moment. */
int mdb_txn_begin(void *environment, void *parent, unsigned flags, void **transaction) {
    static int is_held;
    int (*begin)(void *, void *, unsigned, void **) = real("mdb_txn_begin");
    int done = begin(environment, parent, flags, transaction);
    const char *hold = getenv("FAULT_HOLD");
    if (done == 0 && hold && (flags & 0x20000) && access(hold, F_OK) == 0 && !__sync_lock_test_and_set(&is_held, 1))
        for (;;) pause();
    return done;
}

/* Reads that take their time, on the threads that answer requests: each look-up waits so many microseconds while
 * the file is there. */
static void dawdle(void) {
    const char *slow = getenv("FAULT_SLOW");
    char name[16] = "";
    if (!slow || access(slow, F_OK) != 0 || pthread_getname_np(pthread_self(), name, sizeof name) != 0) return;
    if (strstr(name, "default-qos")) usleep((useconds_t)atoi(getenv("FAULT_SLOW_FOR")));
}
int mdb_get(void *transaction, unsigned table, void *key, void *value) {
    static int (*get)(void *, unsigned, void *, void *);
    if (!get) get = real("mdb_get");
    dawdle();
    return get(transaction, table, key, value);
}
int mdb_cursor_get(void *cursor, void *key, void *value, int operation) {
    static int (*get)(void *, void *, void *, int);
    if (!get) get = real("mdb_cursor_get");
    dawdle();
    return get(cursor, key, value, operation);
}

int clock_gettime(clockid_t which, struct timespec *time) {
    static int (*ask)(clockid_t, struct timespec *);
    if (!ask) ask = real("clock_gettime");
    int done = ask(which, time);
    if (which != CLOCK_REALTIME || done != 0) return done;
    pthread_once(&once, start);
    if (!clock_offset) return done;
    int64_t micros = time->tv_sec * 1000000LL + time->tv_nsec / 1000 + clock_offset[0];
    if (clock_offset[1]) micros = clock_offset[1];
    time->tv_sec = micros / 1000000;
    time->tv_nsec = micros % 1000000 * 1000;
    return 0;
}
int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int done = clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return done;
}
