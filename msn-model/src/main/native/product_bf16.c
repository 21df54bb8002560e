/* Products of bfloat16 by AMX: float32 sums, rounded once. Rows of A that lie along in memory are multiplied where they
 * lie, those that lie across are turned beforehand; B is copied into panels of tiles; results are rounded and written beside the
 * next tile's multiplications. Built as kernels.c is. */
#include "amx_tiles.h"
#include "gelu_bf16.h"

enum { ROWS = SQUARE, COLUMNS = SQUARE, GROUP = 1, UNIT = 32, BLOCK = 1280 * 1024, COPIES = 0, PAGE = 4096, AHEAD = 8 };

/* Sums are not cut. */
INLINE size_t cuts(const Product *p) {
  (void)p;
  return 1;
}

/* For each 32 of k two tiles; a cache line between panels. */
INLINE size_t panel_bytes(const Product *p) { return up(p->depth, UNIT) * 2 * TILE + 64; }

/* 32 rows as tiles, and four pages of results with one more to begin at. */
INLINE size_t left_bytes(const Product *p) { return panel_bytes(p) + 5 * PAGE; }

/* ---- the right side ---- */

/* Rows of [k, n], two by two: as they follow each other in memory. */
INLINE void pack_rows(const Product *p, size_t n, size_t panels, char *to, const bool b16) {
  const size_t size = b16 ? 2 : 4, columns = least(panels * COLUMNS, p->n - n), ld = p->n * size, stride = panel_bytes(p);
  for (size_t k = 0; k < p->depth; k += 2) {
    const char *x = (const char *)p->b + (k * p->n + n) * size;
    char *line = to + k / UNIT * 2 * TILE + k % UNIT / 2 * 64;
    for (size_t j = 0; j < panels * COLUMNS; j += 16, x += 16 * size) {
      const __mmask16 mask = j + 16 <= columns ? 0xffff : j < columns ? (__mmask16)((1u << (columns - j)) - 1) : 0;
      const __mmask16 one = k < p->k ? mask : 0, two = k + 1 < p->k ? mask : 0;
      __builtin_prefetch(x + AHEAD * ld);
      __builtin_prefetch(x + (AHEAD + 1) * ld);
      const __m512i both =
          b16 ? _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_maskz_loadu_epi16(one, x)), _mm256_maskz_loadu_epi16(two, x + ld), 1)
              : (__m512i)_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps(two, x + ld), _mm512_maskz_loadu_ps(one, x));
      _mm512_store_si512(line + j / COLUMNS * stride + j % COLUMNS / 16 * TILE, interleave(both));
    }
  }
}

/* Rows of [n, k], which become columns. */
INLINE void pack_columns(const Product *p, size_t n, size_t panels, char *to, char *stage, const bool b16) {
  const size_t size = b16 ? 2 : 4, ld = p->k * size;
  for (size_t i = 0; i < panels * 2; i++) {
    const size_t first = n + i * 16, lines = p->n > first ? least(16, p->n - first) : 0;
    for (size_t k = 0; k < p->depth; k += UNIT) {
      const __mmask32 mask = p->k - k < UNIT ? (1u << (p->k - k)) - 1 : ~0u;
      for (size_t j = 0; j < 16; j++) {
        const char *x = (const char *)p->b + first * ld + j * ld + k * size;
        const __mmask32 some = j < lines ? mask : 0;
        __builtin_prefetch(x + 4 * UNIT * size);
        if (!b16) __builtin_prefetch(x + 4 * UNIT * size + 64);
        _mm512_store_si512(stage + j * 64, b16 ? _mm512_maskz_loadu_epi16(some, x)
                                               : (__m512i)_mm512_cvtne2ps_pbh(_mm512_maskz_loadu_ps((__mmask16)(some >> 16), x + 64),
                                                                              _mm512_maskz_loadu_ps((__mmask16)some, x)));
      }
      transpose(stage, to + i / 2 * panel_bytes(p) + (k / UNIT * 2 + i % 2) * TILE);
    }
  }
}

static void pack_right(const Product *p, size_t n, size_t panels, size_t k, size_t depth, char *to, char *copy) {
  (void)k, (void)depth;
  if (p->b_across)
    p->b16 ? pack_columns(p, n, panels, to, copy, true) : pack_columns(p, n, panels, to, copy, false);
  else
    p->b16 ? pack_rows(p, n, panels, to, true) : pack_rows(p, n, panels, to, false);
}

/* ---- the left side ---- */

static size_t left_tasks(Product *p) {
  p->left_bytes = p->a_across ? up(p->m, ROWS) * panel_bytes(p) : 0;
  return p->a_across ? up(p->k, UNIT) : 0;
}

/* 32 rows of [k, m], turned: all groups' tiles of one 32 of k. */
INLINE void turn(const Product *p, size_t chunk, const bool gelu) {
  char stage[TILE] __attribute__((aligned(64)));
  for (size_t m = 0; m < up(p->m, ROWS) * ROWS; m += 16) {
    const __mmask16 mask = m + 16 <= p->m ? 0xffff : m < p->m ? (__mmask16)((1u << (p->m - m)) - 1) : 0;
    for (size_t i = 0; i < 16; i++) {
      const size_t k = chunk * UNIT + 2 * i;
      const char *x = (const char *)p->a + (k * p->m + m) * 2;
      const __m256i one = _mm256_maskz_loadu_epi16(k < p->k ? mask : 0, x), two = _mm256_maskz_loadu_epi16(k + 1 < p->k ? mask : 0, x + 2 * p->m);
      __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(one), two, 1);
      if (gelu) {
        const __m512 bias = _mm512_maskz_loadu_ps(mask, p->bias + m);
        both = (__m512i)_mm512_cvtne2ps_pbh(k + 1 < p->k ? gelu16(widened(two) + bias) : _mm512_setzero_ps(),
                                            k < p->k ? gelu16(widened(one) + bias) : _mm512_setzero_ps());
      }
      _mm512_store_si512(stage + i * 64, interleave(both));
    }
    transpose(stage, p->left + m / ROWS * panel_bytes(p) + (chunk * 2 + m % ROWS / 16) * TILE);
  }
}

static void turn_left(void *product, size_t chunk) {
  const Product *p = product;
  if (p->bias)
    turn(p, chunk, true);
  else
    turn(p, chunk, false);
}

/* Where tiles of the left side lie. */
typedef struct {
  const char *from;
  size_t ld, second, step; /* bytes between rows, to the second tile, from one 32 of k to the next */
} Left;

static Left left_side(const Product *p, size_t m, char *copy) {
  if (p->a_across) return (Left){p->left + m / ROWS * panel_bytes(p), 64, TILE, 2 * TILE};
  const char *from = (const char *)p->a + m * p->k * 2;
  if (p->k % UNIT == 0 && m + ROWS <= p->m) return (Left){from, p->k * 2, 16 * p->k * 2, 64};
  for (size_t k = 0; k < p->depth; k += UNIT)
    for (size_t i = 0; i < ROWS; i++) {
      const __mmask32 mask = m + i >= p->m ? 0 : p->k - k < UNIT ? (1u << (p->k - k)) - 1 : ~0u;
      _mm512_store_si512(copy + (k / UNIT * 2 + i / 16) * TILE + i % 16 * 64, _mm512_maskz_loadu_epi16(mask, from + i * p->k * 2 + k * 2));
    }
  return (Left){copy, 64, TILE, 2 * TILE};
}

/* ---- tiles ---- */

INLINE void load_tiles(const Left *l, const char *a, const char *b) {
  _tile_loadd(4, a, l->ld);
  _tile_loadd(6, b, 64);
  _tile_loadd(7, b + TILE, 64);
  _tile_loadd(5, a + l->second, l->ld);
}

/* 32 x 32 results that wait to be written: tiles at the same place of four pages, so that few loads look like loads of what
 * is still to be stored, which the processor sees by the last 12 bits of addresses. */
typedef struct {
  const char *from;
  char *to;
  size_t ld, row, rows, columns;
  bool aligned;
  float *squares; /* of C in float32: the sum of the squares, or NULL */
  const float *bias; /* of the first column */
  uint16_t *u;       /* of the next row */
  float *columns_to;
  __m512 low, high; /* sums up to this row: of the columns; low: of the squares */
} Result;

/* 32 sums to values in bfloat16. */
INLINE __m512i last_step(Result *r, __m512 low, __m512 high, __mmask32 mask, const int last) {
  __m512i x = (__m512i)_mm512_cvtne2ps_pbh(high, low);
  if (last == PLAIN) return x;
  const __m512 first_bias = _mm512_maskz_loadu_ps((__mmask16)mask, r->bias);
  const __m512 next_bias = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), r->bias + 16);
  if (last == GELU_OF) {
    if (r->u) _mm512_mask_storeu_epi16(r->u, mask, x);
    low = gelu16(widened(_mm512_castsi512_si256(x)) + first_bias), high = gelu16(widened(_mm512_extracti64x4_epi64(x, 1)) + next_bias);
  } else {
    const __m512i u = _mm512_maskz_loadu_epi16(mask, r->u);
    low = widened(_mm512_castsi512_si256(x)) * gelu16_slope(widened(_mm512_castsi512_si256(u)) + first_bias);
    high = widened(_mm512_extracti64x4_epi64(x, 1)) * gelu16_slope(widened(_mm512_extracti64x4_epi64(u, 1)) + next_bias);
    r->low += low, r->high += high;
  }
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/* Some rows of it. */
INLINE void write_rows(Result *r, size_t some, const bool c16, const int last) {
  const __mmask32 mask = r->columns < 32 ? (1u << r->columns) - 1 : ~0u;
  for (; some && r->row < r->rows; some--, r->row++, r->to += r->ld) {
    const char *from = r->from + r->row / 16 * 2 * PAGE + r->row % 16 * 64;
    const __m512 low = _mm512_load_ps(from), high = _mm512_load_ps(from + PAGE);
    if (c16) {
      const __m512i x = last_step(r, low, high, mask, last);
      if (r->columns == COLUMNS)
        _mm512_storeu_si512(r->to, x);
      else
        _mm512_mask_storeu_epi16(r->to, mask, x);
      if (last != PLAIN && r->u) r->u += r->ld / 2;
      continue;
    }
    r->low = _mm512_mask3_fmadd_ps(high, high, _mm512_mask3_fmadd_ps(low, low, r->low, (__mmask16)mask), (__mmask16)(mask >> 16));
    if (r->aligned) { /* a gradient of a kernel: nobody reads it soon */
      _mm512_stream_ps((float *)r->to, low);
      _mm512_stream_ps((float *)(r->to + 64), high);
    } else {
      _mm512_mask_storeu_ps(r->to, (__mmask16)mask, low);
      _mm512_mask_storeu_ps(r->to + 64, (__mmask16)(mask >> 16), high);
    }
  }
}

/* What is left of it. */
INLINE void write_rest(Result *r, const bool c16, const int last) {
  write_rows(r, ROWS, c16, last);
  if (!c16 && r->squares) *r->squares = _mm512_reduce_add_ps(r->low);
  if (last == SLOPE_OF && r->rows) {
    const __mmask32 mask = r->columns < 32 ? (1u << r->columns) - 1 : ~0u;
    _mm512_mask_storeu_ps(r->columns_to, (__mmask16)mask, r->low);
    _mm512_mask_storeu_ps(r->columns_to + 16, (__mmask16)(mask >> 16), r->high);
  }
}

/* 32 rows with some panels. */
INLINE void tiles(const Product *p, size_t m, size_t first, size_t panels, const char *packed, char *copy, const bool c16, const int last) {
  const size_t chunks = up(p->k, UNIT), share = up(ROWS, chunks), size = c16 ? 2 : 4, ld = p->n * size;
  const Left l = left_side(p, m, copy);
  const char *next = p->a_across ? l.from + panel_bytes(p) : (const char *)p->a + (m + ROWS) * p->k * 2; /* rows, fetched ahead */
  const size_t lines = m + 2 * ROWS <= p->m ? up(ROWS, panels) : 0;
  char *buffers = copy + (panel_bytes(p) + PAGE - 1) / PAGE * PAGE;
  Result before = {.rows = 0};
  load_tiles(&l, l.from, packed);
  for (size_t j = 0; j < panels; j++) {
    const size_t n = (first + j) * COLUMNS, at = m * p->n + n, rows = least(ROWS, p->m - m);
    const char *a = l.from, *b = packed + j * panel_bytes(p);
    size_t row = 0;
    _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
    for (size_t i = 1;; i++) {
      MULTIPLY;
      for (size_t x = 0; x < lines; x++, next += 64) _mm_prefetch(next, _MM_HINT_T1);
      if (last == SLOPE_OF)
        for (size_t x = 0; x < share && row < rows; x++, row++) __builtin_prefetch(p->u + at + row * p->n);
      if (i == chunks) break;
      load_tiles(&l, a += l.step, b += 2 * TILE);
      write_rows(&before, share, c16, last);
    }
    if (j + 1 < panels) load_tiles(&l, l.from, packed + (j + 1) * panel_bytes(p)); /* before stores that loads might wait for */
    write_rest(&before, c16, last);
    char *buffer = buffers + j % 2 * TILE, *to = (char *)p->c + at * size;
    _tile_stored(0, buffer, 64);
    _tile_stored(1, buffer + PAGE, 64);
    _tile_stored(2, buffer + 2 * PAGE, 64);
    _tile_stored(3, buffer + 3 * PAGE, 64);
    before = (Result){.from = buffer, .to = to, .ld = ld, .rows = rows, .columns = least(COLUMNS, p->n - n)};
    before.aligned = before.columns == COLUMNS && ld % 64 == 0 && (uintptr_t)to % 64 == 0;
    if (!c16 && p->squares) before.squares = p->squares + m / ROWS * up(p->n, COLUMNS) + first + j;
    if (last != PLAIN) before.bias = p->bias + n, before.u = p->u ? p->u + at : NULL;
    if (last == SLOPE_OF) before.columns_to = p->sums + m / ROWS * p->n + n;
  }
  write_rest(&before, c16, last);
  if (!c16) _mm_sfence(); /* behind what was streamed */
}

static void group(const Product *p, size_t m, size_t bottom, size_t first, size_t panels, size_t k, size_t depth, const char *packed, char *copy) {
  (void)bottom, (void)k, (void)depth;
  if (!p->c16)
    tiles(p, m, first, panels, packed, copy, false, PLAIN);
  else if (p->last == GELU_OF)
    tiles(p, m, first, panels, packed, copy, true, GELU_OF);
  else if (p->last == SLOPE_OF)
    tiles(p, m, first, panels, packed, copy, true, SLOPE_OF);
  else
    tiles(p, m, first, panels, packed, copy, true, PLAIN);
}

#include "product_jobs.h"

__attribute__((visibility("hidden"))) const ProductKernels product_bf16 = {plan, work, left_tasks, turn_left};
