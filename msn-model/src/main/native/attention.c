/* Attention of each head by itself. Built with -DVARIANT=name -DVW=floats in a vector register -DNV=vectors across a tile of
 * a product. */
#include "values.h"

#include <math.h>
#include <string.h>

/* ---- small products, C [m, n] (+)= A [m, k] B [k, n], n a multiple of VW ---- */

enum { TILE = 6 };

INLINE void tile(const int rows, const int vectors, const bool add, size_t k, const float *a, size_t a_row, size_t a_column,
                 const float *b, size_t b_row, float *c, size_t c_row) {
  Vector sum[TILE][NV];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) sum[i][j] = add ? *(const Vector *)(c + i * c_row + VW * j) : (Vector){0};
  for (size_t x = 0; x < k; x++) {
    Vector right[NV];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) right[j] = *(const Vector *)(b + x * b_row + VW * j);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const float left = a[i * a_row + x * a_column];
#pragma clang loop unroll(full)
      for (int j = 0; j < vectors; j++) sum[i][j] += left * right[j];
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) *(Vector *)(c + i * c_row + VW * j) = sum[i][j];
}

#define ROWS_CASES(V)                                                                        \
  switch (m - i < TILE ? m - i : TILE) {                                                     \
    case 6: tile(6, V, add, k, at, a_row, a_column, b + j, b_row, to, c_row); break;         \
    case 5: tile(5, V, add, k, at, a_row, a_column, b + j, b_row, to, c_row); break;         \
    case 4: tile(4, V, add, k, at, a_row, a_column, b + j, b_row, to, c_row); break;         \
    case 3: tile(3, V, add, k, at, a_row, a_column, b + j, b_row, to, c_row); break;         \
    case 2: tile(2, V, add, k, at, a_row, a_column, b + j, b_row, to, c_row); break;         \
    default: tile(1, V, add, k, at, a_row, a_column, b + j, b_row, to, c_row);               \
  }

INLINE void product(const bool add, size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
                    const float *b, size_t b_row, float *c, size_t c_row) {
  for (size_t j = 0; j < n; j += NV * VW)
    for (size_t i = 0; i < m; i += TILE) {
      const float *at = a + i * a_row;
      float *to = c + i * c_row + j;
      switch ((n - j) / VW) {
        case 1: ROWS_CASES(1) break;
#if NV > 2
        case 2: ROWS_CASES(2) break;
        case 3: ROWS_CASES(3) break;
#endif
        default: ROWS_CASES(NV)
      }
    }
}

static void set(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row,
                float *c, size_t c_row) {
  product(false, m, n, k, a, a_row, a_column, b, b_row, c, c_row);
}

static void accumulate(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column, const float *b,
                       size_t b_row, float *c, size_t c_row) {
  product(true, m, n, k, a, a_row, a_column, b, b_row, c, c_row);
}

/* ---- attention ---- */

enum { QUERIES = 48 }; /* at a time */

static size_t padded(size_t n) { return (n + VW - 1) / VW * VW; }

/* Rows of one head's queries (0), keys (1) or values (2), bias added: to [n, padded head width], zeros at the end. */
INLINE void gather(const Attention *a, size_t row, size_t n, size_t head, int which, float scale, float *restrict to,
                   const bool bf16) {
  const size_t d = a->head_width, stride = padded(d), column = which * a->width + head * d;
  const float *restrict bias = a->bias + column;
  const void *restrict qkv = a->qkv;
  for (size_t i = 0; i < n; i++) {
    const size_t from = (row + i) * 3 * a->width + column;
    for (size_t k = 0; k < d; k++) to[i * stride + k] = scale * (load(qkv, from + k, bf16) + bias[k]);
    for (size_t k = d; k < stride; k++) to[i * stride + k] = 0;
  }
}

typedef float Four __attribute__((vector_size(16), aligned(4)));

/* [n, stride] to [d, padded(n)], zeros at the end; by squares of four. */
INLINE void transpose(const float *restrict x, size_t n, size_t d, size_t stride, float *restrict to) {
  const size_t length = padded(n), rows = n & ~(size_t)3, columns = d & ~(size_t)3;
  for (size_t i = 0; i < rows; i += 4) {
    for (size_t k = 0; k < columns; k += 4) {
      const float *from = x + i * stride + k;
      const Four a = *(const Four *)from, b = *(const Four *)(from + stride);
      const Four c = *(const Four *)(from + 2 * stride), e = *(const Four *)(from + 3 * stride);
      const Four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), AB = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      const Four ce = __builtin_shufflevector(c, e, 0, 4, 1, 5), CE = __builtin_shufflevector(c, e, 2, 6, 3, 7);
      float *at = to + k * length + i;
      *(Four *)at = __builtin_shufflevector(ab, ce, 0, 1, 4, 5);
      *(Four *)(at + length) = __builtin_shufflevector(ab, ce, 2, 3, 6, 7);
      *(Four *)(at + 2 * length) = __builtin_shufflevector(AB, CE, 0, 1, 4, 5);
      *(Four *)(at + 3 * length) = __builtin_shufflevector(AB, CE, 2, 3, 6, 7);
    }
    for (size_t k = columns; k < d; k++)
      for (size_t j = i; j < i + 4; j++) to[k * length + j] = x[j * stride + k];
  }
  for (size_t k = 0; k < d; k++) {
    for (size_t i = rows; i < n; i++) to[k * length + i] = x[i * stride + k];
    for (size_t i = n; i < length; i++) to[k * length + i] = 0;
  }
}

/* Scores behind the last key: their exponential is 1e-38. Loops over whole vectors may then take them along. */
INLINE void shut(float *restrict s, size_t n, size_t length) {
  for (size_t j = n; j < length; j++) s[j] = -1e30f;
}

/* n is a multiple of VW. */
INLINE float largest(const float *s, size_t n) {
  float lanes[VW], most;
  for (int l = 0; l < VW; l++) lanes[l] = s[l];
  for (size_t j = VW; j < n; j += VW)
    for (int l = 0; l < VW; l++) lanes[l] = s[j + l] > lanes[l] ? s[j + l] : lanes[l];
  most = lanes[0];
  for (int l = 1; l < VW; l++) most = lanes[l] > most ? lanes[l] : most;
  return most;
}

static size_t plan(Attention *a, bool gradient, size_t sequences, size_t threads) {
  (void)threads;
  a->together = 1;
  a->tasks = sequences * a->heads;
  const size_t n = a->longest, d = a->head_width, stride = padded(d), length = padded(n);
  return sizeof(float) * (gradient ? 4 * n * stride + 2 * d * length + QUERIES * (3 * stride + 2 * length)
                                   : 2 * n * stride + d * length + QUERIES * (2 * stride + length));
}

INLINE void attention_head(const Attention *a, size_t task, float *memory, const bool bf16) {
  const size_t head = task % a->heads, sequence = task / a->heads, row = (size_t)a->first[sequence];
  const size_t n = (size_t)a->first[sequence + 1] - row, d = a->head_width, stride = padded(d), length = padded(n);
  float *keys = memory, *values = keys + n * stride, *flat = values + n * stride;
  float *queries = flat + d * length, *mixed = queries + QUERIES * stride, *scores = mixed + QUERIES * stride;
  gather(a, row, n, head, 1, 1.f, keys, bf16);
  gather(a, row, n, head, 2, 1.f, values, bf16);
  transpose(keys, n, d, stride, flat);
  const float scale = (float)(1 / sqrt((double)d));
  for (size_t q = 0; q < n; q += QUERIES) {
    const size_t m = n - q < QUERIES ? n - q : QUERIES;
    float inverse[QUERIES];
    gather(a, row + q, m, head, 0, scale, queries, bf16);
    set(m, length, d, queries, stride, 1, flat, length, scores, length);
    for (size_t i = 0; i < m; i++) {
      float *restrict s = scores + i * length;
      shut(s, n, length);
      const float most = largest(s, length);
      float total = 0;
      {
#pragma clang fp reassociate(on)
        for (size_t j = 0; j < length / VW * VW; j++) {
          float e = exponential(s[j] - most);
          s[j] = e;
          total += e;
        }
      }
      a->lse[(row + q + i) * a->heads + head] = most + logf(total);
      inverse[i] = 1.f / total;
    }
    set(m, stride, n, scores, length, 1, values, stride, mixed, stride);
    for (size_t i = 0; i < m; i++) {
      const size_t to = (row + q + i) * a->width + head * d;
      for (size_t k = 0; k < d; k++) store(a->out, to + k, inverse[i] * mixed[i * stride + k], bf16);
    }
  }
}

static void attention(const Attention *a, size_t task, size_t then, char *memory) {
  (void)then;
  if (a->bf16)
    attention_head(a, task, (float *)memory, true);
  else
    attention_head(a, task, (float *)memory, false);
}

/* Writes rows of dqkv and adds their sum to the part of the bias. */
INLINE void scatter(const Attention *a, size_t row, size_t n, size_t head, int which, float scale, const float *restrict from,
                    float *restrict part, const bool bf16) {
  const size_t d = a->head_width, stride = padded(d), column = which * a->width + head * d;
  void *restrict out = a->out;
  float *restrict sum = part + column;
  for (size_t i = 0; i < n; i++) {
    const size_t to = (row + i) * 3 * a->width + column;
    for (size_t k = 0; k < d; k++) {
      float x = scale * from[i * stride + k];
      store(out, to + k, x, bf16);
      sum[k] += x;
    }
  }
}

INLINE void attention_gradient_head(const Attention *a, size_t task, float *memory, const bool bf16) {
  const size_t head = task % a->heads, sequence = task / a->heads, row = (size_t)a->first[sequence];
  const size_t n = (size_t)a->first[sequence + 1] - row, d = a->head_width, stride = padded(d), length = padded(n);
  float *keys = memory, *values = keys + n * stride, *dkeys = values + n * stride, *dvalues = dkeys + n * stride;
  float *flat_keys = dvalues + n * stride, *flat_values = flat_keys + d * length;
  float *queries = flat_values + d * length, *dmixed = queries + QUERIES * stride, *dqueries = dmixed + QUERIES * stride;
  float *scores = dqueries + QUERIES * stride, *dscores = scores + QUERIES * length;
  float *part = a->parts + sequence * 3 * a->width;
  gather(a, row, n, head, 1, 1.f, keys, bf16);
  gather(a, row, n, head, 2, 1.f, values, bf16);
  transpose(keys, n, d, stride, flat_keys);
  transpose(values, n, d, stride, flat_values);
  memset(dkeys, 0, 2 * n * stride * sizeof(float));
  for (int which = 0; which < 3; which++) memset(part + which * a->width + head * d, 0, d * sizeof(float));
  const float scale = (float)(1 / sqrt((double)d));
  for (size_t q = 0; q < n; q += QUERIES) {
    const size_t m = n - q < QUERIES ? n - q : QUERIES;
    gather(a, row + q, m, head, 0, scale, queries, bf16);
    for (size_t i = 0; i < m; i++) {
      const size_t from = (row + q + i) * a->width + head * d;
      for (size_t k = 0; k < d; k++) dmixed[i * stride + k] = load(a->dout, from + k, bf16);
      for (size_t k = d; k < stride; k++) dmixed[i * stride + k] = 0;
    }
    set(m, length, d, queries, stride, 1, flat_keys, length, scores, length);
    set(m, length, d, dmixed, stride, 1, flat_values, length, dscores, length);
    for (size_t i = 0; i < m; i++) {
      const float lse = a->saved_lse[(row + q + i) * a->heads + head];
      float *restrict s = scores + i * length, *restrict ds = dscores + i * length;
      shut(s, n, length);
      float along = 0; /* of the softmax's gradient, by which its rows sum to 0 */
      {
#pragma clang fp reassociate(on)
        for (size_t j = 0; j < length / VW * VW; j++) {
          float p = exponential(s[j] - lse);
          s[j] = p;
          along += p * ds[j];
        }
      }
      for (size_t j = 0; j < length / VW * VW; j++) ds[j] = s[j] * (ds[j] - along);
    }
    accumulate(n, stride, m, scores, 1, length, dmixed, stride, dvalues, stride);
    accumulate(n, stride, m, dscores, 1, length, queries, stride, dkeys, stride);
    set(m, stride, n, dscores, length, 1, keys, stride, dqueries, stride);
    scatter(a, row + q, m, head, 0, scale, dqueries, part, bf16);
  }
  scatter(a, row, n, head, 1, 1.f, dkeys, part, bf16);
  scatter(a, row, n, head, 2, 1.f, dvalues, part, bf16);
}

static void attention_gradient(const Attention *a, size_t task, size_t then, char *memory) {
  (void)then;
  if (a->bf16)
    attention_gradient_head(a, task, (float *)memory, true);
  else
    attention_gradient_head(a, task, (float *)memory, false);
}

__attribute__((visibility("hidden"))) const AttentionKernels JOIN(attention_, VARIANT) = {plan, attention, attention_gradient};
