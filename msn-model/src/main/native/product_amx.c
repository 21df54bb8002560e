/* Matrix products by AMX, whose tiles multiply bfloat16 and add up float32: 16 x 16 sums of 32 products in 16 cycles.
 *
 * A float32 is the sum of three bfloat16, x = x1 + x2 + x3, each the rest of the one before; only parts below 1e-38 are
 * lost. Of the nine products of two such sums the six largest are added up: x1 y3, x1 y2, x2 y2, x2 y1, x1 y1, x3 y1,
 * within each 32 of k. What is left out is about 2^-25 of x y, less than float32's own rounding: the sums err as those of
 * fused multiply-adds do (ArithmeticTest holds them against float64). An infinity gives infinity or NaN. Built as kernels.c is. */
#include "amx_tiles.h"

enum { ROWS = 32, COLUMNS = 32, GROUP = 1, UNIT = 32, DEPTH = 1024, BLOCK = 1280 * 1024, COPIES = 1, PARTS = 3 };

INLINE size_t cuts(const Product *p) { return up(p->k, DEPTH); }

/* For each 32 of k and each part two tiles; a cache line between panels. */
INLINE size_t panel_bytes(const Product *p) { return up(p->depth, UNIT) * PARTS * 2 * TILE + 64; }

INLINE size_t left_bytes(const Product *p) { return panel_bytes(p) + PARTS * TILE; }

/* ---- copies ---- */

/* A tile's row of each part: pairs of a and b. */
INLINE void split(__m512 a, __m512 b, __m512i to[PARTS]) {
  const __m512i high = _mm512_set1_epi32((int)0xffff0000), half = _mm512_set1_epi32(0x8000);
  for (size_t i = 0; i < PARTS; i++) { /* the first part is rounded, so that the rest has either sign; what is left then has 16 bits */
    __m512i x = _mm512_castps_si512(a), y = _mm512_castps_si512(b);
    if (i == 0) x = _mm512_add_epi32(x, half), y = _mm512_add_epi32(y, half);
    if (i + 1 < PARTS) {
      x = _mm512_and_si512(x, high), y = _mm512_and_si512(y, high);
      a = _mm512_sub_ps(a, _mm512_castsi512_ps(x)), b = _mm512_sub_ps(b, _mm512_castsi512_ps(y));
    }
    to[i] = _mm512_ternarylogic_epi32(_mm512_srli_epi32(x, 16), y, high, 0xf8); /* x or (y and high) */
  }
}

/* `some` of 32 values that follow each other, each paired with the 16th after it. */
INLINE void load_along(const float *from, size_t some, __m512i to[PARTS]) {
  const __mmask32 mask = some < 32 ? (1u << some) - 1 : ~0u;
  split(_mm512_maskz_loadu_ps((__mmask16)mask, from), _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), from + 16), to);
}

/* 32 lines of a side, over some k, to be copied into tiles. */
typedef struct {
  const float *from; /* the first value */
  size_t ld;         /* from one row in memory to the next */
  size_t lines, depth;
  char *to, *stage; /* stage: 16 rows of each part that are to be turned */
} Copy;

/* Lines lie along in memory, k after k, or k is the number of the row. Tiles of the left side have a line in each row,
 * those of the right side in each column: one of the two is to be turned. */
INLINE void copy_tiles(const Copy *q, const bool along, const bool turned) {
  for (size_t chunk = 0; chunk < q->depth; chunk += 32)
    for (size_t half = 0; half < 2; half++) {
      char *tiles = q->to + (chunk / 32 * PARTS * 2 + half) * TILE;
      const size_t lines = q->lines > half * 16 ? least(16, q->lines - half * 16) : 0;
      for (size_t i = 0; i < 16; i++) {
        __m512i one[PARTS];
        if (along) {
          const float *x = q->from + (half * 16 + i) * q->ld + chunk;
          __builtin_prefetch(x + 32);
          __builtin_prefetch(x + 48);
          load_along(x, i < lines ? least(32, q->depth - chunk) : 0, one);
        } else {
          const size_t row = chunk + i;
          const __mmask16 mask = (__mmask16)((1u << lines) - 1);
          const float *x = q->from + row * q->ld + half * 16;
          __builtin_prefetch(x + 32 * q->ld);
          __builtin_prefetch(x + 48 * q->ld);
          split(_mm512_maskz_loadu_ps(row < q->depth ? mask : 0, x), _mm512_maskz_loadu_ps(row + 16 < q->depth ? mask : 0, x + 16 * q->ld), one);
        }
        for (size_t j = 0; j < PARTS; j++) _mm512_store_si512(turned ? q->stage + j * TILE + i * 64 : tiles + j * 2 * TILE + i * 64, one[j]);
      }
      if (turned)
        for (size_t j = 0; j < PARTS; j++) transpose(q->stage + j * TILE, tiles + j * 2 * TILE);
    }
}

/* Lines from `line` on, k to k + depth. */
static void copy_side(const Product *p, bool right, size_t line, size_t k, size_t depth, char *to, char *stage) {
  const bool along = right ? p->b_across : !p->a_across;
  const size_t ld = along ? p->k : right ? p->n : p->m;
  const Copy q = {(const float *)(right ? p->b : p->a) + (along ? line * ld + k : k * ld + line), ld, least(32, (right ? p->n : p->m) - line), depth, to, stage};
  if (along)
    right ? copy_tiles(&q, true, true) : copy_tiles(&q, true, false);
  else
    right ? copy_tiles(&q, false, false) : copy_tiles(&q, false, true);
}

static void pack_right(const Product *p, size_t n, size_t panels, size_t k, size_t depth, char *to, char *copy) {
  for (size_t i = 0; i < panels; i++) copy_side(p, true, n + i * COLUMNS, k, depth, to + i * panel_bytes(p), copy);
}

/* ---- tiles ---- */

#define LOAD(tile, from) (_tile_loadd(tile, (from), 64), _tile_loadd(tile + 1, (from) + TILE, 64))

/* 32 x 32 sums over all chunks of 32; an order in which each pair differs from the one before by one side. */
INLINE void sums(size_t chunks, const char *a, const char *b) {
  for (size_t i = 0; i < chunks; i++, a += PARTS * 2 * TILE, b += PARTS * 2 * TILE) {
    LOAD(4, a);
    LOAD(6, b + 4 * TILE);
    MULTIPLY; /* x1 y3 */
    LOAD(6, b + 2 * TILE);
    MULTIPLY; /* x1 y2 */
    LOAD(4, a + 2 * TILE);
    MULTIPLY; /* x2 y2 */
    LOAD(6, b);
    MULTIPLY; /* x2 y1 */
    LOAD(4, a);
    MULTIPLY; /* x1 y1 */
    LOAD(4, a + 4 * TILE);
    MULTIPLY; /* x3 y1 */
  }
}

INLINE void store_tiles(float *c, size_t ld) {
  _tile_stored(0, c, ld * 4);
  _tile_stored(1, c + 16, ld * 4);
  _tile_stored(2, c + 16 * ld, ld * 4);
  _tile_stored(3, c + 16 * ld + 16, ld * 4);
}

/* 32 x 32 values of C, of which some rows and columns are there. */
static void tile(const Product *p, const char *a, const char *b, size_t depth, size_t m, size_t n, bool first) {
  const size_t rows = least(ROWS, p->m - m), columns = least(COLUMNS, p->n - n);
  _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
  sums(up(depth, UNIT), a, b);
  float *c = (float *)p->c + m * p->n + n;
  if (first && rows == ROWS && columns == COLUMNS) {
    store_tiles(c, p->n);
    return;
  }
  float whole[ROWS * COLUMNS] __attribute__((aligned(64)));
  store_tiles(whole, COLUMNS);
  const __mmask32 mask = columns < 32 ? (1u << columns) - 1 : ~0u;
  for (size_t i = 0; i < rows; i++, c += p->n) {
    __m512 low = _mm512_load_ps(whole + i * COLUMNS), high = _mm512_load_ps(whole + i * COLUMNS + 16);
    if (!first) {
      low = _mm512_add_ps(low, _mm512_maskz_loadu_ps((__mmask16)mask, c));
      high = _mm512_add_ps(high, _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), c + 16));
    }
    _mm512_mask_storeu_ps(c, (__mmask16)mask, low);
    _mm512_mask_storeu_ps(c + 16, (__mmask16)(mask >> 16), high);
  }
}

/* 32 rows with some panels. */
static void group(const Product *p, size_t m, size_t bottom, size_t first, size_t panels, size_t k, size_t depth, const char *packed, char *copy) {
  (void)bottom;
  copy_side(p, false, m, k, depth, copy, copy + panel_bytes(p));
  for (size_t j = 0; j < panels; j++) tile(p, copy, packed + j * panel_bytes(p), depth, m, (first + j) * COLUMNS, k == 0);
}

#include "product_jobs.h"

__attribute__((visibility("hidden"))) const ProductKernels product_amx = {plan, work, NULL, NULL};
