/* Matrix products, and the MLP, which is two of them. */
#include "call.h"
#include "choice.h"
#include "ops.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>

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
  if (!p->k) {
    memset(p->c, 0, p->m * p->n * (p->c16 ? 2 : 4));
    return;
  }
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

void mat_mul(Call *c) { /* x kernel -> y */
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
void mat_mul_gradient(Call *c) { /* dy x kernel -> dx dkernel squares */
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
    if (is16(c, 0)) {
      Product p = {.kernels = products16, .m = (size_t)k, .n = (size_t)n, .k = (size_t)rows, .a_across = true, .b16 = true,
                   .a = data(c, 1), .b = data(c, 0)};
      p.c = allocate(c, 1, FLOAT, 2, k, n);
      run_squared(c, &p, 2);
      return;
    }
    product(c, 1, true, 0, false, 1, FLOAT);
  }
  /* while dkernel is in the caches: the norm of all gradients would read it from memory */
  if (!failed(c)) put_squares(c, TF_TensorData(c->out[1]), (size_t)k * (size_t)n, 2);
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

void mlp(Call *c) { /* x kernel1 bias1 kernel2 -> y u */
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

void mlp_gradient(Call *c) { /* dy x kernel1 bias1 kernel2 u -> dx dkernel1 dbias1 dkernel2 squares1 squares2 */
  if (!mlp_shape(c, 1, 4)) return;
  const int64_t rows = TF_Dim(c->in[1], 0), width = TF_Dim(c->in[1], 1), hidden = TF_Dim(c->in[2], 1), out = TF_Dim(c->in[4], 1);
  want(c, 0, "dy", 2, rows, out);
  want(c, 5, "u", 2, rows, hidden);
  void *dx = allocate(c, 0, BFLOAT16, 2, rows, width), *dkernel1 = allocate(c, 1, FLOAT, 2, width, hidden);
  float *dbias1 = allocate(c, 2, FLOAT, 1, hidden, 0);
  void *dkernel2 = allocate(c, 3, FLOAT, 2, hidden, out);
  if (failed(c)) return;
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
