/* The gradient of bfloat16 attention by AMX. */
#include "attention_amx.h"

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

void attention_gradient_amx(const Attention *a, size_t task, size_t then, char *memory) {
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
