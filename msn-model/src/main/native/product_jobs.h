/* How threads share out a product. A job makes some rows and columns of C: a thread copies its columns of B into panels,
 * then goes over its rows of A in groups of tiles. A thread that finds no job left helps with the rows of those that
 * others have begun. Every sum runs over k in the order of memory, whoever makes it. A kernel defines, before it includes
 * this, the sizes ROWS, COLUMNS, GROUP, UNIT (k is cut at multiples of it), BLOCK (bytes of panels) and COPIES (whether any left
 * side is copied), and the functions cuts, panel_bytes, left_bytes, begin, pack_right, group and finish. */
#ifndef ENDOSSL_PRODUCT_JOBS_H
#define ENDOSSL_PRODUCT_JOBS_H
#include "pool.h"

#include <sched.h>

/* Jobs that share out rows and columns where the least is copied. */
static void plan(Product *p, size_t threads) {
  const size_t tiles = up(p->m, ROWS), panels = up(p->n, COLUMNS);
  p->depth = p->k ? up(up(p->k, cuts(p)), UNIT) * UNIT : 0;
  size_t most = BLOCK / panel_bytes(p), columns = 1;
  if (!most) most = 1;
  double least_cost = 0;
  p->row_parts = 1;
  for (size_t rows = 1; rows <= threads && rows <= tiles; rows++) {
    const size_t width = up(panels, up(threads, rows)), passes = up(width, most);
    const double height = (double)up(tiles, rows) * ROWS, wide = (double)width * COLUMNS;
    const double cost = height * wide / 8 + height * (double)passes * (p->a_across || COPIES ? 4 : 1) + wide * 4;
    if (rows > 1 && cost >= least_cost) continue;
    least_cost = cost;
    p->row_parts = rows;
    columns = up(panels, up(width, passes));
  }
  p->tiles = up(up(tiles, p->row_parts), GROUP) * GROUP;
  p->row_parts = up(tiles, p->tiles);
  p->panels = up(panels, columns);
  p->jobs = p->m && p->n ? p->row_parts * up(panels, p->panels) : 0;
  p->bytes = p->panels * panel_bytes(p) + left_bytes(p);
}

/* What a job makes. */
typedef struct {
  size_t first, panels, top, bottom; /* of the right side's panels and the left side's rows */
} Share;

static Share share(const Product *p, size_t number) {
  const size_t first = number / p->row_parts * p->panels, top = number % p->row_parts * p->tiles * ROWS;
  return (Share){first, least(p->panels, up(p->n, COLUMNS) - first), top, least(p->m, top + p->tiles * ROWS)};
}

/* Does groups of a job until none is left. */
static void groups(const Product *p, size_t number, size_t k, const char *packed, char *copy) {
  ProductJob *job = &p->job[number];
  const Share s = share(p, number);
  for (;;) {
    const size_t m = s.top + atomic_fetch_add(&job->next, 1) * GROUP * ROWS;
    if (m >= s.bottom) return;
    group(p, m, least(s.bottom, m + GROUP * ROWS), s.first, s.panels, k, least(p->depth, p->k - k), packed, copy);
    atomic_fetch_add(&job->done, 1);
  }
}

static void work(Product *p, char *scratch) {
  char *copy = scratch + p->panels * panel_bytes(p);
  size_t number;
  begin();
  while ((number = atomic_fetch_add(&p->next, 1)) < p->jobs) {
    ProductJob *job = &p->job[number];
    const Share s = share(p, number);
    for (size_t k = 0; k < p->k; k += p->depth) {
      pack_right(p, s.first * COLUMNS, s.panels, k, least(p->depth, p->k - k), scratch, copy);
      const bool shared = p->depth >= p->k; /* else the panels change, and nobody helps */
      atomic_store(&job->next, 0);
      if (shared) atomic_store(&job->packed, scratch);
      groups(p, number, k, scratch, copy);
    }
    if (p->depth >= p->k)
      for (size_t i = 0; atomic_load(&job->done) < up(s.bottom - s.top, GROUP * ROWS); i++) /* before the panels are overwritten */
        i < 2000 ? pool_relax() : (void)sched_yield();
  }
  for (number = 0; number < p->jobs; number++) {
    const char *packed = atomic_load(&p->job[number].packed);
    if (packed) groups(p, number, 0, packed, copy);
  }
  finish();
}

#endif
