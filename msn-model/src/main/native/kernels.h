/* The arithmetic of the fused ops, built once for each instruction set (kernels.c) and chosen when the library is
 * loaded (choice.c). Rows are row-major; activations are float32 or bfloat16, everything else float32. Each function
 * does one task of many, so that a pool can share them out; tasks write apart from each other, and sums over tasks
 * are added up in order afterwards: the result does not depend on the number of threads. */
#ifndef ENDOSSL_KERNELS_H
#define ENDOSSL_KERNELS_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

INLINE size_t up(size_t a, size_t b) { return (a + b - 1) / b; }

INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }

enum { ROWS_PER_TASK = 32 };

INLINE size_t row_tasks(size_t rows) { return up(rows, ROWS_PER_TASK); }

/* LayerNorm over rows of [rows, width], of h alone or of h + (branch + bias). */
typedef struct {
  size_t rows, width;
  bool bf16;
  float epsilon;
  const float *h, *bias, *weight, *beta;
  const void *branch;      /* NULL: none */
  float *sum, *statistics; /* sum: with a branch; statistics [rows, 2]: mean, 1 / deviation */
  void *y;
  /* gradient */
  const float *dsum; /* NULL: zero */
  const void *dy;
  float *dh, *parts; /* parts [tasks, 3, width]: of bias, weight, beta */
  void *dbranch;     /* NULL: as dh */
} LayerNorm;

/* GELU of u + bias, exact; [rows, width]. */
typedef struct {
  size_t rows, width;
  bool bf16;
  const void *u, *dy;
  const float *bias;
  void *out;
  float *parts; /* [tasks, width] */
} BiasGelu;

/* Attention within each sequence of a matrix that holds many, one after the other. A task is one or
 * some heads of one sequence. */
typedef struct {
  size_t width, heads, head_width;
  bool bf16;
  const int64_t *first; /* row of each sequence's first token; one more for the end */
  const void *qkv;      /* [rows, 3, heads, head_width] */
  const float *bias;    /* [3, heads, head_width] */
  void *out;            /* [rows, width]; of the gradient [rows, 3 * width] */
  float *lse;           /* [rows, heads] log of the softmax's denominator */
  /* gradient */
  const void *dout;
  const float *saved_lse;
  float *parts; /* [sequences, 3 * width] */
  size_t longest;         /* tokens of a sequence */
  size_t tasks, together; /* heads of a task */
} Attention;

/* The class tokens' rows of attention, without keys and values of the other tokens: a query's scores are (Wk q) x, where the
 * keys' bias drops out of the softmax, and the values' are (sum a x) Wv + bv. A task is a head of CLASS_SEQUENCES. */
typedef struct {
  size_t rows, sequences, width, heads, head_width;
  bool bf16;
  const int64_t *first;       /* row of each sequence's first token; one more for the end */
  const void *x;              /* [rows, width], normalised */
  const float *kernel, *bias; /* [width, 3, heads, head_width], [3, heads, head_width] */
  void *y;                    /* [sequences, width] */
  float *query, *key;         /* [sequences, width], scaled; [sequences, heads, width], Wk q */
  float *weights, *mean;      /* [heads, rows], a softmax's; [sequences, heads, width], sum a x */
  float *dy;                  /* [sequences, width], y in float32 or, given, its gradient */
  /* gradient */
  const void *given;
  float *dquery, *dfirst;      /* [sequences, width] */
  float *dkey, *dmean;         /* as key and mean */
  float *dscores;              /* as weights */
  void *dx;
  float *dkernel;
} ClassAttention;

enum { CLASS_SEQUENCES = 16, CLASS_LINES = 32 };

/* GELU of x [rows, width], normalised over the rows of each group. A task is NORM_COLUMNS of the width. */
typedef struct {
  size_t width, groups;
  const int32_t *sizes; /* rows of each group */
  float epsilon;
  const float *x, *weight, *beta;
  float *y, *mean, *variance; /* of each group, [groups, width] */
  /* gradient */
  const float *dy, *saved_mean, *saved_variance;
  float *dx, *dweight, *dbeta;
} BatchNorm;

enum { NORM_COLUMNS = 64 };

/* Tokens [batch, 1 + kept, width] of projected patches [batch, kept, width] and what is added to every image. A task is
 * ADDED_ROWS of that. */
typedef struct {
  size_t batch, kept, width;
  bool bf16; /* of projected and its gradient */
  const void *projected;
  const float *added; /* [1 + kept, width], the class token first */
  float *x;
  /* gradient */
  const float *dx;
  void *dprojected;
  float *dadded;
} Tokens;

enum { ADDED_ROWS = 8 };

/* Patches of images [batch, side, side, 3], those of keep only. A task is one image. */
typedef struct {
  size_t grid, patch, kept;
  bool bf16;
  const float *images;
  const int32_t *keep; /* NULL: all */
  void *out;           /* [batch * kept, patch * patch * 3] */
} Patches;

/* A stretch of a parameter: AdamW's step. */
typedef struct {
  float *restrict weight, *restrict first, *restrict second; /* moments */
  const float *restrict gradient;
  size_t count;
  float rate, epsilon, decay, scale;
} AdamW;

/* A stretch of values and the sum of their squares. */
typedef struct {
  const float *values;
  size_t count;
  double sum;
} Squares;

/* What threads know of a job of a product. */
typedef struct {
  _Atomic(const char *) packed;  /* its panels, once others may help */
  atomic_size_t next, done;      /* groups of rows */
} ProductJob;

enum { SQUARE = 32 };

/* C [m, n] = A B; A is [m, k], or [k, m] where it lies across, B [k, n] or [n, k]. plan() fills in the sizes. */
typedef struct {
  const struct ProductKernels *kernels;
  size_t m, n, k;
  bool a_across, b_across;
  bool b16, c16; /* of bfloat16, of which A is always: whether B and C are stored so, or as float32 */
  const void *a, *b;
  void *c;
  enum { PLAIN, GELU_OF, SLOPE_OF } last; /* of bfloat16 results: what is done to them before they are written */
  const float *bias;                      /* u = A B, C = gelu(u + bias); or C = A B gelu'(u + bias); NULL: neither */
  uint16_t *u;                            /* [m, n]; NULL: not wanted. With a left side that lies across A is gelu(u + bias), A in place of u */
  float *sums;                            /* [groups of 32 rows, n]: of the columns of C that SLOPE_OF makes */
  char *left; /* A's tiles, if they are to be made beforehand, of left_bytes, aligned to a cache line */
  size_t left_bytes;
  float *squares; /* of each square of SQUARE rows and columns of C, the sum of its squares; NULL: not wanted */
  size_t depth, row_parts, tiles, panels, jobs, bytes;
  atomic_size_t next;
  ProductJob *job; /* `jobs` of them, zero */
} Product;

typedef struct ProductKernels {
  void (*plan)(Product *, size_t threads);
  void (*work)(Product *, char *scratch); /* by each thread, with `bytes` of its own, aligned to a cache line */
  size_t (*left_tasks)(Product *);        /* that make A's tiles, after plan(); NULL: none ever */
  void (*left)(void *product, size_t task);
} ProductKernels;

enum { FEW_ROWS = 48 }; /* fewer are few, of bfloat16 fewer than half as many */

/* y = x kernel or its gradients, of few rows; x [rows, k], kernel [k, n], y and dy [rows, n]. plan() fills in the sizes. */
typedef struct {
  size_t rows, k, n;
  bool bf16; /* of x, y, dy and dx; kernel values are rounded so */
  const void *x, *dy;
  const float *kernel;
  void *y, *dx;
  float *dkernel;
  size_t stripe, y_tasks, dx_tasks, dw_tasks, packed_floats, wide_floats;
  float *packed, *wide; /* scratch */
} FewRows;

typedef struct {
  void (*plan)(FewRows *);
  void (*pack)(FewRows *);
  void (*forward)(void *, size_t task);  /* y_tasks */
  void (*backward)(void *, size_t task); /* dx_tasks + dw_tasks */
} FewKernels;

/* plan() fills in the tasks and returns the bytes of scratch, which is a thread's own and aligned to a cache line. `then` is the
 * task that the thread does next; there is none from the number of tasks on. */
typedef struct {
  size_t (*plan)(Attention *, bool gradient, size_t sequences, size_t threads);
  void (*attention)(const Attention *, size_t task, size_t then, char *scratch);
  void (*gradient)(const Attention *, size_t task, size_t then, char *scratch);
} AttentionKernels;

typedef struct {
  void (*forward)(void *, size_t task);  /* heads of CLASS_SEQUENCES */
  void (*widen)(void *, size_t task);    /* sequences; then */
  void (*scores)(void *, size_t task);   /* as forward; then */
  void (*kernels)(void *, size_t task);  /* CLASS_LINES of the kernel; then */
  void (*rows)(void *, size_t task);     /* sequences */
} ClassKernels;

typedef struct {
  bool in_place; /* whether y may be branch or u, sum h, and of gradients dh dsum, dbranch and du dy */
  void (*layer_norm)(void *, size_t task);
  void (*layer_norm_gradient)(void *, size_t task);
  void (*bias_gelu)(void *, size_t task);
  void (*bias_gelu_gradient)(void *, size_t task);
  void (*patches)(void *, size_t task);
} RowKernels;

typedef struct {
  const char *name;
  RowKernels rows;
  const AttentionKernels *attention;
  void (*adamw)(void *, size_t task);   /* of an array */
  void (*squares)(void *, size_t task); /* of an array */
  void (*batch_norm)(void *, size_t task);
  void (*batch_norm_gradient)(void *, size_t task);
  void (*tokens)(void *, size_t task);
  void (*tokens_gradient)(void *, size_t task);
} Kernels;

#endif
