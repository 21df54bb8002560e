/* The fused ops of a Vision Transformer, forward and backward, for TensorFlow's C kernel interface (a stable ABI: no
 * TensorFlow headers, no C++). What they compute is written beside their registration, at the end. */
#include "kernels.h"
#include "pool.h"
#include "tf_c.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FLOAT = 1, INT32 = 3, BFLOAT16 = 14, INVALID_ARGUMENT = 3, RESOURCE_EXHAUSTED = 8, MOST = 8 };

static const Kernels *kernels;
static const ProductKernels *products, *products16; /* of float32, of bfloat16 (NULL: none) */
static const FewKernels *few;
static const AttentionKernels *attentions; /* of bfloat16 */
static const RowKernels *rows16; /* of bfloat16 */
static const ClassKernels *class_kernels;

/* ---- a call ---- */

typedef struct {
  int64_t heads, patch, sums;
  float epsilon;
  int type;
  unsigned char gradient;          /* of an MLP */
  unsigned char *decayed, *scaled; /* of AdamW */
} Attributes;

typedef struct {
  const char *op;
  const Attributes *attributes;
  Opaque *context, *status, *in[MOST], *out[MOST];
  int inputs;
} Call;

static bool failed(const Call *c) { return TF_GetCode(c->status) != 0; }

__attribute__((format(printf, 2, 3))) static void fail(Call *c, const char *format, ...) {
  char message[320];
  int n = snprintf(message, sizeof message, "%s: ", c->op);
  va_list values;
  va_start(values, format);
  vsnprintf(message + n, sizeof message - (size_t)n, format, values);
  va_end(values);
  if (!failed(c)) TF_SetStatus(c->status, INVALID_ARGUMENT, message);
}

static void no_memory(Call *c) {
  if (!failed(c)) TF_SetStatus(c->status, RESOURCE_EXHAUSTED, "no memory for an op's scratch values");
}

static void *data(const Call *c, int i) { return TF_TensorData(c->in[i]); }

static bool is16(const Call *c, int i) { return TF_TensorType(c->in[i]) == BFLOAT16; }

static size_t count(const Call *c, int i) { return (size_t)TF_TensorElementCount(c->in[i]); }

static void shape_text(const Opaque *t, char *to, size_t size) {
  size_t n = (size_t)snprintf(to, size, "[");
  for (int i = 0; i < TF_NumDims(t) && n < size; i++)
    n += (size_t)snprintf(to + n, size - n, i ? ", %lld" : "%lld", (long long)TF_Dim(t, i));
  if (n < size) snprintf(to + n, size - n, "]");
}

/* Fails unless the input has this shape; -1 stands for any size. */
static void want(Call *c, int i, const char *name, int dims, int64_t a, int64_t b) {
  const Opaque *t = c->in[i];
  if (TF_NumDims(t) == dims && (dims < 1 || a < 0 || TF_Dim(t, 0) == a) && (dims < 2 || b < 0 || TF_Dim(t, 1) == b)) return;
  char got[96];
  shape_text(t, got, sizeof got);
  if (dims == 1)
    fail(c, "%s: got shape %s, wanted [%lld]", name, got, (long long)a);
  else
    fail(c, "%s: got shape %s, wanted [%lld, %lld] (-1: any)", name, got, (long long)a, (long long)b);
}

static void *allocate(Call *c, int i, int type, int dims, int64_t a, int64_t b) {
  if (failed(c)) return NULL;
  const int64_t shape[2] = {a, b};
  const size_t bytes = (size_t)a * (dims == 2 ? (size_t)b : 1) * (type == BFLOAT16 ? 2 : 4);
  Opaque *t = TF_AllocateOutput(c->context, i, type, shape, dims, bytes, c->status);
  c->out[i] = t;
  return t ? TF_TensorData(t) : NULL;
}

/* An output of [a, b] in place of an input of that type and shape, where nobody else reads it and the kernels take it. */
static void *replace(Call *c, int input, int i, int type, int64_t a, int64_t b, bool in_place) {
  if (!in_place || failed(c)) return allocate(c, i, type, 2, a, b);
  const int64_t shape[2] = {a, b};
  int from;
  TF_DeleteTensor(c->in[input]); /* another reader else; the context holds it until the end of the call */
  c->in[input] = NULL;
  Opaque *t = TF_ForwardInputOrAllocateOutput(c->context, &input, 1, i, shape, 2, &from, c->status);
  c->out[i] = t;
  return t ? TF_TensorData(t) : NULL;
}

static void call(void *attributes, Opaque *context, const char *op, void (*body)(Call *)) {
  Call c = {.op = op, .attributes = attributes, .context = context, .status = TF_NewStatus(), .inputs = TF_NumInputs(context)};
  for (int i = 0; i < c.inputs && !failed(&c); i++) TF_GetInput(context, i, &c.in[i], c.status);
  if (!failed(&c)) body(&c);
  if (failed(&c)) TF_OpKernelContext_Failure(context, c.status);
  for (int i = 0; i < MOST; i++) {
    if (c.in[i]) TF_DeleteTensor(c.in[i]);
    if (c.out[i]) TF_DeleteTensor(c.out[i]);
  }
  TF_DeleteStatus(c.status);
}

/* Adds up [n, width] rows that lie a stride apart, in order. */
static void add_parts(const float *parts, size_t n, size_t stride, size_t width, float *to) {
  memset(to, 0, width * sizeof *to);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < width; j++) to[j] += parts[i * stride + j];
}

static const RowKernels *row_kernels(bool bf16) { return bf16 ? rows16 : &kernels->rows; }

static size_t row_tasks(size_t rows) { return (rows + ROWS_PER_TASK - 1) / ROWS_PER_TASK; }

enum { WORKING, SHARED, BETWEEN, SCRATCHES }; /* what a thread works with, and what it holds for all threads of its call */
static pthread_key_t scratch_keys[SCRATCHES]; /* a thread's own, for as long as it lives */

typedef struct {
  size_t bytes;
  char *values;
} Scratch;

static void free_scratch(void *scratch) {
  if (scratch) free(((Scratch *)scratch)->values);
  free(scratch);
}

/* NULL when there is no memory. In huge pages where the system gives them. */
static char *scratch_for(int use, size_t bytes) {
  enum { HUGE = 2 * 1024 * 1024 };
  Scratch *s = pthread_getspecific(scratch_keys[use]);
  if (!s) {
    s = calloc(1, sizeof *s);
    if (!s || pthread_setspecific(scratch_keys[use], s)) {
      free(s);
      return NULL;
    }
  }
  if (s->bytes < bytes) {
    free(s->values);
    *s = (Scratch){0};
    const size_t whole = (bytes + HUGE - 1) / HUGE * HUGE;
    void *values;
    if (posix_memalign(&values, HUGE, whole)) return NULL;
    madvise(values, whole, MADV_HUGEPAGE);
    *s = (Scratch){whole, values};
  }
  return s->values;
}

static char *scratch(size_t bytes) { return scratch_for(WORKING, bytes); }

/* ---- LayerNorm ---- */

static void width_known(Call *c, size_t width) {
  if (!width) fail(c, "got rows of width 0, wanted at least 1");
}

static void add_layer_norm(Call *c) { /* h branch bias weight beta -> sum y statistics */
  want(c, 0, "h", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1);
  width_known(c, (size_t)width);
  want(c, 1, "branch", 2, rows, width);
  const char *names[] = {"bias", "weight", "beta"};
  for (int i = 0; i < 3; i++) want(c, 2 + i, names[i], 1, width, 0);
  const int type = TF_TensorType(c->in[1]);
  LayerNorm a = {.rows = (size_t)rows, .width = (size_t)width, .bf16 = type == BFLOAT16, .epsilon = c->attributes->epsilon,
                 .h = data(c, 0), .branch = data(c, 1), .bias = data(c, 2), .weight = data(c, 3), .beta = data(c, 4)};
  const bool in_place = row_kernels(a.bf16)->in_place;
  a.sum = replace(c, 0, 0, FLOAT, rows, width, in_place);
  a.y = replace(c, 1, 1, type, rows, width, in_place);
  a.statistics = allocate(c, 2, FLOAT, 2, rows, 2);
  if (!failed(c)) pool_run(row_kernels(a.bf16)->layer_norm, &a, row_tasks(a.rows));
}

static void layer_norm(Call *c) { /* x weight beta -> y statistics */
  want(c, 0, "x", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1);
  width_known(c, (size_t)width);
  want(c, 1, "weight", 1, width, 0);
  want(c, 2, "beta", 1, width, 0);
  const int type = c->attributes->type;
  LayerNorm a = {.rows = (size_t)rows, .width = (size_t)width, .bf16 = type == BFLOAT16, .epsilon = c->attributes->epsilon,
                 .h = data(c, 0), .weight = data(c, 1), .beta = data(c, 2)};
  a.y = allocate(c, 0, type, 2, rows, width);
  a.statistics = allocate(c, 1, FLOAT, 2, rows, 2);
  if (!failed(c)) pool_run(row_kernels(a.bf16)->layer_norm, &a, row_tasks(a.rows));
}

/* outputs: of bias (-1: none), weight and beta. */
static void layer_norm_gradient(Call *c, LayerNorm *a, const int outputs[3]) {
  const size_t tasks = row_tasks(a->rows);
  float *sums[3];
  for (int i = 0; i < 3; i++)
    sums[i] = outputs[i] < 0 ? NULL : allocate(c, outputs[i], FLOAT, 1, (int64_t)a->width, 0);
  if (failed(c)) return;
  a->parts = malloc(tasks * 3 * a->width * sizeof(float) + 1);
  if (!a->parts) {
    no_memory(c);
    return;
  }
  pool_run(row_kernels(a->bf16)->layer_norm_gradient, a, tasks);
  for (size_t i = 0; i < 3; i++)
    if (sums[i]) add_parts(a->parts + i * a->width, tasks, 3 * a->width, a->width, sums[i]);
  free(a->parts);
}

static void add_layer_norm_gradient(Call *c) { /* dsum dy sum statistics weight -> dh dbranch dbias dweight dbeta */
  want(c, 1, "dy", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[1], 0), width = TF_Dim(c->in[1], 1);
  if (count(c, 0)) want(c, 0, "dsum", 2, rows, width);
  want(c, 2, "sum", 2, rows, width);
  want(c, 3, "statistics", 2, rows, 2);
  want(c, 4, "weight", 1, width, 0);
  const int type = TF_TensorType(c->in[1]);
  LayerNorm a = {.rows = (size_t)rows, .width = (size_t)width, .bf16 = type == BFLOAT16,
                 .dsum = count(c, 0) ? data(c, 0) : NULL, .dy = data(c, 1), .h = data(c, 2), .statistics = data(c, 3),
                 .weight = data(c, 4)};
  const bool in_place = row_kernels(a.bf16)->in_place;
  a.dh = replace(c, 0, 0, FLOAT, rows, width, in_place && a.dsum);
  if (a.bf16)
    a.dbranch = replace(c, 1, 1, type, rows, width, in_place);
  else
    allocate(c, 1, type, 2, 0, width); /* it is dh */
  layer_norm_gradient(c, &a, (const int[]){2, 3, 4});
}

static void plain_layer_norm_gradient(Call *c) { /* dy x statistics weight -> dx dweight dbeta */
  want(c, 0, "dy", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1);
  want(c, 1, "x", 2, rows, width);
  want(c, 2, "statistics", 2, rows, 2);
  want(c, 3, "weight", 1, width, 0);
  LayerNorm a = {.rows = (size_t)rows, .width = (size_t)width, .bf16 = TF_TensorType(c->in[0]) == BFLOAT16,
                 .dy = data(c, 0), .h = data(c, 1), .statistics = data(c, 2), .weight = data(c, 3)};
  a.dh = allocate(c, 0, FLOAT, 2, rows, width);
  layer_norm_gradient(c, &a, (const int[]){-1, 1, 2});
}

/* ---- bias and GELU ---- */

static void bias_gelu(Call *c) { /* u bias -> y */
  want(c, 0, "u", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1);
  want(c, 1, "bias", 1, width, 0);
  const int type = TF_TensorType(c->in[0]);
  BiasGelu a = {.rows = (size_t)rows, .width = (size_t)width, .bf16 = type == BFLOAT16, .u = data(c, 0), .bias = data(c, 1)};
  a.out = replace(c, 0, 0, type, rows, width, row_kernels(a.bf16)->in_place);
  if (!failed(c)) pool_run(row_kernels(a.bf16)->bias_gelu, &a, row_tasks(a.rows));
}

static void bias_gelu_gradient(Call *c) { /* dy u bias -> du dbias */
  want(c, 0, "dy", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1);
  want(c, 1, "u", 2, rows, width);
  want(c, 2, "bias", 1, width, 0);
  const int type = TF_TensorType(c->in[0]);
  BiasGelu a = {.rows = (size_t)rows, .width = (size_t)width, .bf16 = type == BFLOAT16, .dy = data(c, 0), .u = data(c, 1),
                .bias = data(c, 2)};
  a.out = replace(c, 0, 0, type, rows, width, row_kernels(a.bf16)->in_place);
  float *dbias = allocate(c, 1, FLOAT, 1, width, 0);
  if (failed(c)) return;
  const size_t tasks = row_tasks(a.rows);
  a.parts = malloc(tasks * a.width * sizeof(float) + 1);
  if (!a.parts) {
    no_memory(c);
    return;
  }
  pool_run(row_kernels(a.bf16)->bias_gelu_gradient, &a, tasks);
  add_parts(a.parts, tasks, a.width, a.width, dbias);
  free(a.parts);
}

/* ---- BatchNorm and GELU ---- */

/* The rows of each group, which are all rows; NULL on failure. */
static const int32_t *group_sizes(Call *c, int input, int64_t rows) {
  const int32_t *sizes = data(c, input);
  int64_t all = 0;
  if (TF_NumDims(c->in[input]) != 1) fail(c, "groups: got rank %d, wanted 1", TF_NumDims(c->in[input]));
  for (size_t g = 0; !failed(c) && g < count(c, input); g++) {
    if (sizes[g] < 1) fail(c, "groups: value %zu: got %d rows, wanted at least 1", g, sizes[g]);
    all += sizes[g];
  }
  if (all != rows) fail(c, "groups: got %lld rows in all, wanted the %lld of x", (long long)all, (long long)rows);
  return failed(c) ? NULL : sizes;
}

static void batch_norm_gelu(Call *c) { /* x weight beta groups -> y mean variance */
  want(c, 0, "x", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1), groups = (int64_t)count(c, 3);
  want(c, 1, "weight", 1, width, 0);
  want(c, 2, "beta", 1, width, 0);
  BatchNorm a = {.width = (size_t)width, .groups = (size_t)groups, .sizes = group_sizes(c, 3, rows), .epsilon = c->attributes->epsilon,
                 .x = data(c, 0), .weight = data(c, 1), .beta = data(c, 2)};
  a.y = allocate(c, 0, FLOAT, 2, rows, width);
  a.mean = allocate(c, 1, FLOAT, 2, groups, width);
  a.variance = allocate(c, 2, FLOAT, 2, groups, width);
  if (!failed(c)) pool_run(kernels->batch_norm, &a, up(a.width, NORM_COLUMNS));
}

static void batch_norm_gelu_gradient(Call *c) { /* dy x weight beta mean variance groups -> dx dweight dbeta */
  want(c, 0, "dy", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1), groups = (int64_t)count(c, 6);
  want(c, 1, "x", 2, rows, width);
  want(c, 2, "weight", 1, width, 0);
  want(c, 3, "beta", 1, width, 0);
  want(c, 4, "mean", 2, groups, width);
  want(c, 5, "variance", 2, groups, width);
  BatchNorm a = {.width = (size_t)width, .groups = (size_t)groups, .sizes = group_sizes(c, 6, rows), .epsilon = c->attributes->epsilon,
                 .dy = data(c, 0), .x = data(c, 1), .weight = data(c, 2), .beta = data(c, 3), .saved_mean = data(c, 4),
                 .saved_variance = data(c, 5)};
  a.dx = allocate(c, 0, FLOAT, 2, rows, width);
  a.dweight = allocate(c, 1, FLOAT, 1, width, 0);
  a.dbeta = allocate(c, 2, FLOAT, 1, width, 0);
  if (!failed(c)) pool_run(kernels->batch_norm_gradient, &a, up(a.width, NORM_COLUMNS));
}

/* ---- attention ---- */

/* The first row of every sequence and the end, from groups [n, 2] of (sequences, tokens), and the tokens of
 * the longest; NULL on failure. */
static int64_t *first_rows(Call *c, int input, int64_t rows, size_t *sequences, size_t *longest) {
  want(c, input, "groups", 2, -1, 2);
  if (failed(c)) return NULL;
  const int32_t *groups = data(c, input);
  const size_t n = count(c, input) / 2;
  int64_t total = 0, all = 0;
  for (size_t g = 0; g < n; g++) {
    if (groups[2 * g] < 0 || groups[2 * g + 1] < 1) {
      fail(c, "groups: row %zu: got %d sequences of %d tokens, wanted at least 0 of at least 1", g, groups[2 * g], groups[2 * g + 1]);
      return NULL;
    }
    total += (int64_t)groups[2 * g] * groups[2 * g + 1];
    all += groups[2 * g];
    if (groups[2 * g] && (size_t)groups[2 * g + 1] > *longest) *longest = (size_t)groups[2 * g + 1];
  }
  if (total != rows) {
    fail(c, "groups: got %lld tokens in all, wanted the %lld rows of qkv", (long long)total, (long long)rows);
    return NULL;
  }
  int64_t *first = malloc(((size_t)all + 1) * sizeof *first), row = 0;
  if (!first) {
    no_memory(c);
    return NULL;
  }
  size_t s = 0;
  for (size_t g = 0; g < n; g++)
    for (int32_t i = 0; i < groups[2 * g]; i++, row += groups[2 * g + 1]) first[s++] = row;
  first[s] = row;
  *sequences = s;
  return first;
}

typedef struct {
  Attention a;
  void (*work)(const Attention *, size_t task, size_t then, char *scratch);
  size_t bytes;
  atomic_size_t next;
} AttentionCall;

/* A thread takes a task when it begins the one before. One without scratch leaves the work to the others. */
static void attention_work(void *args, size_t thread) {
  (void)thread;
  AttentionCall *call = args;
  char *memory = scratch(call->bytes);
  if (!memory) return;
  for (size_t task = atomic_fetch_add(&call->next, 1), then; task < call->a.tasks; task = then) {
    then = atomic_fetch_add(&call->next, 1);
    call->work(&call->a, task, then, memory);
  }
}

static void attention_tasks(Call *c, const Attention *a, bool gradient, size_t sequences) {
  const AttentionKernels *by = a->bf16 ? attentions : &kernels->attention;
  AttentionCall call = {.a = *a, .work = gradient ? by->gradient : by->attention};
  call.bytes = by->plan(&call.a, gradient, sequences, pool_threads());
  pool_run(attention_work, &call, pool_threads());
  if (call.next < call.a.tasks) no_memory(c);
}

static bool attention_shape(Call *c, int qkv, int bias, Attention *a, int64_t *rows) {
  want(c, qkv, "qkv", 2, -1, -1);
  if (failed(c)) return false;
  *rows = TF_Dim(c->in[qkv], 0);
  const int64_t columns = TF_Dim(c->in[qkv], 1), heads = c->attributes->heads;
  want(c, bias, "bias", 1, columns, 0);
  if (columns < 3 * heads || columns % (3 * heads))
    fail(c, "qkv: got %lld columns, wanted a multiple of 3 times the %lld heads", (long long)columns, (long long)heads);
  *a = (Attention){.width = (size_t)(columns / 3), .heads = (size_t)heads, .head_width = (size_t)(columns / 3 / heads),
                   .bf16 = TF_TensorType(c->in[qkv]) == BFLOAT16, .qkv = data(c, qkv), .bias = data(c, bias)};
  return !failed(c);
}

static void attention(Call *c) { /* qkv bias groups -> y lse */
  Attention a;
  int64_t rows;
  size_t sequences;
  if (!attention_shape(c, 0, 1, &a, &rows)) return;
  int64_t *first = first_rows(c, 2, rows, &sequences, &a.longest);
  if (!first) return;
  a.first = first;
  a.out = allocate(c, 0, TF_TensorType(c->in[0]), 2, rows, (int64_t)a.width);
  a.lse = allocate(c, 1, FLOAT, 2, rows, (int64_t)a.heads);
  if (!failed(c)) attention_tasks(c, &a, false, sequences);
  free(first);
}

static void attention_gradient(Call *c) { /* dy qkv bias lse groups -> dqkv dbias */
  Attention a;
  int64_t rows;
  size_t sequences;
  if (!attention_shape(c, 1, 2, &a, &rows)) return;
  want(c, 0, "dy", 2, rows, (int64_t)a.width);
  want(c, 3, "lse", 2, rows, (int64_t)a.heads);
  int64_t *first = failed(c) ? NULL : first_rows(c, 4, rows, &sequences, &a.longest);
  if (!first) return;
  a.first = first;
  a.dout = data(c, 0);
  a.saved_lse = data(c, 3);
  a.out = allocate(c, 0, TF_TensorType(c->in[1]), 2, rows, 3 * (int64_t)a.width);
  float *dbias = allocate(c, 1, FLOAT, 1, 3 * (int64_t)a.width, 0);
  if (!failed(c)) {
    a.parts = malloc(sequences * 3 * a.width * sizeof(float) + 1);
    if (a.parts) {
      attention_tasks(c, &a, true, sequences);
      add_parts(a.parts, sequences, 3 * a.width, 3 * a.width, dbias);
    } else {
      no_memory(c);
    }
    free(a.parts);
  }
  free(first);
}

/* ---- attention of class tokens ---- */

/* Of x, kernel and groups, which are inputs; the sequences' first rows are the caller's to free, NULL on failure. */
static int64_t *class_attention_shape(Call *c, int x, int kernel, int groups, ClassAttention *a) {
  want(c, x, "x", 2, -1, -1);
  if (failed(c)) return NULL;
  const int64_t rows = TF_Dim(c->in[x], 0), width = TF_Dim(c->in[x], 1), heads = c->attributes->heads;
  want(c, kernel, "kernel", 2, width, 3 * width);
  if (width < heads || width % heads) fail(c, "x: got %lld columns, wanted a multiple of the %lld heads", (long long)width, (long long)heads);
  *a = (ClassAttention){.rows = (size_t)rows, .width = (size_t)width, .heads = (size_t)heads, .head_width = (size_t)(width / heads),
                        .bf16 = TF_TensorType(c->in[x]) == BFLOAT16, .x = data(c, x), .kernel = data(c, kernel)};
  size_t longest = 0;
  int64_t *first = failed(c) ? NULL : first_rows(c, groups, rows, &a->sequences, &longest);
  a->first = first;
  return first;
}

static size_t class_tasks(const ClassAttention *a) { return up(a->sequences, CLASS_SEQUENCES) * a->heads; }

static void class_attention(Call *c) { /* x kernel bias groups -> y query key weights mean */
  ClassAttention a;
  int64_t *first = class_attention_shape(c, 0, 1, 3, &a);
  const int64_t n = first ? (int64_t)a.sequences : 0, width = first ? (int64_t)a.width : 0, wide = first ? width * (int64_t)a.heads : 0;
  if (!first) return;
  want(c, 2, "bias", 1, 3 * width, 0);
  a.bias = data(c, 2);
  a.y = allocate(c, 0, TF_TensorType(c->in[0]), 2, n, width);
  a.query = allocate(c, 1, FLOAT, 2, n, width);
  a.key = allocate(c, 2, FLOAT, 2, n, wide);
  a.weights = allocate(c, 3, FLOAT, 2, (int64_t)a.heads, (int64_t)a.rows);
  a.mean = allocate(c, 4, FLOAT, 2, n, wide);
  a.dy = failed(c) ? NULL : (float *)scratch((size_t)(n * width) * sizeof(float) + 1);
  if (a.dy)
    pool_run(class_kernels->forward, &a, class_tasks(&a));
  else
    no_memory(c);
  free(first);
}

static void class_attention_gradient(Call *c) { /* dy x kernel query key weights mean groups -> dx dkernel dbias */
  ClassAttention a;
  int64_t *first = class_attention_shape(c, 1, 2, 7, &a);
  if (!first) return;
  const int64_t n = (int64_t)a.sequences, width = (int64_t)a.width, wide = width * (int64_t)a.heads;
  want(c, 0, "dy", 2, n, width);
  want(c, 3, "query", 2, n, width);
  want(c, 4, "key", 2, n, wide);
  want(c, 5, "weights", 2, (int64_t)a.heads, (int64_t)a.rows);
  want(c, 6, "mean", 2, n, wide);
  a.query = data(c, 3), a.key = data(c, 4), a.weights = data(c, 5), a.mean = data(c, 6);
  a.dx = allocate(c, 0, TF_TensorType(c->in[1]), 2, (int64_t)a.rows, width);
  a.dkernel = allocate(c, 1, FLOAT, 2, width, 3 * width);
  float *dbias = allocate(c, 2, FLOAT, 1, 3 * width, 0);
  const size_t each = (size_t)(n * width), all = each * a.heads;
  a.dy = failed(c) ? NULL : (float *)scratch((3 * each + 2 * all + a.rows * a.heads) * sizeof(float) + 1);
  if (a.dy) {
    a.dquery = a.dy + each, a.dfirst = a.dquery + each, a.dkey = a.dfirst + each, a.dmean = a.dkey + all, a.dscores = a.dmean + all;
    a.given = data(c, 0);
    pool_run(class_kernels->widen, &a, a.sequences);
    pool_run(class_kernels->scores, &a, class_tasks(&a));
    pool_run(class_kernels->kernels, &a, up(a.width, CLASS_LINES));
    pool_run(class_kernels->rows, &a, a.sequences);
    add_parts(a.dquery, a.sequences, a.width, a.width, dbias);
    memset(dbias + width, 0, (size_t)width * sizeof *dbias);
    add_parts(a.dy, a.sequences, a.width, a.width, dbias + 2 * width);
  } else {
    no_memory(c);
  }
  free(first);
}

/* ---- patches ---- */

static void patches(Call *c) { /* images keep -> patches */
  const Opaque *images = c->in[0];
  const int64_t patch = c->attributes->patch;
  if (TF_NumDims(images) != 4 || TF_Dim(images, 1) != TF_Dim(images, 2) || TF_Dim(images, 3) != 3 || TF_Dim(images, 1) < patch ||
      TF_Dim(images, 1) % patch) {
    char got[96];
    shape_text(images, got, sizeof got);
    fail(c, "images: got shape %s, wanted [batch, side, side, 3] with a side that %lld divides", got, (long long)patch);
    return;
  }
  const int64_t batch = TF_Dim(images, 0), grid = TF_Dim(images, 1) / patch;
  const bool all = count(c, 1) == 0;
  const int32_t *keep = all ? NULL : data(c, 1);
  const size_t kept = all ? (size_t)(grid * grid) : count(c, 1);
  for (size_t i = 0; keep && i < kept; i++)
    if (keep[i] < 0 || keep[i] >= grid * grid) {
      fail(c, "keep: value %zu: got %d, wanted 0 to %lld", i, keep[i], (long long)(grid * grid - 1));
      return;
    }
  const int type = c->attributes->type;
  Patches a = {.grid = (size_t)grid, .patch = (size_t)patch, .kept = kept, .bf16 = type == BFLOAT16, .images = data(c, 0), .keep = keep};
  a.out = allocate(c, 0, type, 2, batch * (int64_t)kept, patch * patch * 3);
  if (!failed(c)) pool_run(row_kernels(a.bf16)->patches, &a, (size_t)batch);
}

/* ---- tokens ---- */

static void tokens(Call *c) { /* projected added -> x */
  want(c, 1, "added", 2, -1, -1);
  if (failed(c)) return;
  const int64_t kept = TF_Dim(c->in[1], 0) - 1, width = TF_Dim(c->in[1], 1);
  want(c, 0, "projected", 2, -1, width);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0);
  if (kept < 1 || rows % kept) {
    fail(c, "projected: got %lld rows, wanted a multiple of the %lld patches", (long long)rows, (long long)kept);
    return;
  }
  Tokens a = {.batch = (size_t)(rows / kept), .kept = (size_t)kept, .width = (size_t)width, .bf16 = is16(c, 0),
              .projected = data(c, 0), .added = data(c, 1)};
  a.x = allocate(c, 0, FLOAT, 2, rows / kept * (1 + kept), width);
  if (!failed(c)) pool_run(kernels->tokens, &a, up(a.kept + 1, ADDED_ROWS));
}

static void tokens_gradient(Call *c) { /* dx added -> dprojected dadded */
  want(c, 1, "added", 2, -1, -1);
  if (failed(c)) return;
  const int64_t kept = TF_Dim(c->in[1], 0) - 1, width = TF_Dim(c->in[1], 1);
  want(c, 0, "dx", 2, -1, width);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), batch = rows / (1 + kept);
  if (kept < 1 || rows % (1 + kept)) {
    fail(c, "dx: got %lld rows, wanted a multiple of the %lld tokens", (long long)rows, (long long)(1 + kept));
    return;
  }
  const int type = c->attributes->type;
  Tokens a = {.batch = (size_t)batch, .kept = (size_t)kept, .width = (size_t)width, .bf16 = type == BFLOAT16, .dx = data(c, 0)};
  a.dprojected = allocate(c, 0, type, 2, batch * kept, width);
  a.dadded = allocate(c, 1, FLOAT, 2, 1 + kept, width);
  if (!failed(c)) pool_run(kernels->tokens_gradient, &a, up(a.kept + 1, ADDED_ROWS));
}

/* ---- optimizer ---- */

enum { STRETCH = 1 << 17 }; /* floats */

static size_t stretches(size_t n) { return (n + STRETCH - 1) / STRETCH; }

/* Called when a read still holds a variable's buffer: the update gets a buffer of its own. */
static void copy(Opaque *context, Opaque *source, Opaque *destination) {
  (void)context;
  memcpy(TF_TensorData(destination), TF_TensorData(source), TF_TensorByteSize(source));
  TF_DeleteTensor(source);
  TF_DeleteTensor(destination);
}

/* N weights, N first moments, N second moments (resources), N gradients, rate epsilon decay scale. Variables are not locked, as
 * TensorFlow's optimizers do not by default: to lock 462 took 2 ms, and the order of a step keeps others away. */
static void compute_EndosslAdamW(void *attributes, Opaque *context) {
  const Attributes *chosen = attributes;
  const int inputs = TF_NumInputs(context), n = (inputs - 4) / 4;
  Call c = {.op = "EndosslAdamW", .context = context, .status = TF_NewStatus()};
  Opaque **x = calloc((size_t)inputs, sizeof *x);
  AdamW *work = NULL;
  float scalars[4];
  size_t tasks = 0, at = 0;

  if (!x) {
    no_memory(&c);
    goto out;
  }
  for (int i = 3 * n; i < inputs && !failed(&c); i++) TF_GetInput(context, i, &x[i], c.status);
  if (failed(&c)) goto out;
  for (int i = 0; i < 4; i++) {
    if (TF_TensorElementCount(x[4 * n + i]) != 1) {
      fail(&c, "rate, epsilon, decay and scale: got no scalar, wanted one each");
      goto out;
    }
    scalars[i] = *(const float *)TF_TensorData(x[4 * n + i]);
  }
  for (int i = 0; i < 3 * n && !failed(&c); i++) {
    TF_GetInputTensorFromVariable(context, i, true, false, false, copy, &x[i], c.status);
    if (!x[i]) goto done; /* not initialised: TensorFlow has failed the context with its own words */
    const size_t got = TF_TensorByteSize(x[i]), wanted = TF_TensorByteSize(x[3 * n + i % n]);
    if (TF_TensorType(x[i]) != FLOAT || got != wanted)
      fail(&c, "variable %d: got type %d with %zu bytes and a gradient of %zu bytes, wanted two equal float32 tensors", i,
           TF_TensorType(x[i]), got, wanted);
  }
  if (failed(&c)) goto out;
  for (int i = 0; i < n; i++) tasks += stretches((size_t)TF_TensorElementCount(x[i]));
  work = malloc(sizeof *work * (tasks + 1));
  if (!work) {
    no_memory(&c);
    goto out;
  }
  for (int i = 0; i < n; i++) {
    const size_t all = (size_t)TF_TensorElementCount(x[i]);
    float *part[4];
    for (int k = 0; k < 4; k++) part[k] = TF_TensorData(x[k * n + i]);
    for (size_t from = 0; from < all; from += STRETCH)
      work[at++] = (AdamW){part[0] + from, part[1] + from, part[2] + from, part[3] + from,
                           all - from < STRETCH ? all - from : STRETCH, scalars[0], scalars[1],
                           chosen->decayed[i] ? scalars[2] : 0.f, chosen->scaled[i] ? scalars[3] : 1.f};
  }
  pool_run(kernels->adamw, work, at);
out:
  if (failed(&c)) TF_OpKernelContext_Failure(context, c.status);
done:
  for (int i = 0; x && i < inputs; i++)
    if (x[i]) TF_DeleteTensor(x[i]);
  free(work);
  free(x);
  TF_DeleteStatus(c.status);
}

/* Appends the stretches of values to work; how many there are then. */
static size_t add_stretches(Squares *work, size_t at, const float *values, size_t all) {
  for (size_t from = 0; from < all; from += STRETCH) work[at++] = (Squares){values + from, least(STRETCH, all - from), 0};
  return at;
}

static double sum_of_squares(Squares *work, size_t tasks) {
  double sum = 0;
  pool_run(kernels->squares, work, tasks);
  for (size_t i = 0; i < tasks; i++) sum += work[i].sum;
  return sum;
}

/* N values, M sums of squares -> the root of the sum of all squares */
static void compute_EndosslGlobalNorm(void *attributes, Opaque *context) {
  const int inputs = TF_NumInputs(context), n = inputs - (int)((const Attributes *)attributes)->sums;
  Call c = {.op = "EndosslGlobalNorm", .context = context, .status = TF_NewStatus()};
  Opaque **x = calloc((size_t)inputs + 1, sizeof *x);
  Squares *work = NULL;
  size_t tasks = 0, at = 0;
  for (int i = 0; x && i < inputs && !failed(&c); i++) {
    TF_GetInput(context, i, &x[i], c.status);
    if (!failed(&c)) tasks += stretches((size_t)TF_TensorElementCount(x[i]));
  }
  Opaque *result = failed(&c) ? NULL : TF_AllocateOutput(context, 0, FLOAT, NULL, 0, sizeof(float), c.status);
  work = malloc(sizeof *work * (tasks + 1));
  if (!x || !work) no_memory(&c);
  if (!failed(&c)) {
    for (int i = 0; i < n; i++) at = add_stretches(work, at, TF_TensorData(x[i]), (size_t)TF_TensorElementCount(x[i]));
    double sum = sum_of_squares(work, at);
    for (int i = n; i < inputs; i++) sum += *(const float *)TF_TensorData(x[i]);
    *(float *)TF_TensorData(result) = (float)sqrt(sum);
  }
  if (failed(&c)) TF_OpKernelContext_Failure(context, c.status);
  for (int i = 0; x && i < inputs; i++)
    if (x[i]) TF_DeleteTensor(x[i]);
  if (result) TF_DeleteTensor(result);
  free(work);
  free(x);
  TF_DeleteStatus(c.status);
}

/* ---- matrix products ---- */

/* A thread without scratch leaves the work to the others. */
static void product_work(void *product, size_t thread) {
  (void)thread;
  Product *p = product;
  char *values = scratch(p->bytes);
  if (values) p->kernels->work(p, values);
}

/* What is not set yet: from plan() on. */
static void run_product(Call *c, Product *p) {
  if (failed(c) || !p->m || !p->n) return;
  p->kernels->plan(p, pool_threads());
  p->job = calloc(p->jobs, sizeof *p->job);
  const size_t tasks = p->job && p->kernels->left_tasks ? p->kernels->left_tasks(p) : 0;
  if (tasks) p->left = scratch_for(SHARED, p->left_bytes);
  if (!p->job || (tasks && !p->left)) {
    no_memory(c);
  } else {
    if (tasks) pool_run(p->kernels->left, p, tasks);
    pool_run(product_work, p, pool_threads());
    if (p->next < p->jobs) no_memory(c);
  }
  free(p->job);
}

/* C of the output, of the type; either side may lie across. */
static void product(Call *c, int left, bool a_across, int right, bool b_across, int output, int type) {
  const int64_t m = TF_Dim(c->in[left], a_across), k = TF_Dim(c->in[left], !a_across), n = TF_Dim(c->in[right], !b_across);
  Product p = {.kernels = is16(c, left) ? products16 : products, .m = (size_t)m, .n = (size_t)n, .k = (size_t)k,
               .a_across = a_across, .b_across = b_across, .b16 = is16(c, right), .c16 = type == BFLOAT16,
               .a = data(c, left), .b = data(c, right)};
  p.c = allocate(c, output, type, 2, m, n);
  if (!failed(c) && !k)
    memset(p.c, 0, (size_t)(m * n) * (p.c16 ? 2 : 4));
  else
    run_product(c, &p);
}

/* Where a product of so few rows is bound by the kernel's way from or to memory. */
static bool has_few_rows(const Call *c) {
  const int64_t rows = TF_Dim(c->in[0], 0);
  return rows > 0 && rows < (is16(c, 0) ? FEW_ROWS / 2 : FEW_ROWS);
}

/* Fills in what is left of a product and runs it; backward if there is a gradient. */
static void few_rows(Call *c, FewRows *p) {
  if (failed(c) || !p->k || !p->n) return;
  few->plan(p);
  p->packed = (float *)scratch((p->packed_floats + p->wide_floats) * sizeof(float));
  if (!p->packed) {
    no_memory(c);
    return;
  }
  p->wide = p->packed + p->packed_floats;
  few->pack(p);
  if (p->dy)
    pool_run(few->backward, p, p->dx_tasks + p->dw_tasks);
  else
    pool_run(few->forward, p, p->y_tasks);
}

static void mat_mul(Call *c) { /* x kernel -> y */
  want(c, 0, "x", 2, -1, -1);
  if (!failed(c)) want(c, 1, "kernel", 2, TF_Dim(c->in[0], 1), -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), k = TF_Dim(c->in[0], 1), n = TF_Dim(c->in[1], 1);
  if (!has_few_rows(c) || !k) {
    product(c, 0, false, 1, false, 0, TF_TensorType(c->in[0]));
    return;
  }
  FewRows p = {.rows = (size_t)rows, .k = (size_t)k, .n = (size_t)n, .bf16 = is16(c, 0), .x = data(c, 0), .kernel = data(c, 1)};
  p.y = allocate(c, 0, TF_TensorType(c->in[0]), 2, rows, n);
  few_rows(c, &p);
}

/* Of dkernel, while it is in the caches: the norm of all gradients would read it from memory. */
static void squares_of_gradient(Call *c, size_t n) {
  float *sum = allocate(c, 2, FLOAT, 0, 1, 1);
  Squares *work = malloc(sizeof *work * (stretches(n) + 1));
  if (!work) no_memory(c);
  if (!failed(c)) *sum = (float)sum_of_squares(work, add_stretches(work, 0, TF_TensorData(c->out[1]), n));
  free(work);
}

/* Runs a product that makes a kernel's gradient and gives the sum of its squares to an output. */
static void run_squared(Call *c, Product *p, int output) {
  const size_t squares = up(p->m, SQUARE) * up(p->n, SQUARE);
  float *sum = allocate(c, output, FLOAT, 0, 1, 1);
  p->squares = calloc(squares + 1, sizeof *p->squares);
  if (!p->squares) no_memory(c);
  run_product(c, p);
  if (!failed(c)) {
    double all = 0;
    for (size_t i = 0; i < squares; i++) all += p->squares[i];
    *sum = (float)all;
  }
  free(p->squares);
}


/* Both in one op: side by side they would wait for each other's cores. */
static void mat_mul_gradient(Call *c) { /* dy x kernel -> dx dkernel squares */
  want(c, 0, "dy", 2, -1, -1);
  want(c, 1, "x", 2, -1, -1);
  if (failed(c)) return;
  want(c, 1, "x", 2, TF_Dim(c->in[0], 0), -1);
  const int64_t rows = TF_Dim(c->in[0], 0), k = TF_Dim(c->in[1], 1), n = TF_Dim(c->in[0], 1);
  want(c, 2, "kernel", 2, k, n);
  if (!failed(c) && has_few_rows(c) && k && n) {
    FewRows p = {.rows = (size_t)rows, .k = (size_t)k, .n = (size_t)n, .bf16 = is16(c, 0),
                 .dy = data(c, 0), .x = data(c, 1), .kernel = data(c, 2)};
    p.dx = allocate(c, 0, TF_TensorType(c->in[0]), 2, rows, k);
    p.dkernel = allocate(c, 1, FLOAT, 2, k, n);
    few_rows(c, &p);
  } else {
    if (!failed(c)) product(c, 0, false, 2, true, 0, TF_TensorType(c->in[0]));
    if (failed(c)) return;
    if (is16(c, 0) && rows) {
      Product p = {.kernels = products16, .m = (size_t)k, .n = (size_t)n, .k = (size_t)rows, .a_across = true, .b16 = true,
                   .a = data(c, 1), .b = data(c, 0)};
      p.c = allocate(c, 1, FLOAT, 2, k, n);
      run_squared(c, &p, 2);
      return;
    }
    product(c, 1, true, 0, false, 1, FLOAT);
  }
  if (!failed(c)) squares_of_gradient(c, (size_t)k * (size_t)n);
}

/* ---- MLP ---- */

/* The shapes of x, kernel1 and bias1; kernel2. */
static bool mlp_shape(Call *c, int x, int kernel2) {
  want(c, x, "x", 2, -1, -1);
  if (!failed(c)) want(c, x + 1, "kernel1", 2, TF_Dim(c->in[x], 1), -1);
  if (failed(c)) return false;
  const int64_t hidden = TF_Dim(c->in[x + 1], 1);
  want(c, x + 2, "bias1", 1, hidden, 0);
  want(c, kernel2, "kernel2", 2, hidden, -1);
  if (!failed(c) && (!TF_Dim(c->in[x], 1) || !hidden || !TF_Dim(c->in[kernel2], 1))) fail(c, "got a width of 0, wanted at least 1");
  return !failed(c);
}

static void mlp(Call *c) { /* x kernel1 bias1 kernel2 -> y u */
  if (!mlp_shape(c, 0, 3)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1), hidden = TF_Dim(c->in[1], 1), out = TF_Dim(c->in[3], 1);
  void *y = allocate(c, 0, BFLOAT16, 2, rows, out), *u = allocate(c, 1, BFLOAT16, 2, c->attributes->gradient ? rows : 0, hidden);
  char *between = scratch_for(BETWEEN, (size_t)(rows * hidden) * 2 + 1);
  if (!between) no_memory(c);
  Product first = {.kernels = products16, .m = (size_t)rows, .n = (size_t)hidden, .k = (size_t)width, .c16 = true, .a = data(c, 0),
                   .b = data(c, 1), .c = between, .last = GELU_OF, .bias = data(c, 2), .u = c->attributes->gradient ? u : NULL};
  run_product(c, &first);
  Product second = {.kernels = products16, .m = (size_t)rows, .n = (size_t)out, .k = (size_t)hidden, .c16 = true, .a = between,
                    .b = data(c, 3), .c = y};
  run_product(c, &second);
}

static void mlp_gradient(Call *c) { /* dy x kernel1 bias1 kernel2 u -> dx dkernel1 dbias1 dkernel2 squares1 squares2 */
  if (!mlp_shape(c, 1, 4)) return;
  const int64_t rows = TF_Dim(c->in[1], 0), width = TF_Dim(c->in[1], 1), hidden = TF_Dim(c->in[2], 1), out = TF_Dim(c->in[4], 1);
  want(c, 0, "dy", 2, rows, out);
  want(c, 5, "u", 2, rows, hidden);
  void *dx = allocate(c, 0, BFLOAT16, 2, rows, width), *dkernel1 = allocate(c, 1, FLOAT, 2, width, hidden);
  float *dbias1 = allocate(c, 2, FLOAT, 1, hidden, 0);
  void *dkernel2 = allocate(c, 3, FLOAT, 2, hidden, out);
  if (failed(c)) return;
  if (!rows) {
    memset(dkernel1, 0, (size_t)(width * hidden) * 4);
    memset(dkernel2, 0, (size_t)(hidden * out) * 4);
    memset(dbias1, 0, (size_t)hidden * 4);
    for (int i = 4; i < 6; i++) {
      float *sum = allocate(c, i, FLOAT, 0, 1, 1);
      if (sum) *sum = 0;
    }
    return;
  }
  const size_t groups = row_tasks((size_t)rows);
  float *sums = malloc(groups * (size_t)hidden * sizeof(float) + 1);
  char *between = scratch_for(BETWEEN, (size_t)(rows * hidden) * 2 + 1);
  if (!sums || !between) {
    no_memory(c);
    free(sums);
    return;
  }
  Product to_u = {.kernels = products16, .m = (size_t)rows, .n = (size_t)hidden, .k = (size_t)out, .b_across = true, .c16 = true,
                  .a = data(c, 0), .b = data(c, 4), .c = between, .last = SLOPE_OF, .bias = data(c, 3), .u = data(c, 5), .sums = sums};
  run_product(c, &to_u);
  if (!failed(c)) add_parts(sums, groups, (size_t)hidden, (size_t)hidden, dbias1);
  free(sums);
  Product second = {.kernels = products16, .m = (size_t)hidden, .n = (size_t)out, .k = (size_t)rows, .a_across = true, .b16 = true,
                    .a = data(c, 5), .b = data(c, 0), .c = dkernel2, .bias = data(c, 3)};
  run_squared(c, &second, 5);
  Product first = {.kernels = products16, .m = (size_t)width, .n = (size_t)hidden, .k = (size_t)rows, .a_across = true, .b16 = true,
                   .a = data(c, 1), .b = between, .c = dkernel1};
  run_squared(c, &first, 4);
  Product to_x = {.kernels = products16, .m = (size_t)rows, .n = (size_t)width, .k = (size_t)hidden, .b_across = true, .c16 = true,
                  .a = between, .b = data(c, 2), .c = dx};
  run_product(c, &to_x);
}

/* ---- shapes, as far as they are known when the graph is built ---- */

typedef struct {
  Opaque *context, *status;
} Infer;

static void same(Infer f, int output, int input) {
  Opaque *shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(f.context, input, shape, f.status);
  if (!TF_GetCode(f.status)) TF_ShapeInferenceContextSetOutput(f.context, output, shape, f.status);
  TF_DeleteShapeHandle(shape);
}

static void rank(Infer f, int input, int64_t dims) {
  Opaque *shape = TF_NewShapeHandle(), *checked = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(f.context, input, shape, f.status);
  if (!TF_GetCode(f.status)) TF_ShapeInferenceContextWithRank(f.context, shape, dims, checked, f.status);
  TF_DeleteShapeHandle(checked);
  TF_DeleteShapeHandle(shape);
}

static int64_t dimension(Infer f, int input, int64_t index) {
  Opaque *shape = TF_NewShapeHandle(), *size = TF_NewDimensionHandle();
  TF_ShapeInferenceContextGetInput(f.context, input, shape, f.status);
  TF_ShapeInferenceContextDim(f.context, shape, index, size);
  const int64_t value = TF_DimensionHandleValueKnown(size) ? TF_DimensionHandleValue(size) : -1;
  TF_DeleteDimensionHandle(size);
  TF_DeleteShapeHandle(shape);
  return value;
}

static void scalar(Infer f, int output) {
  Opaque *shape = TF_ShapeInferenceContextScalar(f.context);
  if (!TF_GetCode(f.status)) TF_ShapeInferenceContextSetOutput(f.context, output, shape, f.status);
  TF_DeleteShapeHandle(shape);
}

/* The input's first dimension, then size. */
static void rows_of(Infer f, int output, int input, int64_t size) {
  if (TF_GetCode(f.status) || size < 0) return; /* unknown already */
  Opaque *shape = TF_NewShapeHandle(), *rows = TF_NewShapeHandle(), *both = TF_NewShapeHandle();
  Opaque *columns = TF_ShapeInferenceContextVectorFromSize(f.context, (size_t)size);
  TF_ShapeInferenceContextGetInput(f.context, input, shape, f.status);
  if (!TF_GetCode(f.status)) TF_ShapeInferenceContextSubshape(f.context, shape, 0, 1, rows, f.status);
  if (!TF_GetCode(f.status)) TF_ShapeInferenceContextConcatenateShapes(f.context, rows, columns, both, f.status);
  if (!TF_GetCode(f.status)) TF_ShapeInferenceContextSetOutput(f.context, output, both, f.status);
  TF_DeleteShapeHandle(both);
  TF_DeleteShapeHandle(rows);
  TF_DeleteShapeHandle(columns);
  TF_DeleteShapeHandle(shape);
}

static Infer infer(Opaque *context, Opaque *status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
  return (Infer){context, status};
}

static void add_layer_norm_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 2, 1, 1, 1};
  for (int i = 0; i < 5 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  same(f, 0, 0);
  same(f, 1, 0);
  rows_of(f, 2, 0, 2);
}

static void layer_norm_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 1, 1};
  for (int i = 0; i < 3 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  same(f, 0, 0);
  rows_of(f, 1, 0, 2);
}

static void add_layer_norm_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 2);
  for (int i = 2; i < 5 && !TF_GetCode(status); i++) same(f, i, 4);
}

static void layer_norm_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  for (int i = 1; i < 3 && !TF_GetCode(status); i++) same(f, i, 3);
}

static void bias_gelu_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 2);
  if (!TF_GetCode(status)) rank(f, 1, 1);
  if (!TF_GetCode(status)) same(f, 0, 0);
}

static void bias_gelu_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
}

static void batch_norm_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 1, 1, 1};
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  same(f, 0, 0);
  const int64_t width = dimension(f, 1, 0);
  for (int i = 1; i < 3; i++) rows_of(f, i, 3, width);
}

static void batch_norm_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  for (int i = 1; i < 3 && !TF_GetCode(status); i++) same(f, i, 2);
}

static void attention_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 2);
  if (!TF_GetCode(status)) rank(f, 1, 1);
  if (!TF_GetCode(status)) rank(f, 2, 2);
  if (TF_GetCode(status)) return;
  const int64_t columns = dimension(f, 1, 0);
  if (columns >= 0) rows_of(f, 0, 0, columns / 3);
}

static void attention_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
}

static void class_attention_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 2, 1, 2};
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
}

static void class_attention_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
}

static void mat_mul_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 2);
  if (!TF_GetCode(status)) rank(f, 1, 2);
  if (!TF_GetCode(status)) rows_of(f, 0, 0, dimension(f, 1, 1));
}

static void mat_mul_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  for (int i = 0; i < 3 && !TF_GetCode(status); i++) rank(f, i, 2);
  if (TF_GetCode(status)) return;
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
  scalar(f, 2);
}

static void tokens_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  for (int i = 0; i < 2 && !TF_GetCode(status); i++) rank(f, i, 2);
}

static void tokens_gradient_shape(Opaque *context, Opaque *status) { same(infer(context, status), 1, 1); }

static void mlp_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 2, 1, 2};
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  rows_of(f, 0, 0, dimension(f, 3, 1));
}

static void mlp_gradient_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) same(f, i, i + 1);
  for (int i = 4; i < 6 && !TF_GetCode(status); i++) scalar(f, i);
}

static void patches_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 4);
  if (!TF_GetCode(status)) rank(f, 1, 1);
}

/* ---- registration ---- */

static void *create(Opaque *construction, bool epsilon, bool heads, bool patch) {
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  TF_OpKernelConstruction_GetAttrType(construction, "T", &a->type, status);
  if (epsilon && !TF_GetCode(status)) TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &a->epsilon, status);
  if (heads && !TF_GetCode(status)) TF_OpKernelConstruction_GetAttrInt64(construction, "heads", &a->heads, status);
  if (patch && !TF_GetCode(status)) TF_OpKernelConstruction_GetAttrInt64(construction, "patch", &a->patch, status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

static void *create_plain(Opaque *construction) { return create(construction, false, false, false); }
static void *create_float_norm(Opaque *construction) { /* without T */
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &a->epsilon, status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

static void *create_norm(Opaque *construction) { return create(construction, true, false, false); }
static void *create_attention(Opaque *construction) { return create(construction, false, true, false); }
static void *create_patches(Opaque *construction) { return create(construction, false, false, true); }

static unsigned char *flags(Opaque *construction, const char *name, Opaque *status) {
  int32_t size = 0, total = 0;
  if (TF_GetCode(status)) return NULL;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &size, &total, status);
  unsigned char *values = calloc((size_t)(size > 0 ? size : 1), 1);
  if (!TF_GetCode(status) && values) TF_OpKernelConstruction_GetAttrBoolList(construction, name, values, size, status);
  return values;
}

static void *create_adamw(Opaque *construction) {
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  int64_t n = 0;
  int32_t sizes[2], total;
  TF_OpKernelConstruction_GetAttrInt64(construction, "N", &n, status);
  if (!TF_GetCode(status)) TF_OpKernelConstruction_GetAttrSize(construction, "decayed", &sizes[0], &total, status);
  if (!TF_GetCode(status)) TF_OpKernelConstruction_GetAttrSize(construction, "scaled", &sizes[1], &total, status);
  if (!TF_GetCode(status) && (sizes[0] != n || sizes[1] != n))
    TF_SetStatus(status, INVALID_ARGUMENT, "EndosslAdamW: decayed and scaled: wanted a value for each weight");
  a->decayed = flags(construction, "decayed", status);
  a->scaled = flags(construction, "scaled", status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

static void *create_mlp(Opaque *construction) {
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  TF_OpKernelConstruction_GetAttrBool(construction, "gradient", &a->gradient, status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

static void *create_nothing(Opaque *construction) {
  (void)construction;
  return calloc(1, sizeof(Attributes));
}

static void delete(void *attributes) {
  Attributes *a = attributes;
  if (!a) return;
  free(a->decayed);
  free(a->scaled);
  free(a);
}

static void scalar_shape(Opaque *context, Opaque *status) { scalar(infer(context, status), 0); }

static void *create_global_norm(Opaque *construction) {
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  TF_OpKernelConstruction_GetAttrInt64(construction, "M", &a->sums, status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

static void no_shape(Opaque *context, Opaque *status) {
  (void)context;
  TF_SetStatus(status, 0, "");
}

#define COMPUTE(op, body) \
  static void compute_##op(void *attributes, Opaque *context) { call(attributes, context, #op, body); }
COMPUTE(EndosslAddLayerNorm, add_layer_norm)
COMPUTE(EndosslAddLayerNormGrad, add_layer_norm_gradient)
COMPUTE(EndosslLayerNorm, layer_norm)
COMPUTE(EndosslLayerNormGrad, plain_layer_norm_gradient)
COMPUTE(EndosslBiasGelu, bias_gelu)
COMPUTE(EndosslBiasGeluGrad, bias_gelu_gradient)
COMPUTE(EndosslAttention, attention)
COMPUTE(EndosslAttentionGrad, attention_gradient)
COMPUTE(EndosslClassAttention, class_attention)
COMPUTE(EndosslClassAttentionGrad, class_attention_gradient)
COMPUTE(EndosslBatchNormGelu, batch_norm_gelu)
COMPUTE(EndosslBatchNormGeluGrad, batch_norm_gelu_gradient)
COMPUTE(EndosslTokens, tokens)
COMPUTE(EndosslTokensGrad, tokens_gradient)
COMPUTE(EndosslPatches, patches)
COMPUTE(EndosslMatMul, mat_mul)
COMPUTE(EndosslMatMulGrad, mat_mul_gradient)
COMPUTE(EndosslMlp, mlp)
COMPUTE(EndosslMlpGrad, mlp_gradient)

typedef struct {
  const char *name, *attributes, *inputs, *outputs; /* separated by semicolons */
  void *(*create)(Opaque *);
  void (*compute)(void *, Opaque *);
  void (*shape)(Opaque *, Opaque *);
} Op;

static const Op ops[] = {
    /* sum = h + branch + bias; y = LayerNorm(sum); statistics: mean and 1 / deviation of each row */
    {"EndosslAddLayerNorm", "T: {float, bfloat16};epsilon: float", "h: float;branch: T;bias: float;weight: float;beta: float",
     "sum: float;y: T;statistics: float", create_norm, compute_EndosslAddLayerNorm, add_layer_norm_shape},
    /* dsum may be empty; dbranch is empty for float32, where it equals dh */
    {"EndosslAddLayerNormGrad", "T: {float, bfloat16}", "dsum: float;dy: T;sum: float;statistics: float;weight: float",
     "dh: float;dbranch: T;dbias: float;dweight: float;dbeta: float", create_plain, compute_EndosslAddLayerNormGrad,
     add_layer_norm_gradient_shape},
    {"EndosslLayerNorm", "T: {float, bfloat16};epsilon: float", "x: float;weight: float;beta: float", "y: T;statistics: float",
     create_norm, compute_EndosslLayerNorm, layer_norm_shape},
    {"EndosslLayerNormGrad", "T: {float, bfloat16}", "dy: T;x: float;statistics: float;weight: float",
     "dx: float;dweight: float;dbeta: float", create_plain, compute_EndosslLayerNormGrad, layer_norm_gradient_shape},
    /* y = gelu(u + bias), with the error function */
    {"EndosslBiasGelu", "T: {float, bfloat16}", "u: T;bias: float", "y: T", create_plain, compute_EndosslBiasGelu, bias_gelu_shape},
    {"EndosslBiasGeluGrad", "T: {float, bfloat16}", "dy: T;u: T;bias: float", "du: T;dbias: float", create_plain,
     compute_EndosslBiasGeluGrad, bias_gelu_gradient_shape},
    /* y = gelu of x normalised over the rows of each group; groups: their sizes; mean and biased variance of each */
    {"EndosslBatchNormGelu", "epsilon: float", "x: float;weight: float;beta: float;groups: int32", "y: float;mean: float;variance: float",
     create_float_norm, compute_EndosslBatchNormGelu, batch_norm_shape},
    {"EndosslBatchNormGeluGrad", "epsilon: float",
     "dy: float;x: float;weight: float;beta: float;mean: float;variance: float;groups: int32", "dx: float;dweight: float;dbeta: float",
     create_float_norm, compute_EndosslBatchNormGeluGrad, batch_norm_gradient_shape},
    /* y = softmax(q k' / sqrt(d)) v for each head of each sequence; groups: rows of (sequences, tokens) */
    {"EndosslAttention", "T: {float, bfloat16};heads: int >= 1", "qkv: T;bias: float;groups: int32", "y: T;lse: float",
     create_attention, compute_EndosslAttention, attention_shapes},
    {"EndosslAttentionGrad", "T: {float, bfloat16};heads: int >= 1", "dy: T;qkv: T;bias: float;lse: float;groups: int32",
     "dqkv: T;dbias: float", create_attention, compute_EndosslAttentionGrad, attention_gradient_shape},
    /* the same for the first token of each sequence, before the projection, from normalised x; the rest is for its gradient */
    {"EndosslClassAttention", "T: {float, bfloat16};heads: int >= 1", "x: T;kernel: float;bias: float;groups: int32",
     "y: T;query: float;key: float;weights: float;mean: float", create_attention, compute_EndosslClassAttention, class_attention_shapes},
    {"EndosslClassAttentionGrad", "T: {float, bfloat16};heads: int >= 1",
     "dy: T;x: T;kernel: float;query: float;key: float;weights: float;mean: float;groups: int32", "dx: T;dkernel: float;dbias: float",
     create_attention, compute_EndosslClassAttentionGrad, class_attention_gradient_shape},
    /* the kept patches (keep empty: all) of images, row, column, channel */
    {"EndosslPatches", "T: {float, bfloat16};patch: int >= 1", "images: float;keep: int32", "patches: T", create_patches,
     compute_EndosslPatches, patches_shape},
    /* of each image what is added to its class token, and its patches with what is added to them */
    {"EndosslTokens", "T: {float, bfloat16}", "projected: T;added: float", "x: float", create_plain, compute_EndosslTokens, tokens_shape},
    {"EndosslTokensGrad", "T: {float, bfloat16}", "dx: float;added: float", "dprojected: T;dadded: float", create_plain,
     compute_EndosslTokensGrad, tokens_gradient_shape},
    /* y = x kernel; dx = dy kernel', dkernel = x' dy, squares: the sum of its squares; bfloat16 where the processor multiplies it */
    {"EndosslMatMul", "T: {float, bfloat16}", "x: T;kernel: float", "y: T", create_nothing, compute_EndosslMatMul, mat_mul_shape},
    {"EndosslMatMulGrad", "T: {float, bfloat16}", "dy: T;x: T;kernel: float", "dx: T;dkernel: float;squares: float", create_nothing,
     compute_EndosslMatMulGrad, mat_mul_gradient_shape},
    /* u = x kernel1, y = gelu(u + bias1) kernel2; only where the processor multiplies bfloat16; without gradient u has no rows */
    {"EndosslMlp", "T: {bfloat16};gradient: bool", "x: T;kernel1: float;bias1: float;kernel2: float", "y: T;u: T", create_mlp, compute_EndosslMlp, mlp_shapes},
    {"EndosslMlpGrad", "T: {bfloat16}", "dy: T;x: T;kernel1: float;bias1: float;kernel2: float;u: T",
     "dx: T;dkernel1: float;dbias1: float;dkernel2: float;squares1: float;squares2: float", create_nothing, compute_EndosslMlpGrad, mlp_gradient_shapes},
    /* a step of AdamW over all weights at once, in place: behind whatever makes the gradients */
    {"EndosslAdamW", "N: int >= 1;decayed: list(bool);scaled: list(bool)",
     "weights: N * resource;first: N * resource;second: N * resource;gradients: N * float;rate: float;epsilon: float;"
     "decay: float;scale: float",
     NULL, create_adamw, compute_EndosslAdamW, no_shape},
    /* squares: sums of squares of further values */
    {"EndosslGlobalNorm", "N: int >= 0;M: int >= 0", "values: N * float;squares: M * float", "norm: float", create_global_norm,
     compute_EndosslGlobalNorm, scalar_shape},
};

static void each(Opaque *builder, const char *list, void (*add)(Opaque *, const char *)) {
  char text[256], *rest = NULL;
  if (!list) return;
  snprintf(text, sizeof text, "%s", list);
  for (char *one = strtok_r(text, ";", &rest); one; one = strtok_r(NULL, ";", &rest)) add(builder, one);
}

static void register_op(const Op *op) {
  if (!products16 && (op->compute == compute_EndosslMlp || op->compute == compute_EndosslMlpGrad)) return;
  Opaque *status = TF_NewStatus(), *builder = TF_NewOpDefinitionBuilder(op->name);
  const bool only_float = !products16 && (op->compute == compute_EndosslMatMul || op->compute == compute_EndosslMatMulGrad);
  each(builder, only_float ? "T: {float}" : op->attributes, TF_OpDefinitionBuilderAddAttr);
  each(builder, op->inputs, TF_OpDefinitionBuilderAddInput);
  each(builder, op->outputs, TF_OpDefinitionBuilderAddOutput);
  TF_OpDefinitionBuilderSetIsStateful(builder, op->outputs == NULL);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, op->shape);
  TF_RegisterOpDefinition(builder, status);
  char kernel[64];
  snprintf(kernel, sizeof kernel, "%sCpu", op->name);
  if (!TF_GetCode(status)) TF_RegisterKernelBuilder(kernel, TF_NewKernelBuilder(op->name, "CPU", op->create, op->compute, delete), status);
  if (TF_GetCode(status)) fprintf(stderr, "%s: %s\n", op->name, TF_Message(status));
  TF_DeleteStatus(status);
}

#ifdef __x86_64__
#include "cpu.h"
#include <sys/syscall.h>
#include <unistd.h>
extern const Kernels kernels_avx512, kernels_avx2, kernels_sse;
extern const ProductKernels product_bf16, product_amx, product_avx512, product_avx2, product_sse;
extern const FewKernels few_avx512, few_avx2, few_sse;
extern const AttentionKernels attention_amx;
extern const RowKernels rows_bf16;
extern const ClassKernels class_avx512, class_avx2, class_sse;

static const Kernels *best(const char *wish) {
  static const Kernels *const variants[] = {[SSE] = &kernels_sse, [AVX2] = &kernels_avx2, [AVX512] = &kernels_avx512};
  return variants[instruction_set(wish)];
}

static const FewKernels *best_few(const char *wish) {
  static const FewKernels *const variants[] = {[SSE] = &few_sse, [AVX2] = &few_avx2, [AVX512] = &few_avx512};
  return variants[instruction_set(wish)];
}

static const ClassKernels *best_class(const char *wish) {
  static const ClassKernels *const variants[] = {[SSE] = &class_sse, [AVX2] = &class_avx2, [AVX512] = &class_avx512};
  return variants[instruction_set(wish)];
}

/* Whether there are tiles for bfloat16, and the system lets this process use them. */
static bool amx(void) {
  enum { GET_PERMISSION = 0x1023, TILE_DATA = 18, BF16_TILES = 1 << 22 | 1 << 24, SAVED = 3 << 17 };
  unsigned a, b, c, d, low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & SAVED) != SAVED || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & BF16_TILES) != BF16_TILES) return false;
  return syscall(SYS_arch_prctl, GET_PERMISSION, TILE_DATA) == 0;
}

/* Whether there is more than AVX-512, which a wish for "avx512" leaves out. */
static bool bf16(const char *wish) {
  return kernels == &kernels_avx512 && !(wish && !strcmp(wish, "avx512")) && bf16_vectors();
}

static const RowKernels *best_rows(const char *wish) { return bf16(wish) ? &rows_bf16 : &kernels->rows; }

static const ProductKernels *best_products(const char *wish) {
  if (bf16(wish) && amx()) return &product_amx;
  return kernels == &kernels_avx512 ? &product_avx512 : kernels == &kernels_avx2 ? &product_avx2 : &product_sse;
}

static const ProductKernels *products_of_bfloat16(void) { return products == &product_amx ? &product_bf16 : NULL; }

static const AttentionKernels *best_attention(void) { return products == &product_amx ? &attention_amx : &kernels->attention; }
#else
extern const Kernels kernels_plain;
extern const ProductKernels product_plain;
extern const FewKernels few_plain;
extern const ClassKernels class_plain;
static const Kernels *best(const char *wish) {
  (void)wish;
  return &kernels_plain;
}

static const ProductKernels *best_products(const char *wish) {
  (void)wish;
  return &product_plain;
}

static const FewKernels *best_few(const char *wish) {
  (void)wish;
  return &few_plain;
}

static const ProductKernels *products_of_bfloat16(void) { return NULL; }

static const AttentionKernels *best_attention(void) { return &kernels->attention; }

static const RowKernels *best_rows(const char *wish) {
  (void)wish;
  return &kernels->rows;
}

static const ClassKernels *best_class(const char *wish) {
  (void)wish;
  return &class_plain;
}
#endif

/* The instruction set in use. */
__attribute__((visibility("default"))) const char *endossl_kernels(void) { return kernels->name; }

__attribute__((constructor)) static void register_ops(void) {
  kernels = best(getenv("ENDOSSL_KERNELS"));
  products = best_products(getenv("ENDOSSL_KERNELS"));
  products16 = products_of_bfloat16();
  few = best_few(getenv("ENDOSSL_KERNELS"));
  attentions = best_attention();
  rows16 = best_rows(getenv("ENDOSSL_KERNELS"));
  for (int i = 0; i < SCRATCHES; i++) pthread_key_create(&scratch_keys[i], free_scratch);
  class_kernels = best_class(getenv("ENDOSSL_KERNELS"));
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) register_op(&ops[i]);
}
