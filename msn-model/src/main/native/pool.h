/* A few threads of the library's own, for as long as the process lives. */
#ifndef ENDOSSL_POOL_H
#define ENDOSSL_POOL_H
#include <stddef.h>

/* Runs work(args, 0) to work(args, tasks - 1) and returns when all have run. The calling thread works too; it
 * waits while the threads serve another caller. ENDOSSL_THREADS sets the number of threads. */
void pool_run(void (*work)(void *, size_t), void *args, size_t tasks);

/* The threads that work at a call, the calling one among them. */
size_t pool_threads(void);

/* Between two looks at what another thread changes. */
static inline void pool_relax(void) {
#ifdef __x86_64__
  __builtin_ia32_pause();
#else
  __asm__ volatile("yield");
#endif
}

#endif
