#pragma once
#include <lmdb.h>
#include <pthread.h>
#include <sys/timex.h>
#include <time.h>

// What Swift's own C library module leaves out because it is Linux's own: the header above, for whether the clock is
// synchronised, and these two functions of glibc.
int pthread_setname_np(pthread_t thread, const char *name);
int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *deadline);
