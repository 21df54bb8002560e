#define _GNU_SOURCE
#include "pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

enum { MOST_THREADS = 64, SPINS = 4000 }; /* before a thread sleeps: about 0.1 ms, an op follows the other closely */

static struct {
  pthread_mutex_t call, state;
  pthread_cond_t go, done;
  int workers;
  atomic_int idle;
  _Atomic uint64_t generation;
  void (*work)(void *, size_t);
  void *args;
  size_t tasks;
  atomic_size_t next;
} pool = {.call = PTHREAD_MUTEX_INITIALIZER,
          .state = PTHREAD_MUTEX_INITIALIZER,
          .go = PTHREAD_COND_INITIALIZER,
          .done = PTHREAD_COND_INITIALIZER,
          .workers = -1};

static void drain(void) {
  for (size_t i; (i = atomic_fetch_add(&pool.next, 1)) < pool.tasks;) pool.work(pool.args, i);
}

static void *worker(void *unused) {
  uint64_t seen = 0;
  for (;;) {
    for (int i = 0; i < SPINS && atomic_load(&pool.generation) == seen; i++) pool_relax();
    pthread_mutex_lock(&pool.state);
    while (atomic_load(&pool.generation) == seen) pthread_cond_wait(&pool.go, &pool.state);
    seen = atomic_load(&pool.generation);
    pthread_mutex_unlock(&pool.state);
    drain();
    pthread_mutex_lock(&pool.state);
    if (atomic_fetch_add(&pool.idle, 1) + 1 == pool.workers) pthread_cond_signal(&pool.done);
    pthread_mutex_unlock(&pool.state);
  }
  return unused;
}

static int wanted_threads(void) {
  const char *set = getenv("ENDOSSL_THREADS");
  cpu_set_t cpus;
  int n = set && atoi(set) > 0 ? atoi(set) : sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
  return n > MOST_THREADS ? MOST_THREADS : n;
}

size_t pool_threads(void) {
  static atomic_int threads;
  int n = atomic_load(&threads);
  if (!n) atomic_store(&threads, n = wanted_threads());
  return (size_t)n;
}

void pool_run(void (*work)(void *, size_t), void *args, size_t tasks) {
  if (tasks < 2) {
    if (tasks) work(args, 0);
    return;
  }
  pthread_mutex_lock(&pool.call); /* one after the other, each with all cores: more than a call each at once */
  pthread_mutex_lock(&pool.state);
  if (pool.workers < 0) {
    pthread_t thread;
    int want = (int)pool_threads() - 1; /* the calling thread works too */
    for (pool.workers = 0; pool.workers < want; pool.workers++) {
      if (pthread_create(&thread, NULL, worker, NULL)) break;
      pthread_detach(thread);
    }
  }
  pool.work = work;
  pool.args = args;
  pool.tasks = tasks;
  atomic_store(&pool.idle, 0);
  atomic_store(&pool.next, 0);
  atomic_fetch_add(&pool.generation, 1);
  pthread_cond_broadcast(&pool.go);
  pthread_mutex_unlock(&pool.state);
  drain();
  for (int i = 0; i < SPINS && atomic_load(&pool.idle) < pool.workers; i++) pool_relax();
  pthread_mutex_lock(&pool.state);
  while (atomic_load(&pool.idle) < pool.workers) pthread_cond_wait(&pool.done, &pool.state);
  pthread_mutex_unlock(&pool.state);
  pthread_mutex_unlock(&pool.call);
}
