/* bfloat16 attention by AMX (tiles as in product_amx.c). Queries, keys and values with their bias are rounded to bfloat16, as the
 * composite form rounds them, the scale with the queries; so are the softmax's weights and, in the gradient, those of the
 * scores, before they are multiplied. Sums are float32. The denominator is that of the weights before they are rounded:
 * it is saved for the gradient, and their rounding errors cancel out in it anyway.
 *
 * A tile's left side has 32 values of k in each of 16 rows: rows of bfloat16 as they are. Its right side has pairs of k in each of
 * 16 columns: rows turned ("turned": k is along the row) or two rows in turn ("paired": k is the row's number; even
 * columns come before odd ones within each 32). Built as kernels.c is. */
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

/* A product of few rows, two columns of tiles after the other: bit by bit beside other work, most of its time is hidden. */
typedef struct {
  size_t rows, columns, chunks;
  Matrix a, b, c;
} Aside;

INLINE bool step(Aside *p, Ahead *next) {
  if (!p->columns) return false;
  multiply(p->rows, least(2, p->columns), p->chunks, false, p->a, p->b, p->c, next);
  p->columns -= least(2, p->columns);
  p->b.at += 2 * TILE;
  p->c.at += 128;
  return true;
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

INLINE __mmask16 first_of_16(size_t n) { return n < 16 ? (__mmask16)((1u << n) - 1) : (__mmask16)~0u; }

/* 2^x within 3e-6 of it, 0 where it is below 1e-38; NaN stays NaN. */
INLINE __m512 power(__m512 x) {
  const __m512 f = _mm512_reduce_ps(x, 0x09); /* x - floor(x) */
  __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(0.01353417f), f, _mm512_set1_ps(0.05201146f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.24144276f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.69300383f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.00000259f));
  return _mm512_scalef_ps(p, x);
}

/* log x, within 1e-7 of 1 or of it. */
INLINE __m512 logarithm(__m512 x) {
  const __m512 one = _mm512_set1_ps(1), mantissa = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_src);
  const __m512 r = _mm512_sub_ps(mantissa, one);
  __m512 e = _mm512_getexp_ps(x);
  e = _mm512_mask_add_ps(e, _mm512_cmp_ps_mask(mantissa, one, _CMP_LT_OQ), e, one);
  __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(-0.06423311f), r, _mm512_set1_ps(0.13895101f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(-0.17316039f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.20124454f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(-0.24984413f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.33329926f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(-0.5f));
  return _mm512_fmadd_ps(e, _mm512_set1_ps(0.69314718f), _mm512_fmadd_ps(_mm512_mul_ps(p, r), r, r));
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

/* ---- attention ---- */

/* exp(scores - their largest) in bfloat16, zeros behind the last key; the sum of each row's, before rounding, and the largest. */
INLINE void weigh(const Head *h, size_t rows, Matrix scores, Matrix weights, float *largest, float *total, Aside *aside, Ahead *next) {
  const __mmask16 last = first_of_16(h->n - 16 * (h->tiles - 1));
  const __m512 none = _mm512_set1_ps(-1e30f), log2_e = _mm512_set1_ps(LOG2_E);
  for (size_t i = 0; i < rows; i++) {
    float *s = (float *)(scores.at + i * scores.ld);
    float *end = s + 16 * (h->tiles - 1);
    __m512 most = _mm512_mask_mov_ps(none, last, _mm512_load_ps(end));
    _mm512_store_ps(end, most);
    for (const float *x = s; x < end; x += 16) most = _mm512_max_ps(most, _mm512_load_ps(x));
    largest[i] = _mm512_reduce_max_ps(most);
  }
  for (size_t i = 0; i < rows; i++) {
    const float *s = (const float *)(scores.at + i * scores.ld);
    char *w = weights.at + i * weights.ld;
    const __m512 most = _mm512_set1_ps(largest[i] * LOG2_E);
    __m512 sum = _mm512_setzero_ps();
    size_t j = 0;
    fetch(next, 4);
    if (i % 4 == 0) step(aside, next);
    for (; j + 1 < h->tiles; j += 2) {
      const __m512 one = power(_mm512_fmsub_ps(_mm512_load_ps(s + 16 * j), log2_e, most));
      const __m512 two = power(_mm512_fmsub_ps(_mm512_load_ps(s + 16 * j + 16), log2_e, most));
      sum = _mm512_add_ps(sum, _mm512_add_ps(one, two));
      _mm512_store_si512(w + 32 * j, (__m512i)_mm512_cvtne2ps_pbh(two, one));
    }
    if (j < h->tiles) {
      const __m512 one = power(_mm512_fmsub_ps(_mm512_load_ps(s + 16 * j), log2_e, most));
      sum = _mm512_add_ps(sum, one);
      _mm512_store_si512(w + 32 * j, (__m512i)_mm512_cvtne2ps_pbh(_mm512_setzero_ps(), one));
    }
    total[i] = _mm512_reduce_add_ps(sum);
  }
  while (step(aside, next)) {}
}

/* The scores of up to 32 queries. */
INLINE Aside scores_of(const Head *h, size_t q, char *queries, Matrix keys, Matrix scores) {
  if (q >= h->n) return (Aside){0};
  return (Aside){up(least(STRIP, h->n - q), 16), h->tiles, h->blocks, {queries + q * row_bytes(h), row_bytes(h)}, keys, scores};
}

/* Up to 32 queries' results, from their scores. */
static void strip(const Head *h, size_t q, Matrix values, Matrix scores, Matrix weights, Matrix mixed, Aside *aside, Ahead *next) {
  const Attention *a = h->a;
  const size_t m = least(STRIP, h->n - q), tiles = up(m, 16);
  float largest[STRIP] __attribute__((aligned(64))), total[STRIP] __attribute__((aligned(64)));
  weigh(h, m, scores, weights, largest, total, aside, next);
  multiply(tiles, 2 * h->blocks, h->chunks, false, weights, values, mixed, next);
  float *lse = a->lse + (h->row + q) * a->heads + h->head;
  for (size_t i = 0; i < m; i += 16) {
    float logs[16] __attribute__((aligned(64)));
    const __m512 t = _mm512_load_ps(total + i);
    _mm512_store_ps(logs, _mm512_add_ps(_mm512_load_ps(largest + i), logarithm(t)));
    _mm512_store_ps(total + i, _mm512_div_ps(_mm512_set1_ps(1), t));
    for (size_t j = i; j < m && j < i + 16; j++) lse[j * a->heads] = logs[j - i];
  }
  for (size_t i = 0; i < m; i++)
    for (size_t k = 0; k < h->blocks; k++) {
      const float *x = (const float *)(mixed.at + i * mixed.ld) + 32 * k;
      const __m512 inverse = _mm512_set1_ps(total[i]);
      _mm512_mask_storeu_epi16((uint16_t *)a->out + (h->row + q + i) * a->width + h->head * h->width + 32 * k, first_of_32(h->width - 32 * k),
                               narrow((Pair){_mm512_mul_ps(_mm512_load_ps(x), inverse), _mm512_mul_ps(_mm512_load_ps(x + 16), inverse)}));
    }
}

/* Heads that are done together share the way through memory: as many as leave each thread some tasks, and fit into its cache. */
static size_t plan(Attention *a, bool gradient, size_t sequences, size_t threads) {
  enum { CACHE = 640 * 1024, SHARES = 4 };
  const size_t n = up(a->longest, 32) * 32, wide = up(a->head_width, 32) * 32, side = n * wide * 2, sides = gradient ? 4 : 3;
  const size_t groups = sequences ? least(up(SHARES * threads, sequences), a->heads) : 1;
  a->together = least(up(a->heads, groups), CACHE / (sides * side) + 1);
  a->tasks = sequences * up(a->heads, a->together);
  const size_t common = a->together * (sides * side + 12 * wide) + 2 * TILE;
  if (!gradient) return common + 2 * side + STRIP * (n * 10 + 128 + wide * 4);
  const size_t queries = least(n, QUERIES);
  return common + 5 * side + n * (2 * STRIP * 4 + 6 * queries + 8 * wide) + queries * wide * 4;
}

static void attention(const Attention *a, size_t task, size_t then, char *memory) {
  Head h = heads_of(a, task);
  const size_t wide = row_bytes(&h) * 2, side = side_bytes(&h);
  Ahead next = {0};
  if (then < a->tasks) {
    const Head another = heads_of(a, then);
    next.some[0] = rows_of(&another, a->qkv, 3);
  }
  const Pair *bias = split_bias(&h, &memory);
  char *rows = take(&memory, 3 * h.heads * side), *turned_keys = take(&memory, side), *paired_values = take(&memory, side);
  copy_rows(&h, a->qkv, 3, bias, rows, a->out, 1);
  const size_t line = (h.tiles + 1) * 64;
  const Matrix scores[2] = {{take(&memory, STRIP * line), line}, {take(&memory, STRIP * line), line}};
  const Matrix weights = {take(&memory, STRIP * h.chunks * 64), h.chunks * 64}, mixed = {take(&memory, STRIP * wide), wide};
  begin();
  for (size_t i = 0; i < h.heads; i++, h.head++, rows += side) {
    const Matrix keys = turned(&h, rows + h.heads * side, turned_keys), values = paired(&h, rows + 2 * h.heads * side, paired_values);
    Aside now = scores_of(&h, 0, rows, keys, scores[0]);
    while (step(&now, &next)) {}
    for (size_t q = 0; q < h.n; q += STRIP) {
      now = scores_of(&h, q + STRIP, rows, keys, scores[(q / STRIP + 1) % 2]);
      strip(&h, q, values, scores[q / STRIP % 2], weights, mixed, &now, &next);
    }
  }
  finish();
}

/* ---- gradient ---- */

/* From scores [keys, 32 queries] and the gradient of the weights: both weights and scores' gradient in bfloat16. */
INLINE void weigh_back(const Head *h, size_t query, const bool wide, float *scores, float *dweights, Matrix weights, Matrix dscores, Ahead *next) {
  const __m512 log2_e = _mm512_set1_ps(LOG2_E);
  float lse[32] __attribute__((aligned(64)));
  for (size_t i = 0; i < 32; i++) /* behind the last query weights are 0 */
    lse[i] = query + i < h->n ? h->a->saved_lse[(h->row + query + i) * h->a->heads + h->head] * LOG2_E : 1e30f;
  const __m512 lse0 = _mm512_load_ps(lse), lse1 = _mm512_load_ps(lse + 16);
  __m512 along0 = _mm512_setzero_ps(), along1 = along0; /* of the softmax's gradient, by which its rows sum to 0 */
  for (size_t j = 0; j < h->n; j++) {
    fetch(next, 2);
    float *s = scores + 32 * j, *d = dweights + 32 * j;
    const __m512 p0 = power(_mm512_fmsub_ps(_mm512_load_ps(s), log2_e, lse0));
    along0 = _mm512_fmadd_ps(p0, _mm512_load_ps(d), along0);
    _mm512_store_ps(s, p0);
    __m512 p1 = _mm512_setzero_ps();
    if (wide) {
      p1 = power(_mm512_fmsub_ps(_mm512_load_ps(s + 16), log2_e, lse1));
      along1 = _mm512_fmadd_ps(p1, _mm512_load_ps(d + 16), along1);
      _mm512_store_ps(s + 16, p1);
    }
    _mm512_store_si512(weights.at + j * weights.ld, (__m512i)_mm512_cvtne2ps_pbh(p1, p0));
  }
  for (size_t j = 0; j < h->n; j++) {
    const float *p = scores + 32 * j, *d = dweights + 32 * j;
    const __m512 ds0 = _mm512_mul_ps(_mm512_load_ps(p), _mm512_sub_ps(_mm512_load_ps(d), along0));
    const __m512 ds1 = wide ? _mm512_mul_ps(_mm512_load_ps(p + 16), _mm512_sub_ps(_mm512_load_ps(d + 16), along1)) : _mm512_setzero_ps();
    _mm512_store_si512(dscores.at + j * dscores.ld, (__m512i)_mm512_cvtne2ps_pbh(ds1, ds0));
  }
}

/* [n, 32 * chunks] to [32 * chunks, n]. */
static void turn_back(const Head *h, size_t tiles, Matrix from, Matrix to) {
  char stage[TILE] __attribute__((aligned(64)));
  for (size_t j = 0; j < h->chunks; j++)
    for (size_t i = 0; i < tiles; i++) {
      for (size_t r = 0; r < 16; r++) {
        const size_t row = 32 * j + 2 * r;
        const char *x = from.at + row * from.ld + 32 * i;
        const __m256i one = _mm256_maskz_load_epi32(row < h->n ? 0xff : 0, x), two = _mm256_maskz_load_epi32(row + 1 < h->n ? 0xff : 0, x + from.ld);
        _mm512_store_si512(stage + 64 * r, interleave(_mm512_inserti64x4(_mm512_castsi256_si512(one), two, 1)));
      }
      transpose_rows(stage, 64, to.at + 16 * i * to.ld + 64 * j, to.ld);
    }
}

/* Writes rows of dqkv and adds their sum to the part of the bias. */
static void scatter(const Head *h, size_t first, size_t n, size_t which, Matrix from, float *part) {
  const size_t stride = 3 * h->a->width, column = which * h->a->width + h->head * h->width;
  const __m512 scale = _mm512_set1_ps(which ? 1 : h->scale);
  for (size_t k = 0; k < h->blocks; k++) {
    const __mmask32 mask = first_of_32(h->width - 32 * k);
    uint16_t *to = (uint16_t *)h->a->out + (h->row + first) * stride + column + 32 * k;
    Pair sum = {_mm512_setzero_ps(), _mm512_setzero_ps()};
    for (size_t i = 0; i < n; i++, to += stride) {
      const float *x = (const float *)(from.at + i * from.ld) + 32 * k;
      const Pair p = {_mm512_mul_ps(_mm512_load_ps(x), scale), _mm512_mul_ps(_mm512_load_ps(x + 16), scale)};
      sum.even = _mm512_add_ps(sum.even, p.even);
      sum.odd = _mm512_add_ps(sum.odd, p.odd);
      _mm512_mask_storeu_epi16(to, mask, narrow(p));
    }
    const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    float *b = part + column + 32 * k;
    for (size_t i = 0; i < 2; i++, b += 16) {
      const __mmask16 some = (__mmask16)(mask >> 16 * i);
      const __m512 x = _mm512_permutex2var_ps(sum.even, _mm512_add_epi32(low, _mm512_set1_epi32((int)(8 * i))), sum.odd);
      _mm512_mask_storeu_ps(b, some, first ? _mm512_add_ps(x, _mm512_maskz_loadu_ps(some, b)) : x);
    }
  }
}

/* What the heads of a task use in turn. */
typedef struct {
  char *turned_queries, *turned_dmixed, *queries, *keys, *dmixed;
  Matrix scores, dweights, weights, dscores, turned_dscores, dqueries, dkeys, dvalues;
} Gradient;

static Gradient gradient_of(const Head *h, char *memory) {
  const size_t side = side_bytes(h), most = least(h->chunks * 32, QUERIES), keys = h->tiles * 16, wide = row_bytes(h) * 2;
  Gradient g;
  char **sides[] = {&g.turned_queries, &g.turned_dmixed, &g.queries, &g.keys, &g.dmixed};
  for (size_t i = 0; i < 5; i++) *sides[i] = take(&memory, side);
  g.scores = (Matrix){take(&memory, keys * 128), 128};
  g.dweights = (Matrix){take(&memory, keys * 128), 128};
  g.weights = (Matrix){take(&memory, keys * most * 2), most * 2};
  g.dscores = (Matrix){take(&memory, keys * most * 2), most * 2};
  g.turned_dscores = (Matrix){take(&memory, most * h->chunks * 64), h->chunks * 64};
  g.dqueries = (Matrix){take(&memory, most * wide), wide};
  g.dkeys = (Matrix){take(&memory, keys * wide), wide};
  g.dvalues = (Matrix){take(&memory, keys * wide), wide};
  return g;
}

/* rows: of the queries, keys and values and the result's gradient. */
static void head_gradient(const Head *h, const Gradient *g, char *const rows[4], float *part, Ahead *next) {
  const size_t line = row_bytes(h);
  const Matrix turned_queries = turned(h, rows[0], g->turned_queries), turned_dmixed = turned(h, rows[3], g->turned_dmixed);
  const Matrix queries = paired(h, rows[0], g->queries), keys = paired(h, rows[1], g->keys), dmixed = paired(h, rows[3], g->dmixed);
  for (size_t first = 0; first < h->n; first += QUERIES) {
    const size_t m = least(QUERIES, h->n - first), tiles = up(m, 16), chunks = up(m, 32);
    for (size_t i = 0; i < chunks; i++) {
      const size_t columns = least(2, tiles - 2 * i), skip = (first / 16 + 2 * i) * TILE;
      const Matrix p = {g->weights.at + 64 * i, g->weights.ld}, ds = {g->dscores.at + 64 * i, g->dscores.ld};
      multiply(h->tiles, columns, h->blocks, false, (Matrix){rows[1], line}, (Matrix){turned_queries.at + skip, turned_queries.ld}, g->scores, next);
      multiply(h->tiles, columns, h->blocks, false, (Matrix){rows[2], line}, (Matrix){turned_dmixed.at + skip, turned_dmixed.ld}, g->dweights, next);
      if (columns == 2)
        weigh_back(h, first + 32 * i, true, (float *)g->scores.at, (float *)g->dweights.at, p, ds, next);
      else
        weigh_back(h, first + 32 * i, false, (float *)g->scores.at, (float *)g->dweights.at, p, ds, next);
    }
    const size_t skip = first / 32 * queries.ld;
    turn_back(h, tiles, g->dscores, g->turned_dscores);
    multiply(tiles, 2 * h->blocks, h->chunks, false, g->turned_dscores, keys, g->dqueries, next);
    multiply(h->tiles, 2 * h->blocks, chunks, first > 0, g->dscores, (Matrix){queries.at + skip, queries.ld}, g->dkeys, next);
    multiply(h->tiles, 2 * h->blocks, chunks, first > 0, g->weights, (Matrix){dmixed.at + skip, dmixed.ld}, g->dvalues, next);
    scatter(h, first, m, 0, g->dqueries, part);
  }
  scatter(h, 0, h->n, 1, g->dkeys, part);
  scatter(h, 0, h->n, 2, g->dvalues, part);
}

static void attention_gradient(const Attention *a, size_t task, size_t then, char *memory) {
  Head h = heads_of(a, task);
  const size_t side = side_bytes(&h), sequence = task / up(a->heads, a->together);
  Ahead next = {0};
  if (then < a->tasks) {
    const Head another = heads_of(a, then);
    next.some[0] = rows_of(&another, a->qkv, 3);
    next.some[1] = rows_of(&another, a->dout, 1);
  }
  const Pair *bias = split_bias(&h, &memory);
  char *rows[4];
  for (size_t i = 0; i < 4; i++) rows[i] = take(&memory, h.heads * side);
  copy_rows(&h, a->qkv, 3, bias, rows[0], a->out, 3);
  copy_rows(&h, a->dout, 1, NULL, rows[3], NULL, 0);
  const Gradient g = gradient_of(&h, memory);
  begin();
  for (size_t i = 0; i < h.heads; i++, h.head++) {
    head_gradient(&h, &g, rows, a->parts + sequence * 3 * a->width, &next);
    for (size_t j = 0; j < 4; j++) rows[j] += side;
  }
  finish();
}

__attribute__((visibility("hidden"))) const AttentionKernels attention_amx = {plan, attention, attention_gradient};
