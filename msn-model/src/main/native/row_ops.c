/* LayerNorm, GELU, BatchNorm with GELU, patches and tokens: what works on each row or column by itself. */
#include "call.h"
#include "choice.h"
#include "ops.h"
#include "pool.h"

#include <stdlib.h>

static const RowKernels *row_kernels(bool bf16) { return bf16 ? rows16 : &kernels->rows; }

/* ---- LayerNorm ---- */

static void width_known(Call *c, size_t width) {
  if (!width) fail(c, "got rows of width 0, wanted at least 1");
}

void add_layer_norm(Call *c) { /* h branch bias weight beta -> sum y statistics */
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

void layer_norm(Call *c) { /* x weight beta -> y statistics */
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

void add_layer_norm_gradient(Call *c) { /* dsum dy sum statistics weight -> dh dbranch dbias dweight dbeta */
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

void plain_layer_norm_gradient(Call *c) { /* dy x statistics weight -> dx dweight dbeta */
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

void bias_gelu(Call *c) { /* u bias -> y */
  want(c, 0, "u", 2, -1, -1);
  if (failed(c)) return;
  const int64_t rows = TF_Dim(c->in[0], 0), width = TF_Dim(c->in[0], 1);
  want(c, 1, "bias", 1, width, 0);
  const int type = TF_TensorType(c->in[0]);
  BiasGelu a = {.rows = (size_t)rows, .width = (size_t)width, .bf16 = type == BFLOAT16, .u = data(c, 0), .bias = data(c, 1)};
  a.out = replace(c, 0, 0, type, rows, width, row_kernels(a.bf16)->in_place);
  if (!failed(c)) pool_run(row_kernels(a.bf16)->bias_gelu, &a, row_tasks(a.rows));
}

void bias_gelu_gradient(Call *c) { /* dy u bias -> du dbias */
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

void batch_norm_gelu(Call *c) { /* x weight beta groups -> y mean variance */
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

void batch_norm_gelu_gradient(Call *c) { /* dy x weight beta mean variance groups -> dx dweight dbeta */
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

/* ---- patches ---- */

void patches(Call *c) { /* images keep -> patches */
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

void tokens(Call *c) { /* projected added -> x */
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

void tokens_gradient(Call *c) { /* dx added -> dprojected dadded */
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
