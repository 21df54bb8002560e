/* Matrix products, C = A B with either side transposed, by fused multiply-adds: panels of COLUMNS of B stay in a core's second
 * cache, a tile of ROWS x COLUMNS sums in registers. Built as kernels.c is. */
#include "values.h"

#include <string.h>
#ifdef __AVX512F__
#include <immintrin.h>
#endif

enum { VECTORS = 2, COLUMNS = VECTORS * VW, ROWS = PRODUCT_ROWS, GROUP = 4, CHUNK = 16, UNIT = 1, DEPTH = 2048, BLOCK = 1280 * 1024, COPIES = 0 };

INLINE size_t cuts(const Product *p) { return up(p->k, DEPTH); }

/* Floats; panels have a cache line between them, so that they do not all begin in the same set. */
INLINE size_t panel_size(const Product *p) { return p->depth * COLUMNS + 16; }

INLINE size_t panel_bytes(const Product *p) { return panel_size(p) * sizeof(float); }

INLINE size_t left_bytes(const Product *p) { return (GROUP * p->depth * ROWS + 64) * sizeof(float); }

/* ---- copies ---- */

#ifdef __AVX512F__
/* to[j * step + i] = from[i * ld + j] for i < rows, j < columns, both at most 16; where i >= rows it is 0, and up to 16
 * values are written for each j, in the order of j. */
INLINE void transpose16(const float *from, size_t ld, size_t rows, size_t columns, float *to, size_t step) {
  __m512 a[16], b[16];
  const __mmask16 mask = (__mmask16)((1u << columns) - 1);
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; i++) a[i] = i < rows ? _mm512_maskz_loadu_ps(mask, from + i * ld) : _mm512_setzero_ps();
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    a[i] = _mm512_shuffle_ps(b[i], b[i + 2], 0x44);
    a[i + 1] = _mm512_shuffle_ps(b[i], b[i + 2], 0xee);
    a[i + 2] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0x44);
    a[i + 3] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0xee);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    b[i] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0x88);
    b[i + 4] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0xdd);
    b[i + 8] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0x88);
    b[i + 12] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0xdd);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    a[i] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0x88);
    a[i + 8] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0xdd);
    a[i + 4] = _mm512_shuffle_f32x4(b[i + 4], b[i + 12], 0x88);
    a[i + 12] = _mm512_shuffle_f32x4(b[i + 4], b[i + 12], 0xdd);
  }
  if (columns == 16) {
#pragma GCC unroll 16
    for (size_t j = 0; j < 16; j++) _mm512_storeu_ps(to + j * step, a[j]);
  } else {
    for (size_t j = 0; j < columns; j++) _mm512_storeu_ps(to + j * step, a[j]);
  }
}
#endif

/* to[j * width + i] = from[i * ld + j], i < rows, 0 for the others up to width; scratch behind `to`: 16 floats. */
static void copy_across(const float *from, size_t ld, size_t rows, size_t columns, float *to, size_t width) {
#ifdef __AVX512F__
  for (size_t j = 0; j < columns; j += 16) {
    const size_t some = least(16, columns - j);
    if (width <= 16)
      rows == ROWS ? transpose16(from + j, ld, ROWS, some, to + j * width, width)
                   : transpose16(from + j, ld, rows, some, to + j * width, width);
    else
      for (size_t i = 0; i < width; i += 16)
        rows >= i + 16 ? transpose16(from + i * ld + j, ld, 16, some, to + j * width + i, width)
                       : transpose16(from + i * ld + j, ld, rows < i ? 0 : rows - i, some, to + j * width + i, width);
  }
#else
  for (size_t j = 0; j < columns; j++)
    for (size_t i = 0; i < width; i++) to[j * width + i] = i < rows ? from[i * ld + j] : 0;
#endif
}

/* to[k * width + j] = from[k * ld + j], j < columns, 0 for the others up to width. */
INLINE void copy_along(const float *from, size_t ld, size_t columns, size_t k, float *to, const size_t width) {
  if (columns == width) {
    for (size_t i = 0; i < k; i++) memcpy(to + i * width, from + i * ld, width * sizeof *to);
  } else {
    for (size_t i = 0; i < k; i++)
      for (size_t j = 0; j < width; j++) to[i * width + j] = j < columns ? from[i * ld + j] : 0;
  }
}

/* ---- a tile ---- */

/* The left side's next tile, fetched line by line while this one is worked on. */
typedef struct {
  const float *line;
  size_t lines; /* for every CHUNK of k */
} Next;

/* Sums over k of a(i, k) b(k, j) for a whole tile. The left side is packed, [depth, ROWS], or rows ld apart. */
INLINE void tile(size_t depth, const float *a, const size_t a_ld, const bool packed, const float *b, float *c, size_t ld, Next *next) {
  Vector s[ROWS][VECTORS];
#pragma GCC unroll 16
  for (size_t i = 0; i < ROWS; i++) {
    __builtin_prefetch(c + i * ld, 1);
    __builtin_prefetch(c + i * ld + VW, 1);
#pragma GCC unroll 2
    for (size_t j = 0; j < VECTORS; j++) s[i][j] = (Vector){0};
  }
#ifdef __AVX512F__
  const float *a5 = a + 5 * a_ld, *a10 = a + 10 * a_ld;
  const size_t bytes = a_ld * sizeof *a, bytes3 = 3 * bytes;
#endif
  for (size_t chunk = 0; chunk < depth; chunk += CHUNK) {
    const size_t end = least(CHUNK, depth - chunk);
    for (size_t i = 0; i < next->lines; i++, next->line += 16) __builtin_prefetch(next->line, 0, 2);
    for (size_t k = 0; k < end; k++, b += COLUMNS) {
      Vector v[VECTORS];
#pragma GCC unroll 2
      for (size_t j = 0; j < VECTORS; j++) {
        v[j] = *(const Vector *)(b + j * VW);
        __builtin_prefetch(b + j * VW + 12 * COLUMNS);
      }
#pragma GCC unroll 16
      for (size_t i = 0; i < ROWS; i++) {
#ifdef __AVX512F__
        Vector x;
        if (packed) {
          x = (Vector)_mm512_set1_ps(a[i]);
        } else {
          const float *base = i < 5 ? a : i < 10 ? a5 : a10;
          switch (i % 5) {
            case 0: __asm__("vbroadcastss (%1), %0" : "=v"(x) : "r"(base)); break;
            case 1: __asm__("vbroadcastss (%1,%2), %0" : "=v"(x) : "r"(base), "r"(bytes)); break;
            case 2: __asm__("vbroadcastss (%1,%2,2), %0" : "=v"(x) : "r"(base), "r"(bytes)); break;
            case 3: __asm__("vbroadcastss (%1,%2), %0" : "=v"(x) : "r"(base), "r"(bytes3)); break;
            default: __asm__("vbroadcastss (%1,%2,4), %0" : "=v"(x) : "r"(base), "r"(bytes)); break;
          }
        }
#else
        const float x = packed ? a[i] : a[i * a_ld];
#endif
#pragma GCC unroll 2
        for (size_t j = 0; j < VECTORS; j++) s[i][j] += x * v[j];
      }
      a += packed ? ROWS : 1;
#ifdef __AVX512F__
      a5++, a10++;
#endif
    }
  }
#pragma GCC unroll 16
  for (size_t i = 0; i < ROWS; i++)
#pragma GCC unroll 2
    for (size_t j = 0; j < VECTORS; j++) {
      Vector *to = (Vector *)(c + i * ld + j * VW);
      *to = s[i][j];
    }
}

/* At the edges the tile is made beside C. */
static void edge(size_t depth, const float *a, size_t a_ld, bool packed, const float *b, float *c, size_t ld, size_t rows, size_t columns, Next *next, bool first) {
  float whole[ROWS * COLUMNS];
  if (packed)
    tile(depth, a, ROWS, true, b, whole, COLUMNS, next);
  else
    tile(depth, a, a_ld, false, b, whole, COLUMNS, next);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) c[i * ld + j] = (first ? 0 : c[i * ld + j]) + whole[i * COLUMNS + j];
}

/* Panels of the right side from column n on, k rows of it. */
static void pack_right(const Product *p, size_t n, size_t panels, size_t k, size_t depth, char *panel, char *copy) {
  float *to = (float *)panel;
  (void)copy;
  if (p->b_across) {
    for (size_t i = 0; i < panels; i++, n += COLUMNS)
      copy_across((const float *)p->b + n * p->k + k, p->k, least(COLUMNS, p->n - n), depth, to + i * panel_size(p), COLUMNS);
    return;
  }
  const size_t whole = least(panels, (p->n - n) / COLUMNS);
  for (size_t row = 0; row < depth; row++, to += COLUMNS) {
    const float *from = (const float *)p->b + (k + row) * p->n + n;
    for (size_t i = 0; i < whole; i++) {
      memcpy(to + i * panel_size(p), from + i * COLUMNS, COLUMNS * sizeof *from);
      __builtin_prefetch(from + i * COLUMNS + 8 * p->n, 0, 2);
      __builtin_prefetch(from + i * COLUMNS + 8 * p->n + VW, 0, 2);
    }
    if (whole < panels) copy_along(from + whole * COLUMNS, p->n, p->n - n - whole * COLUMNS, 1, to + whole * panel_size(p), COLUMNS);
  }
}

/* Up to GROUP tiles of a left side that lies across, from row m on. */
static void pack_left(const Product *p, size_t m, size_t rows, size_t k, size_t depth, float *to) {
  const size_t tiles = rows / ROWS;
  for (size_t row = 0; row < depth; row++) {
    const float *from = (const float *)p->a + (k + row) * p->m + m;
    for (size_t i = 0; i < tiles; i++) {
      memcpy(to + (i * depth + row) * ROWS, from + i * ROWS, ROWS * sizeof *from);
      __builtin_prefetch(from + i * ROWS + 8 * p->m, 0, 2);
    }
    if (rows % ROWS) copy_along(from + tiles * ROWS, p->m, rows % ROWS, 1, to + (tiles * depth + row) * ROWS, ROWS);
  }
}

/* A group of tiles with some panels. */
static void group(const Product *p, size_t m, size_t bottom, size_t first, size_t panels, size_t k, size_t depth, const char *packed, char *left) {
  float *copy = (float *)left;
  if (p->a_across) pack_left(p, m, bottom - m, k, depth, copy);
  for (size_t i = 0; m < bottom; m += ROWS, i++) {
    const size_t rows = least(ROWS, bottom - m);
    const bool direct = !p->a_across && rows == ROWS;
    const float *a = p->a_across ? copy + i * depth * ROWS : (const float *)p->a + m * p->k + k;
    Next next = {0};
    if (direct && p->m - m >= 2 * ROWS) next = (Next){a + ROWS * p->k, up(ROWS * depth / 16, panels * up(depth, CHUNK))};
    if (!direct && !p->a_across) {
      copy_across(a, p->k, rows, depth, copy, ROWS);
      a = copy;
    }
    for (size_t j = 0; j < panels; j++) {
      const size_t n = (first + j) * COLUMNS, columns = least(COLUMNS, p->n - n);
      const float *b = (const float *)packed + j * panel_size(p);
      float *c = (float *)p->c + m * p->n + n;
      if (rows < ROWS || columns < COLUMNS || k)
        edge(depth, a, p->k, !direct, b, c, p->n, rows, columns, &next, k == 0);
      else if (direct)
        tile(depth, a, p->k, false, b, c, p->n, &next);
      else
        tile(depth, a, ROWS, true, b, c, p->n, &next);
    }
  }
}

INLINE void begin(void) {}

INLINE void finish(void) {}

#include "product_jobs.h"

__attribute__((visibility("hidden"))) const ProductKernels JOIN(product_, VARIANT) = {plan, work, NULL, NULL};
