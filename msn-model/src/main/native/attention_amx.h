/* What bfloat16 attention by AMX and its gradient share (attention_amx.c, attention_gradient_amx.c).
 *
 * A tile's left side has 32 values of k in each of 16 rows: rows of bfloat16 as they are. Its right side has pairs of k in each of
 * 16 columns: rows turned ("turned": k is along the row) or two rows in turn ("paired": k is the row's number; even
 * columns come before odd ones within each 32). */
#ifndef ENDOSSL_ATTENTION_AMX_H
#define ENDOSSL_ATTENTION_AMX_H
#include "amx_tiles.h"

#include <string.h>

enum { STRIP = 32, QUERIES = 256 }; /* rows of scores at a time; of the gradient's */

/* ---- memory ---- */

/* Rows that the next task will read, fetched bit by bit while this one is computed: whole rows in order, which the processor sees
 * coming better than pieces of rows. */
typedef struct {
  const char *at;
  size_t bytes, ld, rows, column;
} Rows;

typedef struct {
  Rows some[2];
} Ahead;

INLINE void fetch(Ahead *f, const int lines) {
  Rows *r = f->some[0].rows ? &f->some[0] : &f->some[1];
  if (!r->rows) return;
#pragma clang loop unroll(full)
  for (int i = 0; i < lines; i++) _mm_prefetch(r->at + r->column + 64 * i, _MM_HINT_T1);
  r->column += 64 * (size_t)lines;
  if (r->column < r->bytes) return;
  r->column = 0;
  r->at += r->ld;
  r->rows--;
}

/* ---- tiles ---- */

typedef struct {
  char *at;
  size_t ld; /* bytes from one row to the next */
} Matrix;

INLINE void block(const bool tall, const bool wide, bool add, size_t chunks, Matrix a, Matrix b, Matrix c) {
  if (add) {
    _tile_loadd(0, c.at, c.ld);
    if (wide) _tile_loadd(1, c.at + 64, c.ld);
    if (tall) _tile_loadd(2, c.at + 16 * c.ld, c.ld);
    if (tall && wide) _tile_loadd(3, c.at + 16 * c.ld + 64, c.ld);
  } else {
    _tile_zero(0);
    if (wide) _tile_zero(1);
    if (tall) _tile_zero(2);
    if (tall && wide) _tile_zero(3);
  }
  for (size_t i = 0; i < chunks; i++, a.at += 64, b.at += b.ld) {
    _tile_loadd(4, a.at, a.ld);
    if (tall) _tile_loadd(5, a.at + 16 * a.ld, a.ld);
    _tile_loadd(6, b.at, 64);
    if (wide) _tile_loadd(7, b.at + TILE, 64);
    _tile_dpbf16ps(0, 4, 6);
    if (wide) _tile_dpbf16ps(1, 4, 7);
    if (tall) _tile_dpbf16ps(2, 5, 6);
    if (tall && wide) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, c.at, c.ld);
  if (wide) _tile_stored(1, c.at + 64, c.ld);
  if (tall) _tile_stored(2, c.at + 16 * c.ld, c.ld);
  if (tall && wide) _tile_stored(3, c.at + 16 * c.ld + 64, c.ld);
}

/* C (+)= A B in tiles of 16 rows and 16 columns over chunks of 32 of k; b.ld: from one chunk's tiles to the next's. */
static void multiply(size_t rows, size_t columns, size_t chunks, bool add, Matrix a, Matrix b, Matrix c, Ahead *next) {
  for (size_t j = 0; j < columns; j += 2, b.at += 2 * TILE, c.at += 128)
    for (size_t i = 0; i < rows; i += 2) {
      const bool tall = i + 1 < rows, wide = j + 1 < columns;
      fetch(next, 6);
      const Matrix left = {a.at + i * 16 * a.ld, a.ld}, to = {c.at + i * 16 * c.ld, c.ld};
      if (tall && wide)
        block(true, true, add, chunks, left, b, to);
      else if (tall)
        block(true, false, add, chunks, left, b, to);
      else if (wide)
        block(false, true, add, chunks, left, b, to);
      else
        block(false, false, add, chunks, left, b, to);
    }
}

/* ---- bfloat16 ---- */

typedef struct {
  __m512 even, odd;
} Pair; /* of 32 columns */

INLINE Pair widen(__m512i x) {
  return (Pair){_mm512_castsi512_ps(_mm512_slli_epi32(x, 16)), _mm512_castsi512_ps(_mm512_and_si512(x, _mm512_set1_epi32((int)0xffff0000)))};
}

INLINE __m512i narrow(Pair x) {
  return interleave((__m512i)_mm512_cvtne2ps_pbh(x.odd, x.even));
}

INLINE __mmask32 first_of_32(size_t n) { return n < 32 ? (1u << n) - 1 : ~0u; }

/* 2^x within 3e-6 of it, 0 where it is below 1e-38; NaN stays NaN. */
INLINE __m512 power(__m512 x) {
  const __m512 f = _mm512_reduce_ps(x, 0x09); /* x - floor(x) */
  __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(0.01353417f), f, _mm512_set1_ps(0.05201146f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.24144276f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.69300383f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.00000259f));
  return _mm512_scalef_ps(p, x);
}

static const float LOG2_E = 1.44269504f;

/* ---- sides of a product ---- */

/* Some heads, of which `head` is the current one, of a sequence: n tokens in `tiles` of 16 and `chunks` of 32, a head's width in
 * `blocks` of 32. */
typedef struct {
  const Attention *a;
  size_t row, n, tiles, chunks, first, heads, head, width, blocks;
  float scale;
} Head;

static Head heads_of(const Attention *a, size_t task) {
  const size_t groups = up(a->heads, a->together), sequence = task / groups, first = task % groups * a->together;
  const size_t row = (size_t)a->first[sequence], n = (size_t)a->first[sequence + 1] - row;
  return (Head){a, row, n, up(n, 16), up(n, 32), first, least(a->together, a->heads - first), first, a->head_width, up(a->head_width, 32),
                (float)(1 / __builtin_sqrt((double)a->head_width))};
}

INLINE size_t row_bytes(const Head *h) { return h->blocks * 64; }

INLINE size_t side_bytes(const Head *h) { return h->chunks * 32 * row_bytes(h); }

INLINE char *take(char **memory, size_t bytes) {
  char *taken = *memory;
  *memory += up(bytes, 64) * 64;
  return taken;
}

INLINE Rows rows_of(const Head *h, const void *x, size_t pieces) {
  const size_t width = h->a->width * 2, bytes = h->heads == h->a->heads ? pieces * width : h->heads * h->width * 2;
  return (Rows){(const char *)x + h->row * pieces * width + h->first * h->width * 2, bytes, pieces * width, h->n, 0};
}

/* The bias of each 32 columns of heads, as a Pair. */
static const Pair *split_bias(const Head *h, char **memory) {
  Pair *pairs = (Pair *)take(memory, 3 * h->heads * h->blocks * sizeof *pairs), *to = pairs;
  const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  for (size_t which = 0; which < 3; which++)
    for (size_t i = 0; i < h->heads; i++)
      for (size_t k = 0; k < h->blocks; k++) {
        const __mmask32 mask = first_of_32(h->width - 32 * k);
        const float *bias = h->a->bias + which * h->a->width + (h->first + i) * h->width + 32 * k;
        const __m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, bias), high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), bias + 16);
        *to++ = (Pair){_mm512_permutex2var_ps(low, even, high), _mm512_permutex2var_ps(low, _mm512_add_epi32(even, _mm512_set1_epi32(1)), high)};
      }
  return pairs;
}

/* The rows of each head of x [rows, pieces, width], with bias where there is one, and of the first piece times the scale then:
 * [pieces, heads, chunks * 32, blocks * 32], zeros around as far as tiles of 16 rows go. Looks at lines of the result, which will be written. */
INLINE void copy_rows(const Head *h, const void *x, const size_t pieces, const Pair *bias, char *to, char *result, size_t result_pieces) {
  const size_t line = row_bytes(h), side = side_bytes(h);
  const __m512 scale = _mm512_set1_ps(h->scale);
  Rows written = rows_of(h, result, result_pieces);
  for (size_t i = 0; i < h->n; i++) {
    for (size_t j = 0; j < written.bytes; j += 64) __builtin_prefetch(written.at + i * written.ld + j, 1);
    for (size_t which = 0; which < pieces; which++)
      for (size_t head = 0; head < h->heads; head++)
        for (size_t k = 0; k < h->blocks; k++) {
          const uint16_t *from = (const uint16_t *)x + ((h->row + i) * pieces + which) * h->a->width + (h->first + head) * h->width + 32 * k;
          __m512i y = _mm512_maskz_loadu_epi16(first_of_32(h->width - 32 * k), from);
          if (bias) {
            const Pair *b = bias + (which * h->heads + head) * h->blocks + k;
            Pair p = widen(y);
            p.even = _mm512_add_ps(p.even, b->even);
            p.odd = _mm512_add_ps(p.odd, b->odd);
            if (which == 0) p = (Pair){_mm512_mul_ps(p.even, scale), _mm512_mul_ps(p.odd, scale)};
            y = narrow(p);
          }
          _mm512_store_si512(to + (which * h->heads + head) * side + i * line + 64 * k, y);
        }
  }
  for (size_t i = 0; i < pieces * h->heads; i++) memset(to + i * side + h->n * line, 0, (h->tiles * 16 - h->n) * line);
}

/* A right side [width, n] of rows: tiles of 16 tokens for each 32 of the width. */
static Matrix turned(const Head *h, const char *rows, char *to) {
  for (size_t k = 0; k < h->blocks; k++)
    for (size_t i = 0; i < h->tiles; i++)
      transpose_rows(rows + i * 16 * row_bytes(h) + 64 * k, row_bytes(h), to + (k * h->tiles + i) * TILE, 64);
  return (Matrix){to, h->tiles * TILE};
}

/* A right side [n, width] of rows. */
static Matrix paired(const Head *h, const char *rows, char *to) {
  for (size_t i = 0; i < h->chunks * 16; i++)
    for (size_t k = 0; k < h->blocks; k++) {
      const char *x = rows + 2 * i * row_bytes(h) + 64 * k;
      const __mmask16 there = i < h->tiles * 8 ? (__mmask16)~0u : 0;
      const __m512i one = _mm512_maskz_load_epi32(there, x), two = _mm512_maskz_load_epi32(there, x + row_bytes(h));
      char *y = to + (i / 16 * 2 * h->blocks + 2 * k) * TILE + i % 16 * 64;
      _mm512_store_si512(y, _mm512_mask_blend_epi16(0xaaaaaaaa, one, _mm512_slli_epi32(two, 16)));
      _mm512_store_si512(y + TILE, _mm512_mask_blend_epi16(0xaaaaaaaa, _mm512_srli_epi32(one, 16), two));
    }
  return (Matrix){to, 2 * h->blocks * TILE};
}

void attention_gradient_amx(const Attention *, size_t task, size_t then, char *memory);

#endif
