/* MemoryTriad: what memory gives on this machine, by the threads and chunks that EmaUpdate has.
 *
 * STREAM's triad a = b + s c, and the triad in place, a = a + s b, over arrays of `floats` floats. Each runs twice and the
 * second time counts, so that pages are there and threads awake. */
#define _GNU_SOURCE
#include "pool.h"
#include "tf_c.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TF_DOUBLE_TYPE = 2, TF_INVALID_ARGUMENT_CODE = 3, TF_RESOURCE_EXHAUSTED_CODE = 8 };
#define CHUNK ((size_t)1 << 16) /* floats, as in msn_ops.c */

typedef struct {
  float *a;
  const float *b, *c;
  size_t count;
} Triad;

static size_t end(const Triad *t, size_t from) { return t->count - from < CHUNK ? t->count : from + CHUNK; }

static void fill(void *args, size_t task) {
  const Triad *t = args;
  float *b = (float *)t->b, *c = (float *)t->c;
  for (size_t i = task * CHUNK, to = end(t, i); i < to; i++) t->a[i] = 0, b[i] = 1, c[i] = 2;
}

static void plain(void *args, size_t task) {
  const Triad *t = args;
  float *restrict a = t->a;
  const float *restrict b = t->b, *restrict c = t->c;
  for (size_t i = task * CHUNK, to = end(t, i); i < to; i++) a[i] = b[i] + 0.5f * c[i];
}

static void in_place(void *args, size_t task) {
  const Triad *t = args;
  float *restrict a = t->a;
  const float *restrict b = t->b;
  for (size_t i = task * CHUNK, to = end(t, i); i < to; i++) a[i] = a[i] + 0.5f * b[i];
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double timed(void (*work)(void *, size_t), Triad *t, size_t tasks) {
  pool_run(work, t, tasks);
  double begin = now();
  pool_run(work, t, tasks);
  return now() - begin;
}

static void compute(void *kernel, Opaque *context) {
  (void)kernel;
  Opaque *status = TF_NewStatus(), *floats = NULL, *seconds = NULL;
  float *memory = NULL;
  TF_GetInput(context, 0, &floats, status);
  if (TF_GetCode(status)) goto fail;
  if (TF_TensorByteSize(floats) != sizeof(int64_t) || *(const int64_t *)TF_TensorData(floats) < 1) {
    TF_SetStatus(status, TF_INVALID_ARGUMENT_CODE, "MemoryTriad: floats: wanted a scalar of at least 1");
    goto fail;
  }
  const size_t n = (size_t)*(const int64_t *)TF_TensorData(floats);
  if (n > SIZE_MAX / 3 / sizeof(float) || !(memory = malloc(3 * n * sizeof(float)))) {
    TF_SetStatus(status, TF_RESOURCE_EXHAUSTED_CODE, "MemoryTriad: there is no memory for three such arrays");
    goto fail;
  }
  seconds = TF_AllocateOutput(context, 0, TF_DOUBLE_TYPE, &(int64_t){2}, 1, 2 * sizeof(double), status);
  if (TF_GetCode(status)) goto fail;
  Triad t = {memory, memory + n, memory + 2 * n, n};
  const size_t tasks = (n + CHUNK - 1) / CHUNK;
  double *out = TF_TensorData(seconds);
  pool_run(fill, &t, tasks);
  out[0] = timed(plain, &t, tasks);
  out[1] = timed(in_place, &t, tasks);
  goto out;
fail:
  TF_OpKernelContext_Failure(context, status);
out:
  free(memory);
  if (floats) TF_DeleteTensor(floats);
  if (seconds) TF_DeleteTensor(seconds);
  TF_DeleteStatus(status);
}

static void two_values(Opaque *context, Opaque *status) {
  Opaque *shape = TF_ShapeInferenceContextVectorFromSize(context, 2);
  TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
  TF_DeleteShapeHandle(shape);
}

__attribute__((constructor)) static void register_ops(void) {
  Opaque *status = TF_NewStatus(), *op = TF_NewOpDefinitionBuilder("MemoryTriad");
  TF_OpDefinitionBuilderAddInput(op, "floats: int64");
  TF_OpDefinitionBuilderAddOutput(op, "seconds: double");
  TF_OpDefinitionBuilderSetIsStateful(op, true);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, two_values);
  TF_RegisterOpDefinition(op, status);
  if (!TF_GetCode(status))
    TF_RegisterKernelBuilder("MemoryTriadCpu",
                             TF_NewKernelBuilder("MemoryTriad", "CPU", NULL, compute, NULL), status);
  if (TF_GetCode(status)) fprintf(stderr, "MemoryTriad: %s\n", TF_Message(status));
  TF_DeleteStatus(status);
}
