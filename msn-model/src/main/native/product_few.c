/* Matrix products of few rows: each value of the kernel meets so few others that what counts is to read, or to write, the
 * kernel once, in the order of memory. Sums are float32's by fused multiply-adds, in an order that does not depend on how
 * tasks are shared out. Built as kernels.c is. */
#include "values.h"

#include <string.h>

typedef float Aligned __attribute__((vector_size(4 * VW)));
typedef uint32_t Bits __attribute__((vector_size(4 * VW), aligned(4)));

/* SIDE: rows of x that meet SIDE rows of the kernel; LINES: of the kernel for which x is packed; NEAR: floats that stay in the first cache. */
enum { SIDE = VW == 16 ? 4 : 2, LINES = VW == 16 ? 8 : 4, NEAR = 6144, CHUNK = 1024, DX_LINES = 32, DW_LINES = 64 };

/* ---- values ---- */

/* As a bfloat16, to nearest, ties to even. */
INLINE Vector rounded(Vector x) {
  const Bits bits = (Bits)x, near = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000u, nan = (Bits)(x != x);
  return (Vector)((near & ~nan) | (nan & 0x7fc00000u));
}

/* The first `some` values, 0 behind them. */
INLINE Vector partial(const float *from, size_t some) {
  Vector x = {0};
  for (size_t i = 0; i < some; i++) x[i] = from[i];
  return x;
}

INLINE Vector kernel_values(const float *from, size_t some, const bool bf16) {
  const Vector x = some >= VW ? *(const Vector *)from : partial(from, some);
  return bf16 ? rounded(x) : x;
}

/* ---- before ---- */

static void plan(FewRows *p) {
  size_t vectors = NEAR / VW / p->rows;
  const size_t all = up(p->n, VW), most = up(all, 8);
  if (vectors > most) vectors = most;
  if (vectors < 1) vectors = 1;
  p->stripe = vectors * VW;
  p->y_tasks = up(p->n, p->stripe);
  p->dx_tasks = up(p->k, DX_LINES);
  p->dw_tasks = up(p->k, DW_LINES);
  p->packed_floats = up(p->k, LINES) * LINES * p->rows;
  p->wide_floats = p->bf16 ? p->rows * p->n : 0;
}

/* packed [k / LINES, rows, LINES] of x; wide [rows, n] of dy where that is bfloat16. */
static void pack(FewRows *p) {
  float *to = p->packed;
  for (size_t k = 0; k < p->k; k += LINES)
    for (size_t r = 0; r < p->rows; r++)
      for (size_t i = 0; i < LINES; i++)
        *to++ = k + i < p->k ? p->bf16 ? load(p->x, r * p->k + k + i, true) : load(p->x, r * p->k + k + i, false) : 0;
  if (!p->dy || !p->bf16) return;
  for (size_t i = 0; i < p->wide_floats; i++) p->wide[i] = load(p->dy, i, true);
}

INLINE const float *gradient(const FewRows *p) { return p->bf16 ? p->wide : p->dy; }

/* ---- y = x kernel: a stripe of columns ---- */

INLINE void add_lines(const FewRows *p, size_t from, size_t columns, size_t k, const size_t lines, Vector *sums, const bool bf16) {
  const size_t vectors = up(columns, VW);
  const float *x = p->packed + k / LINES * LINES * p->rows + k % LINES, *line = p->kernel + k * p->n + from;
  for (size_t j = 0; j < vectors; j++, line += VW) {
    Vector w[LINES];
#pragma GCC unroll 8
    for (size_t i = 0; i < lines; i++) {
      w[i] = kernel_values(line + i * p->n, columns - j * VW, bf16);
      if (lines > 1) __builtin_prefetch(line + (LINES + i) * p->n);
    }
    for (size_t r = 0; r < p->rows; r++) {
      Vector s = x[r * LINES] * w[0]; /* short sums of their own err less */
#pragma GCC unroll 8
      for (size_t i = 1; i < lines; i++) s += x[r * LINES + i] * w[i];
      sums[r * vectors + j] += s;
    }
  }
}

INLINE void stripe(const FewRows *p, size_t task, const bool bf16) {
  Vector sums[NEAR / VW + FEW_ROWS] __attribute__((aligned(64)));
  const size_t from = task * p->stripe, columns = least(p->stripe, p->n - from), vectors = up(columns, VW);
  memset(sums, 0, p->rows * vectors * sizeof *sums);
  size_t k = 0;
  for (; k + LINES <= p->k; k += LINES) add_lines(p, from, columns, k, LINES, sums, bf16);
  for (; k < p->k; k++) add_lines(p, from, columns, k, 1, sums, bf16);
  for (size_t r = 0; r < p->rows; r++) {
    const float *s = (const float *)(sums + r * vectors);
    for (size_t j = 0; j < columns; j++) store(p->y, r * p->n + from + j, s[j], bf16);
  }
}

static void forward(void *args, size_t task) {
  const FewRows *p = args;
  p->bf16 ? stripe(p, task, true) : stripe(p, task, false);
}

/* ---- dx = dy kernel' ---- */

/* Some rows of dy with some lines of the kernel, over columns from n on. */
INLINE void dots(const FewRows *p, size_t row, const size_t rows, size_t line, const size_t lines, size_t n, size_t columns, float *dx,
                 const bool bf16) {
  Vector s[SIDE][SIDE] = {0};
  const float *dy = gradient(p) + row * p->n + n, *w = p->kernel + line * p->n + n;
  size_t j = 0;
  for (; j + VW <= columns; j += VW) {
    Vector v[SIDE];
#pragma GCC unroll 4
    for (size_t i = 0; i < lines; i++) {
      v[i] = kernel_values(w + i * p->n + j, VW, bf16);
      if (!row) __builtin_prefetch(w + (SIDE + i) * p->n + j);
    }
#pragma GCC unroll 4
    for (size_t r = 0; r < rows; r++) {
      const Vector d = *(const Vector *)(dy + r * p->n + j);
#pragma GCC unroll 4
      for (size_t i = 0; i < lines; i++) s[r][i] += d * v[i];
    }
  }
  if (j < columns)
    for (size_t r = 0; r < rows; r++)
      for (size_t i = 0; i < lines; i++) s[r][i] += partial(dy + r * p->n + j, columns - j) * kernel_values(w + i * p->n + j, columns - j, bf16);
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < lines; i++) dx[(row + r) * SIDE + i] += total(s[r][i]);
}

INLINE void dots_of_lines(const FewRows *p, size_t line, const size_t lines, size_t n, size_t columns, float *dx, const bool bf16) {
  size_t row = 0;
  for (; row + SIDE <= p->rows; row += SIDE) dots(p, row, SIDE, line, lines, n, columns, dx, bf16);
  for (; row < p->rows; row++) dots(p, row, 1, line, lines, n, columns, dx, bf16);
}

INLINE void dx_lines(const FewRows *p, size_t task, const bool bf16) {
  const size_t end = least(p->k, (task + 1) * DX_LINES);
  for (size_t line = task * DX_LINES; line < end;) {
    const size_t lines = line + SIDE <= end ? SIDE : 1;
    float dx[FEW_ROWS * SIDE] = {0};
    for (size_t n = 0; n < p->n; n += CHUNK)
      if (lines == SIDE)
        dots_of_lines(p, line, SIDE, n, least(CHUNK, p->n - n), dx, bf16);
      else
        dots_of_lines(p, line, 1, n, least(CHUNK, p->n - n), dx, bf16);
    for (size_t r = 0; r < p->rows; r++)
      for (size_t i = 0; i < lines; i++) store(p->dx, r * p->k + line + i, dx[r * SIDE + i], bf16);
    line += lines;
  }
}

/* ---- dkernel = x' dy ---- */

/* A stripe of LINES lines, of which `lines` are there. */
INLINE void outer(const FewRows *p, size_t line, size_t lines, size_t from, size_t columns, const Vector *dy, const bool past) {
  const size_t vectors = up(columns, VW);
  const float *x = p->packed + line * p->rows;
  for (size_t j = 0; j < vectors; j++) {
    Vector s[LINES] = {0};
    for (size_t r = 0; r < p->rows; r++) {
      const Vector d = dy[r * vectors + j];
#pragma GCC unroll 8
      for (size_t i = 0; i < LINES; i++) s[i] += x[r * LINES + i] * d;
    }
    const size_t some = columns - j * VW;
    float *to = p->dkernel + line * p->n + from + j * VW;
    if (past && lines == LINES) {
#pragma GCC unroll 8
      for (size_t i = 0; i < LINES; i++) __builtin_nontemporal_store((Aligned)s[i], (Aligned *)(to + i * p->n));
    } else {
      for (size_t i = 0; i < lines; i++)
        if (some >= VW)
          *(Vector *)(to + i * p->n) = s[i];
        else
          for (size_t c = 0; c < some; c++) to[i * p->n + c] = s[i][c];
    }
  }
}

static void dkernel_lines(const FewRows *p, size_t task) {
  Vector dy[NEAR / VW + FEW_ROWS] __attribute__((aligned(64)));
  const size_t end = least(p->k, (task + 1) * DW_LINES);
  const bool past = (uintptr_t)p->dkernel % sizeof(Aligned) == 0 && p->n % VW == 0; /* the caches: nobody reads them soon */
  for (size_t from = 0; from < p->n; from += p->stripe) {
    const size_t columns = least(p->stripe, p->n - from), vectors = up(columns, VW);
    for (size_t r = 0; r < p->rows; r++)
      for (size_t j = 0; j < vectors; j++) dy[r * vectors + j] = kernel_values(gradient(p) + r * p->n + from + j * VW, columns - j * VW, false);
    for (size_t line = task * DW_LINES; line < end; line += LINES)
      past ? outer(p, line, least(LINES, end - line), from, columns, dy, true) : outer(p, line, least(LINES, end - line), from, columns, dy, false);
  }
  atomic_thread_fence(memory_order_seq_cst); /* behind stores past the caches */
}

static void backward(void *args, size_t task) {
  const FewRows *p = args;
  if (task >= p->dx_tasks)
    dkernel_lines(p, task - p->dx_tasks);
  else if (p->bf16)
    dx_lines(p, task, true);
  else
    dx_lines(p, task, false);
}

__attribute__((visibility("hidden"))) const FewKernels JOIN(few_, VARIANT) = {plan, pack, forward, backward};
