/* bfloat16 attention by AMX (tiles as in product_amx.c). Queries, keys and values with their bias are rounded to bfloat16, as the
 * composite form rounds them, the scale with the queries; so are the softmax's weights and, in the gradient, those of the
 * scores, before they are multiplied. Sums are float32. The denominator is that of the weights before they are rounded:
 * it is saved for the gradient, and their rounding errors cancel out in it anyway. */
#include "attention_amx.h"

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

INLINE __mmask16 first_of_16(size_t n) { return n < 16 ? (__mmask16)((1u << n) - 1) : (__mmask16)~0u; }

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

__attribute__((visibility("hidden"))) const AttentionKernels attention_amx = {plan, attention, attention_gradient_amx};
