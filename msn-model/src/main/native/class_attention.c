/* Attention of class tokens only, forward and backward; sums in float32. Built as kernels.c is. */
#include "values.h"

#include <string.h>

typedef uint32_t Bits __attribute__((vector_size(4 * VW), aligned(4)));
typedef uint16_t Halves __attribute__((vector_size(2 * VW), aligned(2)));

enum { LINES = 4, VECTORS = 4, WIDE = VECTORS * VW };

/* ---- sums ---- */

INLINE Vector vector(const void *p, size_t i, const bool bf16) {
  if (!bf16) return *(const Vector *)((const float *)p + i);
  return (Vector)(__builtin_convertvector(*(const Halves *)((const uint16_t *)p + i), Bits) << 16);
}

/* The factor of line l of a result and term k is at[k * step + l * line]. */
typedef struct {
  const float *at;
  size_t step, line;
} Factors;

/* Rows that are summed, a step apart; float32 or bfloat16. */
typedef struct {
  const void *at;
  size_t from, step;
} Rows;

/* Some lines and vectors of to[l, i] (+)= the sum over k of f(k, l) x[k, i]. */
INLINE void sums_block(size_t terms, Factors f, Rows x, float *to, size_t ld, const size_t lines, const size_t vectors, const bool add, const bool bf16) {
  Vector s[LINES][VECTORS];
#pragma GCC unroll 4
  for (size_t l = 0; l < lines; l++)
#pragma GCC unroll 4
    for (size_t j = 0; j < vectors; j++) s[l][j] = add ? *(const Vector *)(to + l * ld + j * VW) : (Vector){0};
  for (size_t k = 0; k < terms; k++) {
    Vector v[VECTORS];
#pragma GCC unroll 4
    for (size_t j = 0; j < vectors; j++) v[j] = vector(x.at, x.from + k * x.step + j * VW, bf16);
#pragma GCC unroll 4
    for (size_t l = 0; l < lines; l++)
#pragma GCC unroll 4
      for (size_t j = 0; j < vectors; j++) s[l][j] += f.at[k * f.step + l * f.line] * v[j];
  }
#pragma GCC unroll 4
  for (size_t l = 0; l < lines; l++)
#pragma GCC unroll 4
    for (size_t j = 0; j < vectors; j++) *(Vector *)(to + l * ld + j * VW) = s[l][j];
}

INLINE void sums_lines(size_t terms, Factors f, Rows x, size_t n, float *to, size_t ld, const size_t lines, const bool add, const bool bf16) {
  size_t i = 0;
  for (; i + WIDE <= n; i += WIDE) sums_block(terms, f, (Rows){x.at, x.from + i, x.step}, to + i, ld, lines, VECTORS, add, bf16);
  for (; i + VW <= n; i += VW) sums_block(terms, f, (Rows){x.at, x.from + i, x.step}, to + i, ld, lines, 1, add, bf16);
  for (; i < n; i++)
    for (size_t l = 0; l < lines; l++) {
      float s = add ? to[l * ld + i] : 0;
      for (size_t k = 0; k < terms; k++) s += f.at[k * f.step + l * f.line] * load(x.at, x.from + k * x.step + i, bf16);
      to[l * ld + i] = s;
    }
}

INLINE void sums(size_t terms, Factors f, Rows x, size_t n, float *to, size_t ld, size_t lines, const bool add, const bool bf16) {
  size_t l = 0;
  for (; l + LINES <= lines; l += LINES) sums_lines(terms, (Factors){f.at + l * f.line, f.step, f.line}, x, n, to + l * ld, ld, LINES, add, bf16);
  for (; l < lines; l++) sums_lines(terms, (Factors){f.at + l * f.line, f.step, f.line}, x, n, to + l * ld, ld, 1, add, bf16);
}

INLINE void dots_block(const float *a, size_t n, Rows x, float *to, size_t ld, const size_t lines, const bool bf16) {
  Vector s[LINES] = {0}, t[LINES] = {0};
  size_t i = 0;
  for (; i + 2 * VW <= n; i += 2 * VW)
#pragma GCC unroll 4
    for (size_t l = 0; l < lines; l++) {
      s[l] += *(const Vector *)(a + i) * vector(x.at, x.from + l * x.step + i, bf16);
      t[l] += *(const Vector *)(a + i + VW) * vector(x.at, x.from + l * x.step + i + VW, bf16);
    }
  for (size_t l = 0; l < lines; l++) {
    float rest = 0;
    for (size_t j = i; j < n; j++) rest += a[j] * load(x.at, x.from + l * x.step + j, bf16);
    to[l * ld] = total(s[l] + t[l]) + rest;
  }
}

/* to[l * ld] = a . x[l] */
INLINE void dots(const float *a, size_t n, Rows x, size_t lines, float *to, size_t ld, const bool bf16) {
  size_t l = 0;
  for (; l + LINES <= lines; l += LINES) dots_block(a, n, (Rows){x.at, x.from + l * x.step, x.step}, to + l * ld, ld, LINES, bf16);
  for (; l < lines; l++) dots_block(a, n, (Rows){x.at, x.from + l * x.step, x.step}, to + l * ld, ld, 1, bf16);
}

/* ---- parts ---- */

/* What a task works on: a head's columns of the kernel and of [sequences, width], and some sequences. */
typedef struct {
  size_t head, column, first, end;
} Part;

static Part part(const ClassAttention *a, size_t task) {
  const size_t head = task % a->heads, first = task / a->heads * CLASS_SEQUENCES;
  return (Part){head, head * a->head_width, first, least(first + CLASS_SEQUENCES, a->sequences)};
}

INLINE size_t of_head(const ClassAttention *a, Part q, size_t sequence) { return (sequence * a->heads + q.head) * a->width; }

/* The head's columns of the kernel of queries (0), keys (1) or values (2). */
INLINE const float *columns(const ClassAttention *a, Part q, size_t which) { return a->kernel + which * a->width + q.column; }

/* to[s, head] += x[s] times those, x[s] by head. */
INLINE void down(const ClassAttention *a, Part q, const float *x, size_t which, float *to) {
  sums(a->width, (Factors){x + of_head(a, q, q.first), 1, a->heads * a->width}, (Rows){columns(a, q, which), 0, 3 * a->width},
       a->head_width, to + q.first * a->width + q.column, a->width, q.end - q.first, true, false);
}

/* to[s, i] by head = line i of those . x[s, head], of all sequences at once: a lane each. */
INLINE void across(const ClassAttention *a, Part q, const float *x, size_t which, float *to) {
  float turned[WIDE][CLASS_SEQUENCES] = {0}, out[LINES][CLASS_SEQUENCES];
  const size_t w = a->width, count = q.end - q.first;
  for (size_t from = 0; from < a->head_width; from += WIDE) {
    const size_t terms = least(WIDE, a->head_width - from);
    for (size_t d = 0; d < terms; d++)
      for (size_t s = 0; s < count; s++) turned[d][s] = x[(q.first + s) * w + q.column + from + d];
    for (size_t i = 0; i < w; i += LINES) {
      const size_t lines = least(LINES, w - i);
      sums(terms, (Factors){columns(a, q, which) + i * 3 * w + from, 1, 3 * w}, (Rows){turned, 0, CLASS_SEQUENCES}, CLASS_SEQUENCES, out[0],
           CLASS_SEQUENCES, lines, false, false);
      for (size_t s = 0; s < count; s++)
        for (size_t l = 0; l < lines; l++) {
          float *one = to + of_head(a, q, q.first + s) + i + l;
          *one = (from ? *one : 0) + out[l][s];
        }
    }
  }
}

/* They lie far apart in memory. */
INLINE void fetch(const ClassAttention *a, Part q, size_t which) {
  for (size_t i = 0; i < a->width; i++)
    for (size_t d = 0; d < a->head_width; d += 16) __builtin_prefetch(columns(a, q, which) + i * 3 * a->width + d, 0, 2);
}

INLINE void scale(const ClassAttention *a, Part q, float *x) {
  const float by = 1.f / sqrtf((float)a->head_width);
  for (size_t s = q.first; s < q.end; s++)
    for (size_t d = 0; d < a->head_width; d++) x[s * a->width + q.column + d] *= by;
}

/* ---- forward ---- */

INLINE void forward_part(const ClassAttention *a, size_t task, const bool bf16) {
  const Part q = part(a, task);
  const size_t w = a->width;
  for (size_t i = 0; i < 3; i++) fetch(a, q, i);
  for (size_t s = q.first; s < q.end; s++) { /* the mean's place holds the class token first */
    for (size_t i = 0; i < w; i++) a->mean[of_head(a, q, s) + i] = load(a->x, (size_t)a->first[s] * w + i, bf16);
    memcpy(a->query + s * w + q.column, a->bias + q.column, a->head_width * sizeof(float));
    memcpy(a->dy + s * w + q.column, a->bias + 2 * w + q.column, a->head_width * sizeof(float));
  }
  down(a, q, a->mean, 0, a->query);
  scale(a, q, a->query);
  across(a, q, a->query, 1, a->key);
  for (size_t s = q.first; s < q.end; s++) {
    const size_t row = (size_t)a->first[s], tokens = (size_t)a->first[s + 1] - row;
    const Rows x = {a->x, row * w, w};
    float *weights = a->weights + q.head * a->rows + row, most = -INFINITY, all = 0;
    dots(a->key + of_head(a, q, s), w, x, tokens, weights, 1, bf16);
    for (size_t t = 0; t < tokens; t++) most = weights[t] > most ? weights[t] : most;
    for (size_t t = 0; t < tokens; t++) weights[t] = exponential(weights[t] - most);
    for (size_t t = 0; t < tokens; t++) all += weights[t];
    for (size_t t = 0; t < tokens; t++) weights[t] /= all;
    sums(tokens, (Factors){weights, 1, 0}, x, w, a->mean + of_head(a, q, s), w, 1, false, bf16);
  }
  down(a, q, a->mean, 2, a->dy);
  for (size_t s = q.first; s < q.end; s++)
    for (size_t d = 0; d < a->head_width; d++) store(a->y, s * w + q.column + d, a->dy[s * w + q.column + d], bf16);
}

static void forward(void *args, size_t task) {
  const ClassAttention *a = args;
  a->bf16 ? forward_part(a, task, true) : forward_part(a, task, false);
}

/* ---- gradient ---- */

/* What comes and the class token of a sequence in float32. */
static void widen(void *args, size_t s) {
  const ClassAttention *a = args;
  for (size_t i = 0; i < a->width; i++) {
    a->dy[s * a->width + i] = load(a->given, s * a->width + i, a->bf16);
    a->dfirst[s * a->width + i] = load(a->x, (size_t)a->first[s] * a->width + i, a->bf16);
  }
}

INLINE void scores_part(const ClassAttention *a, size_t task, const bool bf16) {
  const Part q = part(a, task);
  const size_t w = a->width;
  fetch(a, q, 2);
  fetch(a, q, 1);
  across(a, q, a->dy, 2, a->dmean);
  for (size_t s = q.first; s < q.end; s++) {
    const size_t row = (size_t)a->first[s], tokens = (size_t)a->first[s + 1] - row;
    const Rows x = {a->x, row * w, w};
    const float *weights = a->weights + q.head * a->rows + row;
    float *dscores = a->dscores + q.head * a->rows + row, along = 0;
    dots(a->dmean + of_head(a, q, s), w, x, tokens, dscores, 1, bf16);
    for (size_t t = 0; t < tokens; t++) along += weights[t] * dscores[t];
    for (size_t t = 0; t < tokens; t++) dscores[t] = weights[t] * (dscores[t] - along);
    sums(tokens, (Factors){dscores, 1, 0}, x, w, a->dkey + of_head(a, q, s), w, 1, false, bf16);
    memset(a->dquery + s * w + q.column, 0, a->head_width * sizeof(float));
  }
  down(a, q, a->dkey, 1, a->dquery);
  scale(a, q, a->dquery);
}

static void scores(void *args, size_t task) {
  const ClassAttention *a = args;
  a->bf16 ? scores_part(a, task, true) : scores_part(a, task, false);
}

/* Some lines of the kernel's gradient, and of the class tokens' by the queries. dfirst holds the class tokens before. */
static void kernel_lines(void *args, size_t task) {
  const ClassAttention *a = args;
  const size_t w = a->width, i = task * CLASS_LINES, lines = least(w - i, CLASS_LINES), stride = a->heads * w;
  float *to = a->dkernel + i * 3 * w;
  sums(a->sequences, (Factors){a->dfirst + i, w, 1}, (Rows){a->dquery, 0, w}, w, to, 3 * w, lines, false, false);
  for (size_t h = 0; h < a->heads; h++) {
    const size_t at = h * a->head_width;
    sums(a->sequences, (Factors){a->dkey + h * w + i, stride, 1}, (Rows){a->query, at, w}, a->head_width, to + w + at, 3 * w, lines, false, false);
    sums(a->sequences, (Factors){a->mean + h * w + i, stride, 1}, (Rows){a->dy, at, w}, a->head_width, to + 2 * w + at, 3 * w, lines, false, false);
  }
  for (size_t l = i; l < i + lines; l++) dots(a->kernel + l * 3 * w, w, (Rows){a->dquery, 0, w}, a->sequences, a->dfirst + l, w, false);
}

INLINE void sequence_rows(const ClassAttention *a, size_t s, const bool bf16) {
  const size_t w = a->width, row = (size_t)a->first[s], tokens = (size_t)a->first[s + 1] - row, at = s * a->heads * w;
  float dx[LINES * WIDE];
  for (size_t t = 0; t < tokens; t += LINES)
    for (size_t i = 0; i < w; i += WIDE) {
      const size_t lines = least(LINES, tokens - t), n = least(WIDE, w - i);
      sums(a->heads, (Factors){a->weights + row + t, a->rows, 1}, (Rows){a->dmean, at + i, w}, n, dx, WIDE, lines, false, false);
      sums(a->heads, (Factors){a->dscores + row + t, a->rows, 1}, (Rows){a->key, at + i, w}, n, dx, WIDE, lines, true, false);
      for (size_t j = 0; !t && j < n; j++) dx[j] += a->dfirst[s * w + i + j];
      for (size_t l = 0; l < lines; l++)
        for (size_t j = 0; j < n; j++) store(a->dx, (row + t + l) * w + i + j, dx[l * WIDE + j], bf16);
    }
}

static void sequence(void *args, size_t s) {
  const ClassAttention *a = args;
  a->bf16 ? sequence_rows(a, s, true) : sequence_rows(a, s, false);
}

__attribute__((visibility("hidden"))) const ClassKernels JOIN(class_, VARIANT) = {forward, widen, scores, kernel_lines, sequence};
