/* Rows, patches, tokens, the optimizer. Built with -DVARIANT=name -DVW=floats in a vector register. */
#include "values.h"

#include <math.h>
#include <string.h>

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

extern const AttentionKernels JOIN(attention_, VARIANT);

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

__attribute__((visibility("hidden"))) const Kernels JOIN(kernels_, VARIANT) = {
    TEXT(VARIANT), {false, layer_norm, layer_norm_gradient, bias_gelu, bias_gelu_gradient, patches},
    &JOIN(attention_, VARIANT), adamw, squares, batch_norm, batch_norm_gradient, tokens, tokens_gradient};
