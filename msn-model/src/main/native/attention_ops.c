/* Attention of all tokens, and of the class tokens alone. */
#include "call.h"
#include "choice.h"
#include "ops.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>

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
  const AttentionKernels *by = a->bf16 ? attentions : kernels->attention;
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

void attention(Call *c) { /* qkv bias groups -> y lse */
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

void attention_gradient(Call *c) { /* dy qkv bias lse groups -> dqkv dbias */
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

void class_attention(Call *c) { /* x kernel bias groups -> y query key weights mean */
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

void class_attention_gradient(Call *c) { /* dy x kernel query key weights mean groups -> dx dkernel dbias */
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
