/* The fused ops on rows of bfloat16, with the instructions of AVX512_BF16 (kernels.c has the other forms, and says in plain C
 * what is computed). Rounding is to nearest, ties to even; values below 2^-126 become 0, of either sign.
 *
 * Memory sets the pace. Rows follow each other, so that each operand is one stream, and all streams, also those that are written,
 * are asked for ahead. A value is read before what takes its place is written: rows may be written over what they come from. */
#include "gelu_bf16.h"
#include "kernels.h"

#include <math.h>
#include <string.h>

enum { STEP = 32, AHEAD = 2048 /* bytes */ };

typedef struct {
  __m512 low, high;
} Values; /* 32 */

INLINE __mmask32 first(size_t n) { return n < STEP ? (1u << n) - 1 : ~0u; }

INLINE Values load(const float *from, __mmask32 mask) {
  return (Values){_mm512_maskz_loadu_ps((__mmask16)mask, from), _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), from + 16)};
}

INLINE void store(float *to, __mmask32 mask, Values x) {
  _mm512_mask_storeu_ps(to, (__mmask16)mask, x.low);
  _mm512_mask_storeu_ps(to + 16, (__mmask16)(mask >> 16), x.high);
}

INLINE Values load16(const uint16_t *from, __mmask32 mask) {
  return (Values){widened(_mm256_maskz_loadu_epi16((__mmask16)mask, from)),
                  widened(_mm256_maskz_loadu_epi16((__mmask16)(mask >> 16), from + 16))};
}

INLINE void store16(uint16_t *to, __mmask32 mask, Values x) {
  _mm512_mask_storeu_epi16(to, mask, (__m512i)_mm512_cvtne2ps_pbh(x.high, x.low));
}

INLINE Values plus(Values a, Values b) { return (Values){a.low + b.low, a.high + b.high}; }
INLINE Values times(Values a, Values b) { return (Values){a.low * b.low, a.high * b.high}; }
INLINE Values all(float x) { return (Values){_mm512_set1_ps(x), _mm512_set1_ps(x)}; }
INLINE Values no_values(void) { return all(0); }

/* a b + c */
INLINE Values more(Values a, Values b, Values c) {
  return (Values){_mm512_fmadd_ps(a.low, b.low, c.low), _mm512_fmadd_ps(a.high, b.high, c.high)};
}

/* 0 where there is no value. */
INLINE Values less(Values a, float b, __mmask32 mask) {
  const __m512 one = _mm512_set1_ps(b);
  return (Values){_mm512_maskz_sub_ps((__mmask16)mask, a.low, one), _mm512_maskz_sub_ps((__mmask16)(mask >> 16), a.high, one)};
}

INLINE float sum(Values x) { return _mm512_reduce_add_ps(x.low + x.high); }

INLINE void soon(const void *read) { __builtin_prefetch((const char *)read + AHEAD); }

INLINE void soon_floats(const float *read) { soon(read), soon(read + 16); }

INLINE void soon_written(void *written) { __builtin_prefetch((char *)written + AHEAD, 1); }

INLINE void soon_floats_written(float *written) { soon_written(written), soon_written(written + 16); }

/* Does what follows for i, the first of 32 columns, and mask, those that are there. */
#define COLUMNS(width, ...)                        \
  do {                                             \
    size_t i = 0;                                  \
    for (; i + STEP <= (width); i += STEP) {       \
      const __mmask32 mask = ~0u;                  \
      __VA_ARGS__;                                 \
    }                                              \
    if (i < (width)) {                             \
      const __mmask32 mask = first((width) - i);   \
      __VA_ARGS__;                                 \
    }                                              \
  } while (0)

/* ---- LayerNorm ---- */

INLINE void layer_norm_row(const LayerNorm *a, size_t r, const bool branch) {
  const size_t width = a->width, at = r * width;
  const float *x = branch ? a->sum + at : a->h + at;
  Values total = no_values(), squares = no_values();
  COLUMNS(width, {
    soon_floats(a->h + at + i);
    soon_written((uint16_t *)a->y + at + i);
    Values v = load(a->h + at + i, mask);
    if (branch) {
      soon((const uint16_t *)a->branch + at + i);
      soon_floats_written(a->sum + at + i);
      v = plus(v, plus(load16((const uint16_t *)a->branch + at + i, mask), load(a->bias + i, mask)));
      store(a->sum + at + i, mask, v);
    }
    total = plus(total, v);
  });
  const float mean = sum(total) / (float)width;
  COLUMNS(width, {
    const Values v = less(load(x + i, mask), mean, mask);
    squares = more(v, v, squares);
  });
  const float inverse = 1.f / sqrtf(sum(squares) / (float)width + a->epsilon);
  a->statistics[2 * r] = mean;
  a->statistics[2 * r + 1] = inverse;
  COLUMNS(width, {
    const Values v = times(less(load(x + i, mask), mean, mask), all(inverse));
    store16((uint16_t *)a->y + at + i, mask, more(v, load(a->weight + i, mask), load(a->beta + i, mask)));
  });
}

static void layer_norm(void *args, size_t task) {
  const LayerNorm *a = args;
  const size_t end = least(a->rows, (task + 1) * ROWS_PER_TASK);
  for (size_t r = task * ROWS_PER_TASK; r < end; r++)
    if (a->branch)
      layer_norm_row(a, r, true);
    else
      layer_norm_row(a, r, false);
}

/* A row's gradient; its sums are added to the parts, or are the first. */
INLINE void layer_norm_gradient_row(const LayerNorm *a, size_t r, float *parts, bool starts, const bool dsum, const bool dbranch) {
  const size_t width = a->width, at = r * width;
  const uint16_t *dy = (const uint16_t *)a->dy + at;
  const float *x = a->h + at, mean = a->statistics[2 * r], inverse = a->statistics[2 * r + 1];
  float *dbias = parts, *dweight = parts + width, *dbeta = parts + 2 * width;
  Values along = no_values(), total = no_values();
  COLUMNS(width, {
    soon(dy + i);
    soon_floats(x + i);
    if (dsum) soon_floats(a->dsum + at + i);
    soon_floats_written(a->dh + at + i);
    if (dbranch) soon_written((uint16_t *)a->dbranch + at + i);
    const Values d = load16(dy + i, mask), e = times(d, load(a->weight + i, mask)), v = less(load(x + i, mask), mean, mask);
    along = more(e, v, along);
    total = plus(total, e);
    const Values w = times(d, times(v, all(inverse)));
    store(dweight + i, mask, starts ? w : plus(w, load(dweight + i, mask)));
    store(dbeta + i, mask, starts ? d : plus(d, load(dbeta + i, mask)));
  });
  const float slope = -inverse * inverse * inverse * (sum(along) / (float)width), constant = -inverse * (sum(total) / (float)width);
  COLUMNS(width, {
    const Values e = times(load16(dy + i, mask), load(a->weight + i, mask)), v = less(load(x + i, mask), mean, mask);
    Values dh = more(v, all(slope), more(e, all(inverse), all(constant)));
    if (dsum) dh = plus(dh, load(a->dsum + at + i, mask));
    store(a->dh + at + i, mask, dh);
    if (dbranch) store16((uint16_t *)a->dbranch + at + i, mask, dh);
    store(dbias + i, mask, starts ? dh : plus(dh, load(dbias + i, mask)));
  });
}

INLINE void layer_norm_gradient_rows(const LayerNorm *a, size_t task, const bool dsum, const bool dbranch) {
  const size_t start = task * ROWS_PER_TASK, end = least(a->rows, start + ROWS_PER_TASK);
  for (size_t r = start; r < end; r++)
    layer_norm_gradient_row(a, r, a->parts + task * 3 * a->width, r == start, dsum, dbranch);
}

static void layer_norm_gradient(void *args, size_t task) {
  const LayerNorm *a = args;
  if (a->dsum)
    a->dbranch ? layer_norm_gradient_rows(a, task, true, true) : layer_norm_gradient_rows(a, task, true, false);
  else
    a->dbranch ? layer_norm_gradient_rows(a, task, false, true) : layer_norm_gradient_rows(a, task, false, false);
}

/* ---- bias and GELU ---- */

static void bias_gelu(void *args, size_t task) {
  const BiasGelu *a = args;
  const size_t width = a->width, end = least(a->rows, (task + 1) * ROWS_PER_TASK);
  for (size_t r = task * ROWS_PER_TASK; r < end; r++) {
    const uint16_t *u = (const uint16_t *)a->u + r * width;
    uint16_t *out = (uint16_t *)a->out + r * width;
    COLUMNS(width, {
      soon(u + i);
      soon_written(out + i);
      const Values x = plus(load16(u + i, mask), load(a->bias + i, mask));
      store16(out + i, mask, (Values){gelu16(x.low), gelu16(x.high)});
    });
  }
}

static void bias_gelu_gradient(void *args, size_t task) {
  const BiasGelu *a = args;
  const size_t width = a->width, start = task * ROWS_PER_TASK, end = least(a->rows, start + ROWS_PER_TASK);
  float *part = a->parts + task * width;
  for (size_t r = start; r < end; r++) {
    const uint16_t *u = (const uint16_t *)a->u + r * width, *dy = (const uint16_t *)a->dy + r * width;
    uint16_t *out = (uint16_t *)a->out + r * width;
    COLUMNS(width, {
      soon(u + i);
      soon(dy + i);
      soon_written(out + i);
      const Values x = plus(load16(u + i, mask), load(a->bias + i, mask));
      const Values d = times(load16(dy + i, mask), (Values){gelu16_slope(x.low), gelu16_slope(x.high)});
      store16(out + i, mask, d);
      store(part + i, mask, r == start ? d : plus(d, load(part + i, mask)));
    });
  }
}

/* ---- patches ---- */

static void patches(void *args, size_t image) {
  const Patches *a = args;
  const size_t line = 3 * a->patch, row = a->grid * line;
  const float *from = a->images + image * a->grid * a->patch * row;
  uint16_t *to = (uint16_t *)a->out + image * a->kept * a->patch * line;
  for (size_t k = 0; k < a->kept; k++) {
    const size_t at = a->keep ? (size_t)a->keep[k] : k, next = k + 1 == a->kept ? at : a->keep ? (size_t)a->keep[k + 1] : k + 1;
    const float *pixels = from + at / a->grid * a->patch * row + at % a->grid * line;
    const float *after = from + next / a->grid * a->patch * row + next % a->grid * line;
    for (size_t y = 0; y < a->patch; y++, pixels += row, after += row, to += line)
      COLUMNS(line, {
        __builtin_prefetch(after + i);
        __builtin_prefetch(after + i + 16);
        soon_written(to + i);
        store16(to + i, mask, load(pixels + i, mask));
      });
  }
}

__attribute__((visibility("hidden"))) const RowKernels rows_bf16 = {
    true, layer_norm, layer_norm_gradient, bias_gelu, bias_gelu_gradient, patches};
