// What a C program gets out of LMDB and SHA-256 here, doing what the ledger and its views do and nothing else.
//
// It writes the same tables with rows of the same sizes, in the same order and in commits of the same size. It decides
// nothing, parses no JSON, checks nothing and seals nothing: the limit against which `Tools/bench` measures.
//
//   probe append  FOLDER PER_COMMIT COMMITS_MAX SECONDS_MAX ENTRY_BYTES
//                                         entries with all their rows, the ledger synced
//   probe hash    LEDGER                  every leaf and node of a ledger, read and hashed
//   probe rebuild LEDGER INTO PER_COMMIT  the views of a ledger of tokens, from its entries
//
// Each prints one line of JSON.

#define _GNU_SOURCE
#include <lmdb.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { MAP_BYTES_LOG = 34, SEAL = 8, BLOCK_ENTRIES = 128, TERMS_MAX = 256, TERM_BYTES_MAX = 128 };
enum { PER_COMMIT_MAX = 8192 };

static void require(int code, const char *what) {
    if (code == MDB_SUCCESS) return;
    printf("{\"error\":\"%s: %s\"}\n", what, mdb_strerror(code));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void big_endian(uint8_t *to, uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--, value >>= 8) to[i] = (uint8_t)value;
}

static MDB_env *environment(const char *path, unsigned flags) {
    MDB_env *env;
    if (!(flags & MDB_RDONLY)) mkdir(path, 0700);
    require(mdb_env_create(&env), "create");
    require(mdb_env_set_maxdbs(env, 64), "tables");
    if (!(flags & MDB_RDONLY)) require(mdb_env_set_mapsize(env, (size_t)1 << MAP_BYTES_LOG), "map");
    require(mdb_env_open(env, path, flags | MDB_NOTLS, 0600), path);
    return env;
}

static MDB_dbi table(MDB_env *env, const char *name, unsigned flags) {
    MDB_txn *txn;
    MDB_dbi dbi;
    require(mdb_txn_begin(env, NULL, flags & MDB_CREATE ? 0 : MDB_RDONLY, &txn), "begin");
    require(mdb_dbi_open(txn, name, flags, &dbi), name);
    require(mdb_txn_commit(txn), "open");
    return dbi;
}

static void put(MDB_txn *txn, MDB_dbi dbi, const void *key, size_t keys, const void *value, size_t values,
                unsigned flags) {
    MDB_val k = {keys, (void *)key}, v = {values, (void *)value};
    require(mdb_put(txn, dbi, &k, &v, flags), "put");
}

// --- SHA-256 and the tree (RFC 6962): the leaf of an entry and the nodes that it completes.

typedef struct {
    uint8_t stack[64][SHA256_DIGEST_LENGTH];
    int depth;
    uint64_t size;
} tree;

static void leaf_hash(const uint8_t *entry, size_t bytes, uint8_t *out) {
    SHA256_CTX c;
    SHA256_Init(&c);
    SHA256_Update(&c, "\0", 1);
    SHA256_Update(&c, entry, bytes);
    SHA256_Final(out, &c);
}

static int grow(tree *t, const uint8_t *leaf, uint8_t *row) {
    uint8_t node[SHA256_DIGEST_LENGTH];
    memcpy(node, leaf, sizeof node);
    memcpy(row, node, sizeof node);
    int rows = 1;
    for (uint64_t n = t->size; n & 1; n >>= 1) {
        SHA256_CTX c;
        SHA256_Init(&c);
        SHA256_Update(&c, "\1", 1);
        SHA256_Update(&c, t->stack[--t->depth], sizeof node);
        SHA256_Update(&c, node, sizeof node);
        SHA256_Final(node, &c);
        memcpy(row + SHA256_DIGEST_LENGTH * rows++, node, sizeof node);
    }
    memcpy(t->stack[t->depth++], node, sizeof node);
    t->size++;
    return rows * SHA256_DIGEST_LENGTH;
}

// --- The views of a token: where its name stands, and the lists that it joins.

typedef struct {
    uint8_t key[TERM_BYTES_MAX + 4];
    int prefix;
    uint32_t block;
    uint64_t last;
    int isTouched;
    int bytes;
    uint8_t row[17 + BLOCK_ENTRIES * 10 + SEAL];
} term;

typedef struct {
    MDB_env *env;
    MDB_dbi entries, terms, meta;
    MDB_txn *txn;
    term list[TERMS_MAX];
    int count;
    struct { uint8_t key[8]; uint64_t index; } named[PER_COMMIT_MAX];
    int nameds;
} views;

static void views_open(views *v, const char *path) {
    v->env = environment(path, MDB_NOSYNC);
    v->entries = table(v->env, "entries", MDB_CREATE);
    v->terms = table(v->env, "terms", MDB_CREATE);
    v->meta = table(v->env, "meta", MDB_CREATE);
    v->count = v->nameds = 0;
}

static term *find(views *v, char kind, const uint8_t *text, size_t bytes) {
    for (int i = 0; i < v->count; i++) {
        term *t = &v->list[i];
        if (t->prefix == (int)bytes + 2 && t->key[0] == (uint8_t)kind && !memcmp(t->key + 1, text, bytes)) return t;
    }
    if (v->count == TERMS_MAX || bytes + 2 > TERM_BYTES_MAX) {
        printf("{\"error\":\"the probe knows ledgers of tokens only\"}\n");
        exit(1);
    }
    term *t = &v->list[v->count++];
    memset(t, 0, sizeof *t);
    t->key[0] = (uint8_t)kind;
    memcpy(t->key + 1, text, bytes);
    t->prefix = (int)bytes + 2;
    return t;
}

static void write_block(views *v, term *t) {
    big_endian(t->key + t->prefix, t->block, 4);
    memset(t->row + t->bytes, 0, SEAL);
    put(v->txn, v->terms, t->key, t->prefix + 4, t->row, t->bytes + SEAL, 0);
}

static void note(views *v, char kind, const uint8_t *text, size_t bytes, uint64_t index) {
    term *t = find(v, kind, text, bytes);
    if (!t->isTouched && t->bytes) {
        // The end of a list is read from its table once in a commit, as the views do.
        MDB_val k = {t->prefix + 4, t->key}, row;
        require(mdb_get(v->txn, v->terms, &k, &row), "the end of a list");
        memcpy(t->row, row.mv_data, row.mv_size);
    }
    t->isTouched = 1;
    if (t->bytes && t->row[0] == BLOCK_ENTRIES) {
        write_block(v, t);
        t->block++;
        t->bytes = 0;
    }
    if (!t->bytes) {
        t->row[0] = 1;
        big_endian(t->row + 1, index, 8);
        t->bytes = 17;
    } else {
        t->row[0]++;
        uint64_t step = index - t->last;
        for (; step >= 0x80; step >>= 7) t->row[t->bytes++] = (uint8_t)step | 0x80;
        t->row[t->bytes++] = (uint8_t)step;
    }
    big_endian(t->row + 9, index, 8);
    t->last = index;
}

static void name(views *v, const uint8_t *id, uint64_t index) {
    memcpy(v->named[v->nameds].key, id, 8);
    v->named[v->nameds++].index = index;
}

static int by_key(const void *a, const void *b) { return memcmp(a, b, 8); }

static void views_begin(views *v) { require(mdb_txn_begin(v->env, NULL, 0, &v->txn), "begin"); }

static void views_commit(views *v) {
    uint8_t row[8 + SEAL] = {0}, mark[296] = {0};
    qsort(v->named, v->nameds, sizeof v->named[0], by_key);
    for (int i = 0; i < v->nameds; i++) {
        big_endian(row, v->named[i].index, 8);
        put(v->txn, v->entries, v->named[i].key, 8, row, sizeof row, 0);
    }
    v->nameds = 0;
    for (int i = 0; i < v->count; i++) {
        if (!v->list[i].isTouched) continue;
        write_block(v, &v->list[i]);
        v->list[i].isTouched = 0;
    }
    put(v->txn, v->meta, "applied", 7, mark, sizeof mark, 0);
    require(mdb_txn_commit(v->txn), "commit");
}

static size_t rows(views *v, MDB_dbi dbi) {
    MDB_txn *txn;
    MDB_stat s;
    require(mdb_txn_begin(v->env, NULL, MDB_RDONLY, &txn), "begin");
    require(mdb_stat(txn, dbi, &s), "stat");
    mdb_txn_abort(txn);
    return s.ms_entries;
}

// --- probe append

static int append(const char *folder, int perCommit, int commitsMax, double secondsMax, int entryBytes) {
    char path[4096];
    mkdir(folder, 0700);
    snprintf(path, sizeof path, "%s/ledger", folder);
    MDB_env *ledger = environment(path, 0);
    MDB_dbi activity = table(ledger, "entries.activity", MDB_CREATE), hashes = table(ledger, "hashes", MDB_CREATE),
            chains = table(ledger, "chains", MDB_CREATE);
    static views v;
    snprintf(path, sizeof path, "%s/views", folder);
    views_open(&v, path);

    static const char *lists[] = {
        "cplatform", "ttoken.issued", "rok", "aapp_0123456789012345678901", "sapp_0123456789012345678901",
        "i0123456789012345678901/",
    };
    static tree t;
    uint8_t *entry = calloc(1, entryBytes), row[65 * SHA256_DIGEST_LENGTH], head[48] = {0}, key[8];
    memset(entry, 'm', entryBytes);
    double start = now();
    int commits = 0;
    while (commits < commitsMax && now() - start < secondsMax) {
        MDB_txn *txn;
        require(mdb_txn_begin(ledger, NULL, 0, &txn), "begin");
        views_begin(&v);
        for (int i = 0; i < perCommit; i++) {
            uint64_t index = t.size;
            memcpy(entry, &index, sizeof index);
            leaf_hash(entry, entryBytes, head + 16);
            int bytes = grow(&t, head + 16, row);
            big_endian(key, index, 8);
            put(txn, activity, key, 8, entry, entryBytes, MDB_APPEND);
            put(txn, hashes, key, 8, row, bytes, MDB_APPEND);
            for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
                note(&v, lists[l][0], (const uint8_t *)lists[l] + 1, strlen(lists[l]) - 1, index);
            name(&v, head + 16, index);
        }
        put(txn, chains, "platform\0activity", 17, head, sizeof head, 0);
        require(mdb_txn_commit(txn), "commit");
        views_commit(&v);
        commits++;
    }
    double seconds = now() - start;
    printf("{\"commits\":%d,\"entries\":%d,\"seconds\":%.6f}\n", commits, commits * perCommit, seconds);
    return 0;
}

// --- probe hash

static double hash_all(MDB_env *env, MDB_dbi *tables, uint64_t *entries, uint64_t *bytes) {
    MDB_txn *txn;
    MDB_cursor *cursors[2];
    MDB_val k[2], v[2];
    int codes[2];
    static tree t;
    memset(&t, 0, sizeof t);
    *entries = *bytes = 0;
    require(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn), "begin");
    double start = now();
    for (int i = 0; i < 2; i++) {
        require(mdb_cursor_open(txn, tables[i], &cursors[i]), "cursor");
        codes[i] = mdb_cursor_get(cursors[i], &k[i], &v[i], MDB_FIRST);
    }
    uint8_t leaf[SHA256_DIGEST_LENGTH], row[65 * SHA256_DIGEST_LENGTH];
    while (codes[0] == MDB_SUCCESS || codes[1] == MDB_SUCCESS) {
        int isFirst = codes[0] == MDB_SUCCESS &&
                      (codes[1] != MDB_SUCCESS || memcmp(k[0].mv_data, k[1].mv_data, 8) < 0);
        int i = isFirst ? 0 : 1;
        leaf_hash(v[i].mv_data, v[i].mv_size, leaf);
        grow(&t, leaf, row);
        (*entries)++;
        *bytes += v[i].mv_size + 1 + 65;
        codes[i] = mdb_cursor_get(cursors[i], &k[i], &v[i], MDB_NEXT);
    }
    double seconds = now() - start;
    for (int i = 0; i < 2; i++) mdb_cursor_close(cursors[i]);
    mdb_txn_abort(txn);
    return seconds;
}

static int hash(const char *path) {
    MDB_env *env = environment(path, MDB_RDONLY);
    MDB_dbi tables[2] = {table(env, "entries.state", 0), table(env, "entries.activity", 0)};
    uint64_t entries, bytes;
    // The first reading fetches pages from the disk; the limit is what a second one takes.
    hash_all(env, tables, &entries, &bytes);
    double seconds = hash_all(env, tables, &entries, &bytes);
    printf("{\"entries\":%llu,\"bytes\":%llu,\"seconds\":%.6f}\n", (unsigned long long)entries,
           (unsigned long long)bytes, seconds);
    return 0;
}

// --- probe rebuild

// The text behind a name in an entry, found where it stands: members are sorted, so the order is known.
static const uint8_t *member(const uint8_t **from, const uint8_t *end, const char *name, size_t *bytes) {
    size_t n = strlen(name);
    const uint8_t *start = memmem(*from, end - *from, name, n);
    if (!start) return NULL;
    start += n;
    const uint8_t *quote = memchr(start, '"', end - start);
    if (!quote) return NULL;
    *bytes = quote - start;
    *from = quote;
    return start;
}

static int place(uint8_t c) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *found = memchr(alphabet, c, 64);
    return found ? (int)(found - alphabet) : 0;
}

static void fold(views *v, const uint8_t *entry, size_t bytes, uint64_t index) {
    const uint8_t *at = entry, *end = entry + bytes, *text;
    size_t n;
    const uint8_t *chain = memmem(entry, bytes, "},\"chain\":\"", 11);
    if (!chain) return;
    if ((text = member(&at, chain, ",\"id\":\"", &n))) note(v, 'a', text, n, index);
    at = chain;
    if ((text = member(&at, end, "\"chain\":\"", &n))) note(v, 'c', text, n, index);
    if ((text = member(&at, end, "\"id\":\"evt_", &n)) && n == 22) {
        uint64_t bits = 0;
        for (int i = 0; i < 10; i++) bits = bits << 6 | place(text[i]);
        uint8_t key[8];
        big_endian(key, bits << 4 | place(text[10]) >> 2, 8);
        name(v, key, index);
    }
    const uint8_t *address = at;
    if ((text = member(&address, end, "\"ip\":\"", &n))) note(v, 'i', text, n, index);
    if ((text = member(&at, end, "\"result\":\"", &n))) note(v, 'r', text, n, index);
    if ((text = member(&at, end, "\"stream\":\"", &n))) note(v, 's', text, n, index);
    if ((text = member(&at, end, "\"type\":\"", &n))) note(v, 't', text, n, index);
}

static int rebuild(const char *path, const char *into, int perCommit) {
    if (perCommit > PER_COMMIT_MAX) perCommit = PER_COMMIT_MAX;
    MDB_env *ledger = environment(path, MDB_RDONLY);
    MDB_dbi activity = table(ledger, "entries.activity", 0);
    static views v;
    views_open(&v, into);
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val k, value;
    uint64_t entries = 0;
    double start = now();
    require(mdb_txn_begin(ledger, NULL, MDB_RDONLY, &txn), "begin");
    require(mdb_cursor_open(txn, activity, &cursor), "cursor");
    int code = mdb_cursor_get(cursor, &k, &value, MDB_FIRST);
    while (code == MDB_SUCCESS) {
        views_begin(&v);
        for (int i = 0; i < perCommit && code == MDB_SUCCESS; i++) {
            uint64_t index = 0;
            for (int b = 0; b < 8; b++) index = index << 8 | ((uint8_t *)k.mv_data)[b];
            fold(&v, value.mv_data, value.mv_size, index);
            entries++;
            code = mdb_cursor_get(cursor, &k, &value, MDB_NEXT);
        }
        views_commit(&v);
    }
    require(mdb_env_sync(v.env, 1), "sync");
    double seconds = now() - start;
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    printf("{\"entries\":%llu,\"seconds\":%.6f,\"rows\":{\"entries\":%zu,\"terms\":%zu}}\n",
           (unsigned long long)entries, seconds, rows(&v, v.entries), rows(&v, v.terms));
    return 0;
}

int main(int count, char **words) {
    if (count == 7 && !strcmp(words[1], "append"))
        return append(words[2], atoi(words[3]), atoi(words[4]), atof(words[5]), atoi(words[6]));
    if (count == 3 && !strcmp(words[1], "hash")) return hash(words[2]);
    if (count == 5 && !strcmp(words[1], "rebuild")) return rebuild(words[2], words[3], atoi(words[4]));
    printf("{\"error\":\"usage: probe append|hash|rebuild …\"}\n");
    return 2;
}
