/* Built with -DVARIANT=name -DVW=floats in a vector register -DNV=vectors across a tile of a product. */
#include "values.h"

#include <math.h>
#include <string.h>

typedef float Vector __attribute__((vector_size(4 * VW), aligned(4)));

/* ---- erf ---- */

/* Both sides of the branch are computed: a power series near 0, 1 - exp(polynomial) beyond; about 1 unit in the last
 * place. */
INLINE float error_function(float x) {
  const float t = fabsf(x), s = x * x;
  float near = -5.96761703e-4f;
  near = near * s + 4.99119423e-3f;
  near = near * s - 2.67681349e-2f;
  near = near * s + 1.12819925e-1f;
  near = near * s - 3.76125336e-1f;
  near = near * s + 1.28379166e-1f;
  near = near * x + x;
  float far = -1.72853470e-5f * t + 3.83197126e-4f;
  far = far * s + (-3.88396438e-3f * t + 2.42546219e-2f);
  far = far * t - 1.06777877e-1f;
  far = far * t - 6.34846687e-1f;
  far = far * t - 1.28717512e-1f;
  far = far * t - t;
  far = copysignf(1.f - exponential(far), x);
  return t > 0.927734375f ? far : near;
}

/* ---- LayerNorm ---- */

INLINE void layer_norm_rows(const LayerNorm *a, size_t task, const bool bf16) {
  const size_t width = a->width, last = (task + 1) * ROWS_PER_TASK;
  const float *restrict weight = a->weight, *restrict beta = a->beta;
  for (size_t r = task * ROWS_PER_TASK; r < a->rows && r < last; r++) {
    const float *x = a->h + r * width;
    if (a->branch) {
      const float *restrict h = x, *restrict bias = a->bias;
      float *restrict sum = a->sum + r * width;
      for (size_t i = 0; i < width; i++) sum[i] = h[i] + (load(a->branch, r * width + i, bf16) + bias[i]);
      x = sum;
    }
    float total = 0, squares = 0;
    {
#pragma clang fp reassociate(on)
      for (size_t i = 0; i < width; i++) total += x[i];
    }
    const float mean = total / (float)width;
    {
#pragma clang fp reassociate(on)
      for (size_t i = 0; i < width; i++) squares += (x[i] - mean) * (x[i] - mean);
    }
    const float inverse = 1.f / sqrtf(squares / (float)width + a->epsilon);
    a->statistics[2 * r] = mean;
    a->statistics[2 * r + 1] = inverse;
    for (size_t i = 0; i < width; i++)
      store(a->y, r * width + i, (x[i] - mean) * inverse * weight[i] + beta[i], bf16);
  }
}

static void layer_norm(void *args, size_t task) {
  const LayerNorm *a = args;
  if (a->bf16)
    layer_norm_rows(a, task, true);
  else
    layer_norm_rows(a, task, false);
}

INLINE void layer_norm_gradient_rows(const LayerNorm *a, size_t task, const bool bf16) {
  const size_t width = a->width, last = (task + 1) * ROWS_PER_TASK;
  const float *restrict weight = a->weight;
  float *restrict dbias = a->parts + task * 3 * width, *restrict dweight = dbias + width,
                  *restrict dbeta = dweight + width;
  memset(dbias, 0, 3 * width * sizeof(float));
  for (size_t r = task * ROWS_PER_TASK; r < a->rows && r < last; r++) {
    const float *restrict x = a->h + r * width;
    const float mean = a->statistics[2 * r], inverse = a->statistics[2 * r + 1];
    float along = 0, total = 0;
    {
#pragma clang fp reassociate(on)
      for (size_t i = 0; i < width; i++) {
        float d = load(a->dy, r * width + i, bf16), normed = (x[i] - mean) * inverse, e = d * weight[i];
        along += e * normed;
        total += e;
        dweight[i] += d * normed;
        dbeta[i] += d;
      }
    }
    along /= (float)width;
    total /= (float)width;
    float *restrict dh = a->dh + r * width;
    const float *restrict more = a->dsum ? a->dsum + r * width : NULL;
    if (more)
      for (size_t i = 0; i < width; i++) {
        float normed = (x[i] - mean) * inverse, e = load(a->dy, r * width + i, bf16) * weight[i];
        dh[i] = inverse * (e - total - normed * along) + more[i];
      }
    else
      for (size_t i = 0; i < width; i++) {
        float normed = (x[i] - mean) * inverse, e = load(a->dy, r * width + i, bf16) * weight[i];
        dh[i] = inverse * (e - total - normed * along);
      }
    for (size_t i = 0; i < width; i++) dbias[i] += dh[i];
    if (a->dbranch)
      for (size_t i = 0; i < width; i++) store(a->dbranch, r * width + i, dh[i], bf16);
  }
}

static void layer_norm_gradient(void *args, size_t task) {
  const LayerNorm *a = args;
  if (a->bf16)
    layer_norm_gradient_rows(a, task, true);
  else
    layer_norm_gradient_rows(a, task, false);
}

/* ---- bias and GELU ---- */

INLINE void bias_gelu_rows(const BiasGelu *a, size_t task, const bool bf16) {
  const size_t width = a->width, last = (task + 1) * ROWS_PER_TASK;
  const float *restrict bias = a->bias;
  const void *restrict u = a->u;
  void *restrict out = a->out;
  for (size_t r = task * ROWS_PER_TASK; r < a->rows && r < last; r++)
    for (size_t i = 0; i < width; i++) {
      float x = load(u, r * width + i, bf16) + bias[i], half = 0.5f * x;
      store(out, r * width + i, half * error_function(x * 0.70710678118654752f) + half, bf16);
    }
}

static void bias_gelu(void *args, size_t task) {
  const BiasGelu *a = args;
  if (a->bf16)
    bias_gelu_rows(a, task, true);
  else
    bias_gelu_rows(a, task, false);
}

INLINE void bias_gelu_gradient_rows(const BiasGelu *a, size_t task, const bool bf16) {
  const size_t width = a->width, last = (task + 1) * ROWS_PER_TASK;
  const float *restrict bias = a->bias;
  const void *restrict u = a->u, *restrict dy = a->dy;
  void *restrict out = a->out;
  float *restrict dbias = a->parts + task * width;
  memset(dbias, 0, width * sizeof(float));
  for (size_t r = task * ROWS_PER_TASK; r < a->rows && r < last; r++)
    for (size_t i = 0; i < width; i++) {
      float x = load(u, r * width + i, bf16) + bias[i];
      float cdf = 0.5f * error_function(x * 0.70710678118654752f) + 0.5f;
      float pdf = 0.3989422804014327f * exponential(-0.5f * x * x);
      float d = load(dy, r * width + i, bf16) * (x * pdf + cdf);
      store(out, r * width + i, d, bf16);
      dbias[i] += d;
    }
}

static void bias_gelu_gradient(void *args, size_t task) {
  const BiasGelu *a = args;
  if (a->bf16)
    bias_gelu_gradient_rows(a, task, true);
  else
    bias_gelu_gradient_rows(a, task, false);
}

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

static size_t attention_plan(Attention *a, bool gradient, size_t sequences, size_t threads) {
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

/* ---- patches ---- */

INLINE void image_patches(const Patches *a, size_t image, const bool bf16) {
  const size_t side = a->grid * a->patch, line = 3 * a->patch;
  const float *restrict from = a->images + image * side * side * 3;
  for (size_t i = 0; i < a->kept; i++) {
    const size_t at = a->keep ? (size_t)a->keep[i] : i, top = at / a->grid * a->patch, left = at % a->grid * a->patch;
    const size_t to = (image * a->kept + i) * a->patch * line;
    for (size_t y = 0; y < a->patch; y++) {
      const float *restrict pixels = from + ((top + y) * side + left) * 3;
      for (size_t x = 0; x < line; x++) store(a->out, to + y * line + x, pixels[x], bf16);
    }
  }
}

static void patches(void *args, size_t task) {
  const Patches *a = args;
  if (a->bf16)
    image_patches(a, task, true);
  else
    image_patches(a, task, false);
}

/* ---- optimizer ---- */

/* What TensorFlow's ResourceApplyGradientDescent and ResourceApplyAdam do, one after the other. */
static void adamw(void *args, size_t task) {
#pragma clang fp contract(off)
  enum { LINES = 64, AHEAD = 256 }; /* floats */
  const AdamW a = ((const AdamW *)args)[task];
  const float one_less_beta1 = 1.f - 0.9f, one_less_beta2 = 1.f - 0.999f;
  for (size_t from = 0; from < a.count; from += LINES) {
    const size_t end = least(a.count, from + LINES);
    for (size_t i = from; i < from + LINES; i += 16) {
      __builtin_prefetch(a.weight + i + AHEAD, 1);
      __builtin_prefetch(a.first + i + AHEAD, 1);
      __builtin_prefetch(a.second + i + AHEAD, 1);
      __builtin_prefetch(a.gradient + i + AHEAD);
    }
    for (size_t i = from; i < end; i++) {
      const float g = a.gradient[i] * a.scale;
      const float w = a.weight[i] - a.weight[i] * a.decay;
      const float m = a.first[i] + (g - a.first[i]) * one_less_beta1;
      const float v = a.second[i] + (g * g - a.second[i]) * one_less_beta2;
      a.first[i] = m;
      a.second[i] = v;
      a.weight[i] = w - (m * a.rate) / (sqrtf(v) + a.epsilon);
    }
  }
}

static void squares(void *args, size_t task) {
  enum { PART = 1024, AHEAD = 2048 }; /* floats; the prefetch reads twice as fast as without */
  Squares *a = (Squares *)args + task;
  double sum = 0;
  for (size_t from = 0; from < a->count; from += PART) {
    const float *x = a->values + from;
    const size_t n = least(PART, a->count - from), whole = n / (4 * VW) * 4 * VW;
    Vector s[4] = {0};
    for (size_t i = 0; i < whole; i += 4 * VW)
#pragma GCC unroll 4
      for (size_t j = 0; j < 4; j++) {
        const Vector v = *(const Vector *)(x + i + j * VW);
        __builtin_prefetch(x + i + j * VW + AHEAD);
        s[j] += v * v;
      }
    const Vector four = (s[0] + s[1]) + (s[2] + s[3]);
    float part = 0;
    for (size_t i = 0; i < VW; i++) part += four[i];
    for (size_t i = whole; i < n; i++) part += x[i] * x[i];
    sum += part;
  }
  a->sum = sum;
}

/* ---- BatchNorm and GELU ---- */

static void batch_norm(void *args, size_t task) {
  const BatchNorm *a = args;
  const size_t w = a->width, from = task * NORM_COLUMNS, n = least(NORM_COLUMNS, w - from);
  const float *x = a->x + from, *beta = a->beta + from;
  float *y = a->y + from;
  for (size_t g = 0; g < a->groups; g++) {
    const size_t rows = (size_t)a->sizes[g];
    float mean[NORM_COLUMNS] = {0}, variance[NORM_COLUMNS] = {0}, scale[NORM_COLUMNS];
    for (size_t r = 0; r < rows; r++)
      for (size_t i = 0; i < n; i++) mean[i] += x[r * w + i];
    for (size_t i = 0; i < n; i++) mean[i] /= (float)rows;
    for (size_t r = 0; r < rows; r++)
      for (size_t i = 0; i < n; i++) variance[i] += (x[r * w + i] - mean[i]) * (x[r * w + i] - mean[i]);
    for (size_t i = 0; i < n; i++) {
      variance[i] /= (float)rows;
      scale[i] = 1.f / sqrtf(variance[i] + a->epsilon) * a->weight[from + i];
      a->mean[g * w + from + i] = mean[i];
      a->variance[g * w + from + i] = variance[i];
    }
    for (size_t r = 0; r < rows; r++, x += w, y += w)
      for (size_t i = 0; i < n; i++) {
        const float u = (x[i] - mean[i]) * scale[i] + beta[i], half = 0.5f * u;
        y[i] = half * error_function(u * 0.70710678118654752f) + half;
      }
  }
}

static void batch_norm_gradient(void *args, size_t task) {
  const BatchNorm *a = args;
  const size_t w = a->width, from = task * NORM_COLUMNS, n = least(NORM_COLUMNS, w - from);
  const float *restrict x = a->x + from, *restrict dy = a->dy + from, *weight = a->weight + from, *beta = a->beta + from;
  float *restrict dx = a->dx + from, *dweight = a->dweight + from, *dbeta = a->dbeta + from;
  for (size_t i = 0; i < n; i++) dweight[i] = dbeta[i] = 0;
  for (size_t g = 0; g < a->groups; g++) {
    const size_t rows = (size_t)a->sizes[g];
    const float *mean = a->saved_mean + g * w + from, *variance = a->saved_variance + g * w + from;
    float inverse[NORM_COLUMNS], sum[NORM_COLUMNS] = {0}, along[NORM_COLUMNS] = {0};
    for (size_t i = 0; i < n; i++) inverse[i] = 1.f / sqrtf(variance[i] + a->epsilon);
    for (size_t r = 0; r < rows; r++)
      for (size_t i = 0; i < n; i++) {
        const float unit = (x[r * w + i] - mean[i]) * inverse[i], u = unit * weight[i] + beta[i];
        const float cdf = 0.5f * error_function(u * 0.70710678118654752f) + 0.5f;
        const float pdf = 0.3989422804014327f * exponential(-0.5f * u * u);
        const float d = dy[r * w + i] * (u * pdf + cdf);
        dx[r * w + i] = d; /* until the sums are known */
        sum[i] += d;
        along[i] += d * unit;
      }
    for (size_t i = 0; i < n; i++) {
      dbeta[i] += sum[i];
      dweight[i] += along[i];
      sum[i] /= (float)rows;
      along[i] /= (float)rows;
    }
    for (size_t r = 0; r < rows; r++, x += w, dy += w, dx += w)
      for (size_t i = 0; i < n; i++) {
        const float unit = (x[i] - mean[i]) * inverse[i];
        dx[i] = weight[i] * inverse[i] * (dx[i] - sum[i] - unit * along[i]);
      }
  }
}

/* ---- tokens ---- */

INLINE void token_rows(const Tokens *a, size_t task, const bool bf16) {
  const size_t w = a->width, end = least(1 + a->kept, (task + 1) * ADDED_ROWS);
  for (size_t b = 0; b < a->batch; b++)
    for (size_t t = task * ADDED_ROWS; t < end; t++) {
      const float *restrict added = a->added + t * w;
      float *restrict x = a->x + (b * (1 + a->kept) + t) * w;
      for (size_t i = 0; i < w; i++) x[i] = t ? load(a->projected, (b * a->kept + t - 1) * w + i, bf16) + added[i] : added[i];
    }
}

static void tokens(void *args, size_t task) {
  const Tokens *a = args;
  a->bf16 ? token_rows(a, task, true) : token_rows(a, task, false);
}

INLINE void token_gradient_rows(const Tokens *a, size_t task, const bool bf16) {
  const size_t w = a->width, first = task * ADDED_ROWS, end = least(1 + a->kept, first + ADDED_ROWS);
  memset(a->dadded + first * w, 0, (end - first) * w * sizeof(float));
  for (size_t b = 0; b < a->batch; b++)
    for (size_t t = first; t < end; t++) {
      float *restrict dadded = a->dadded + t * w;
      const float *restrict dx = a->dx + (b * (1 + a->kept) + t) * w;
      for (size_t i = 0; i < w; i++) dadded[i] += dx[i];
      for (size_t i = 0; t && i < w; i++) store(a->dprojected, (b * a->kept + t - 1) * w + i, dx[i], bf16);
    }
}

static void tokens_gradient(void *args, size_t task) {
  const Tokens *a = args;
  a->bf16 ? token_gradient_rows(a, task, true) : token_gradient_rows(a, task, false);
}

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

__attribute__((visibility("hidden"))) const Kernels JOIN(kernels_, VARIANT) = {
    TEXT(VARIANT), {false, layer_norm, layer_norm_gradient, bias_gelu, bias_gelu_gradient, patches},
    {attention_plan, attention, attention_gradient}, adamw, squares, batch_norm, batch_norm_gradient,
    tokens, tokens_gradient};
