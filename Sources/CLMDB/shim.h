#pragma once
#include <lmdb.h>
#include <pthread.h>
#include <sys/timex.h>
#include <sys/xattr.h>
#include <time.h>

// What Swift's own C library module leaves out because it is Linux's own: the headers above, for whether the clock is
// synchronised and for access control lists, and these two functions of glibc.
int pthread_setname_np(pthread_t thread, const char *name);
int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *deadline);
