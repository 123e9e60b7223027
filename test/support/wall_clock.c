/* Copyright 2026 dyn_perception contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Moves the wall clock of one process: preload it, and write seconds into the file that
 * TEST_WALL_CLOCK_OFFSET names. The monotonic clock stays as it is.
 *
 * Waits until a time of the wall clock move with it, as the kernel moves them when the clock is
 * set: forward they end, back they last longer. If only the readings moved, a wait that begins
 * after a jump of a year would last a year, which no real jump does.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SLICE_NS 50000000L /* how soon a wait notes a jump */
#define SECOND_NS 1000000000L
#define FIRST_WALL_S 1000000000L /* 2001: a time before is one of the monotonic clock */

static long offset_s(void) {
  const char *path = getenv("TEST_WALL_CLOCK_OFFSET");
  FILE *file = path ? fopen(path, "r") : NULL;
  long seconds = 0;
  if (file) {
    if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
    fclose(file);
  }
  return seconds;
}

static int real_clock(clockid_t clock, struct timespec *now) {
  return (int)syscall(SYS_clock_gettime, clock, now);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int status = real_clock(clock, now);
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += offset_s();
  return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec time;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}

static int is_before(const struct timespec *a, const struct timespec *b) {
  return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

/* Whether the moved clock has come to a time. */
static int is_over(const struct timespec *until) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return !is_before(&now, until);
}

/* The time of the real clock at which to look again whether the wait is over. */
static struct timespec end_of_slice(const struct timespec *until) {
  struct timespec real = *until, slice;
  real.tv_sec -= offset_s();
  real_clock(CLOCK_REALTIME, &slice);
  slice.tv_nsec += SLICE_NS;
  slice.tv_sec += slice.tv_nsec / SECOND_NS;
  slice.tv_nsec %= SECOND_NS;
  return is_before(&real, &slice) ? real : slice;
}

static void *original(const char *name) {
  /* The condition variables of today; the first ones that glibc had are found without a version. */
  void *found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
  return found ? found : dlsym(RTLD_NEXT, name);
}

typedef int (*timed_wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
typedef int (*clock_wait)(
    pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
typedef int (*timed_semaphore)(sem_t *, const struct timespec *);
typedef int (*timed_lock)(pthread_mutex_t *, const struct timespec *);

int pthread_cond_timedwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
    const struct timespec *restrict until) {
  timed_wait wait = (timed_wait)original("pthread_cond_timedwait");
  if (until->tv_sec < FIRST_WALL_S) return wait(condition, mutex, until);
  if (is_over(until)) return ETIMEDOUT;
  struct timespec slice = end_of_slice(until);
  int status = wait(condition, mutex, &slice);
  /* The end of a slice is a wakeup for no reason, which every caller has to reckon with. */
  return status == ETIMEDOUT && !is_over(until) ? 0 : status;
}

int pthread_cond_clockwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
    const struct timespec *restrict until) {
  clock_wait wait = (clock_wait)dlsym(RTLD_NEXT, "pthread_cond_clockwait");
  if (clock != CLOCK_REALTIME) return wait(condition, mutex, clock, until);
  if (is_over(until)) return ETIMEDOUT;
  struct timespec slice = end_of_slice(until);
  int status = wait(condition, mutex, clock, &slice);
  return status == ETIMEDOUT && !is_over(until) ? 0 : status;
}

int pthread_mutex_timedlock(
    pthread_mutex_t *restrict mutex, const struct timespec *restrict until) {
  timed_lock lock = (timed_lock)dlsym(RTLD_NEXT, "pthread_mutex_timedlock");
  int status;
  do {
    struct timespec slice = end_of_slice(until);
    status = lock(mutex, &slice);
  } while (status == ETIMEDOUT && !is_over(until));
  return status;
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
  timed_semaphore wait = (timed_semaphore)dlsym(RTLD_NEXT, "sem_timedwait");
  int status;
  do {
    struct timespec slice = end_of_slice(until);
    status = wait(semaphore, &slice);
  } while (status == -1 && errno == ETIMEDOUT && !is_over(until));
  return status;
}
