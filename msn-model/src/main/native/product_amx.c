/* Matrix products by AMX, whose tiles multiply bfloat16 and add up float32: 16 x 16 sums of 32 products in 16 cycles.
 *
 * A float32 is the sum of three bfloat16, x = x1 + x2 + x3, each the rest of the one before; only parts below 1e-38 are
 * lost. Of the nine products of two such sums the six largest are added up: x1 y3, x1 y2, x2 y2, x2 y1, x1 y1, x3 y1,
 * within each 32 of k. What is left out is about 2^-25 of x y, less than float32's own rounding: the sums err as those of
 * fused multiply-adds do (ArithmeticTest holds them against float64). An infinity gives infinity or NaN. Built as kernels.c is. */
#include "kernels.h"

#include <immintrin.h>
#include <string.h>

enum { ROWS = 32, COLUMNS = 32, GROUP = 1, UNIT = 32, DEPTH = 1024, BLOCK = 1280 * 1024, COPIES = 1, TILE = 1024, PARTS = 3 };

/* A result in bfloat16 is rounded once: its sums are not cut. */
INLINE size_t cuts(const Product *p) { return p->c16 ? 1 : up(p->k, p->bf16 ? PARTS * DEPTH : DEPTH); }

/* For each 32 of k and each part two tiles; a cache line between panels. */
INLINE size_t panel_bytes(const Product *p) { return up(p->depth, UNIT) * (p->bf16 ? 1 : PARTS) * 2 * TILE + 64; }

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

/* `some` of 32 values that follow each other, as pairs: of float32, which are split, each with the 16th after it, of
 * bfloat16 with its neighbour. */
INLINE void load_along(const void *from, const bool bf16, const size_t parts, size_t some, __m512i to[PARTS]) {
  const __mmask32 mask = some < 32 ? (1u << some) - 1 : ~0u;
  if (bf16) {
    to[0] = _mm512_maskz_loadu_epi16(mask, from);
    return;
  }
  const __m512 a = _mm512_maskz_loadu_ps((__mmask16)mask, from), b = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), (const float *)from + 16);
  if (parts == 1)
    to[0] = (__m512i)_mm512_cvtne2ps_pbh(b, a);
  else
    split(a, b, to);
}

/* `some` of 16 pairs of two rows, each of which may be missing. */
INLINE void load_pairs(const char *first, const char *second, const bool bf16, const size_t parts, __mmask16 one, __mmask16 two, __m512i to[PARTS]) {
  static const uint16_t ORDER[32] __attribute__((aligned(64))) = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
                                                                   8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  __m512i both;
  if (bf16) {
    both = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_maskz_loadu_epi16(one, first)), _mm256_maskz_loadu_epi16(two, second), 1);
  } else {
    const __m512 a = _mm512_maskz_loadu_ps(one, first), b = _mm512_maskz_loadu_ps(two, second);
    if (parts > 1) {
      split(a, b, to);
      return;
    }
    both = (__m512i)_mm512_cvtne2ps_pbh(b, a);
  }
  to[0] = _mm512_permutexvar_epi16(_mm512_load_si512(ORDER), both);
}

/* to[64 * j] = column j of 16 rows of 16 pairs. */
INLINE void transpose(const char *rows, char *to) {
#pragma GCC unroll 4
  for (int g = 0; g < 4; g++) {
    __m512i a[4], b[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) { /* rows i, i + 4, i + 8, i + 12, of each four columns */
      const char *x = rows + 64 * i + 16 * g;
      a[i] = _mm512_castsi128_si512(_mm_load_si128((const __m128i *)x));
      a[i] = _mm512_inserti32x4(a[i], _mm_load_si128((const __m128i *)(x + 256)), 1);
      a[i] = _mm512_inserti32x4(a[i], _mm_load_si128((const __m128i *)(x + 512)), 2);
      a[i] = _mm512_inserti32x4(a[i], _mm_load_si128((const __m128i *)(x + 768)), 3);
    }
    b[0] = _mm512_unpacklo_epi32(a[0], a[1]);
    b[1] = _mm512_unpackhi_epi32(a[0], a[1]);
    b[2] = _mm512_unpacklo_epi32(a[2], a[3]);
    b[3] = _mm512_unpackhi_epi32(a[2], a[3]);
    _mm512_store_si512(to + 256 * g, _mm512_unpacklo_epi64(b[0], b[2]));
    _mm512_store_si512(to + 256 * g + 64, _mm512_unpackhi_epi64(b[0], b[2]));
    _mm512_store_si512(to + 256 * g + 128, _mm512_unpacklo_epi64(b[1], b[3]));
    _mm512_store_si512(to + 256 * g + 192, _mm512_unpackhi_epi64(b[1], b[3]));
  }
}

/* 32 lines of a side, over some k, to be copied into tiles. */
typedef struct {
  const char *from; /* the first value */
  size_t ld;        /* from one row in memory to the next, bytes */
  size_t lines, depth;
  char *to, *stage; /* stage: 16 rows of each part that are to be turned */
} Copy;

/* Lines lie along in memory, k after k, or k is the number of the row. Tiles of the left side have a line in each row,
 * those of the right side in each column: one of the two is to be turned. */
INLINE void copy_tiles(const Copy *q, const bool along, const bool turned, const bool bf16, const size_t parts) {
  const size_t size = bf16 ? 2 : 4;
  for (size_t chunk = 0; chunk < q->depth; chunk += 32)
    for (size_t half = 0; half < 2; half++) {
      char *tiles = q->to + (chunk / 32 * parts * 2 + half) * TILE;
      const size_t lines = q->lines > half * 16 ? least(16, q->lines - half * 16) : 0;
      for (size_t i = 0; i < 16; i++) {
        __m512i one[PARTS];
        if (along) {
          const char *x = q->from + (half * 16 + i) * q->ld + chunk * size;
          __builtin_prefetch(x + 32 * size);
          if (!bf16) __builtin_prefetch(x + 48 * size);
          load_along(x, bf16, parts, i < lines ? least(32, q->depth - chunk) : 0, one);
        } else {
          const size_t row = chunk + (parts > 1 ? i : 2 * i), next = parts > 1 ? 16 : 1;
          const __mmask16 mask = (__mmask16)((1u << lines) - 1);
          const char *x = q->from + row * q->ld + half * 16 * size;
          __builtin_prefetch(x + 32 * q->ld);
          __builtin_prefetch(x + (32 + next) * q->ld);
          load_pairs(x, x + next * q->ld, bf16, parts, row < q->depth ? mask : 0, row + next < q->depth ? mask : 0, one);
        }
        for (size_t j = 0; j < parts; j++) _mm512_store_si512(turned ? q->stage + j * TILE + i * 64 : tiles + j * 2 * TILE + i * 64, one[j]);
      }
      if (turned)
        for (size_t j = 0; j < parts; j++) transpose(q->stage + j * TILE, tiles + j * 2 * TILE);
    }
}

INLINE void copy_typed(const Copy *q, bool along, bool turned, const bool bf16, const size_t parts) {
  if (along)
    turned ? copy_tiles(q, true, true, bf16, parts) : copy_tiles(q, true, false, bf16, parts);
  else
    turned ? copy_tiles(q, false, true, bf16, parts) : copy_tiles(q, false, false, bf16, parts);
}

/* Lines from `line` on, k to k + depth. */
static void copy_side(const Product *p, bool right, size_t line, size_t k, size_t depth, char *to, char *stage) {
  const bool along = right ? p->b_across : !p->a_across, bf16 = right ? p->b16 : p->a16;
  const size_t ld = along ? p->k : right ? p->n : p->m, size = bf16 ? 2 : 4;
  const Copy q = {(const char *)(right ? p->b : p->a) + (along ? line * ld + k : k * ld + line) * size, ld * size,
                  least(32, (right ? p->n : p->m) - line), depth, to, stage};
  if (!p->bf16)
    copy_typed(&q, along, along == right, false, PARTS);
  else if (bf16)
    copy_typed(&q, along, along == right, true, 1);
  else
    copy_typed(&q, along, along == right, false, 1);
}

static void pack_right(const Product *p, size_t n, size_t panels, size_t k, size_t depth, char *to, char *copy) {
  for (size_t i = 0; i < panels; i++) copy_side(p, true, n + i * COLUMNS, k, depth, to + i * panel_bytes(p), copy);
}

/* ---- tiles ---- */

#define LOAD(tile, from) (_tile_loadd(tile, (from), 64), _tile_loadd(tile + 1, (from) + TILE, 64))
#define MULTIPLY (_tile_dpbf16ps(0, 4, 6), _tile_dpbf16ps(1, 4, 7), _tile_dpbf16ps(2, 5, 6), _tile_dpbf16ps(3, 5, 7))

/* 32 x 32 sums over all chunks of 32; an order in which each pair differs from the one before by one side. */
INLINE void sums(size_t chunks, const char *a, const char *b, const size_t parts) {
  for (size_t i = 0; i < chunks; i++, a += parts * 2 * TILE, b += parts * 2 * TILE) {
    LOAD(4, a);
    if (parts == 1) {
      LOAD(6, b);
      MULTIPLY;
    } else {
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
}

INLINE void store_tiles(char *c, size_t ld) {
  _tile_stored(0, c, ld);
  _tile_stored(1, c + 64, ld);
  _tile_stored(2, c + 16 * ld, ld);
  _tile_stored(3, c + 16 * ld + 64, ld);
}

/* 32 x 32 values of C, of which some rows and columns are there. */
static void tile(const Product *p, const char *a, const char *b, size_t depth, size_t m, size_t n, bool first) {
  const size_t chunks = up(depth, UNIT), rows = least(ROWS, p->m - m), columns = least(COLUMNS, p->n - n), size = p->c16 ? 2 : 4;
  _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
  if (p->bf16)
    sums(chunks, a, b, 1);
  else
    sums(chunks, a, b, PARTS);
  const size_t ld = p->n * size;
  char *c = (char *)p->c + m * ld + n * size;
  if (!p->c16 && first && rows == ROWS && columns == COLUMNS) {
    store_tiles(c, ld);
    return;
  }
  float whole[ROWS * COLUMNS] __attribute__((aligned(64)));
  store_tiles((char *)whole, COLUMNS * sizeof *whole);
  const __mmask32 mask = columns < 32 ? (1u << columns) - 1 : ~0u;
  for (size_t i = 0; i < rows; i++, c += ld) {
    __m512 low = _mm512_load_ps(whole + i * COLUMNS), high = _mm512_load_ps(whole + i * COLUMNS + 16);
    if (p->c16) {
      _mm512_mask_storeu_epi16(c, mask, (__m512i)_mm512_cvtne2ps_pbh(high, low));
      continue;
    }
    if (!first) {
      low = _mm512_add_ps(low, _mm512_maskz_loadu_ps((__mmask16)mask, c));
      high = _mm512_add_ps(high, _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), c + 64));
    }
    _mm512_mask_storeu_ps(c, (__mmask16)mask, low);
    _mm512_mask_storeu_ps(c + 64, (__mmask16)(mask >> 16), high);
  }
}

/* 32 rows with some panels. */
static void group(const Product *p, size_t m, size_t bottom, size_t first, size_t panels, size_t k, size_t depth, const char *packed, char *copy) {
  (void)bottom;
  copy_side(p, false, m, k, depth, copy, copy + panel_bytes(p));
  for (size_t j = 0; j < panels; j++) tile(p, copy, packed + j * panel_bytes(p), depth, m, (first + j) * COLUMNS, k == 0);
}

/* Eight tiles of 16 rows of 64 bytes. */
INLINE void begin(void) {
  struct {
    uint8_t palette, start, none[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } shape __attribute__((aligned(64))) = {.palette = 1};
  for (int i = 0; i < 8; i++) shape.bytes[i] = 64, shape.rows[i] = 16;
  _tile_loadconfig(&shape);
}

INLINE void finish(void) { _tile_release(); }

#include "product_jobs.h"

__attribute__((visibility("hidden"))) const ProductKernels product_amx = {plan, work, true};
