/* EmaUpdate: target += (float)(1 - momentum) * (online - target), over N pairs at once, in place.
 *
 * Written against TensorFlow's C kernel interface, which is a stable ABI: no TensorFlow headers, no
 * C++. One pass over memory reads target and online and writes target; the chunks of all pairs are
 * shared out among a few threads of the library's own (msn-model's pool.c). No fused multiply-add: the bits are those of
 * Java's `t + a * (o - t)`, on every processor. */
#include "pool.h"
#include "tf_c.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TF_FLOAT_TYPE = 1, TF_INVALID_ARGUMENT_CODE = 3 };
#define CHUNK ((size_t)1 << 16) /* floats: 256 KiB of each array */

typedef struct {
  float *target;
  const float *online;
  size_t count;
} Span;

typedef struct {
  const Span *spans;
  float alpha;
} Update;

static void update(void *args, size_t task) {
  enum { PART = 64, AHEAD = 512 }; /* floats; memory gives a tenth more when asked ahead */
  const Update *u = args;
  const Span s = u->spans[task];
  const float alpha = u->alpha;
  float *restrict t = s.target;
  const float *restrict o = s.online;
  for (size_t from = 0; from < s.count; from += PART) {
    const size_t end = s.count - from < PART ? s.count : from + PART;
    for (size_t i = from; i < from + PART; i += 16) {
      __builtin_prefetch(t + i + AHEAD, 1);
      __builtin_prefetch(o + i + AHEAD);
    }
    for (size_t i = from; i < end; i++) t[i] = t[i] + alpha * (o[i] - t[i]);
  }
}

/* Called when a read of the target still holds its buffer: the update gets a buffer of its own. */
static void copy(Opaque *context, Opaque *source, Opaque *destination) {
  (void)context;
  memcpy(TF_TensorData(destination), TF_TensorData(source), TF_TensorByteSize(source));
  TF_DeleteTensor(source);
  TF_DeleteTensor(destination);
}

static void compute(void *kernel, Opaque *context) {
  (void)kernel;
  const int inputs = TF_NumInputs(context), pairs = (inputs - 1) / 2;
  Opaque *status = TF_NewStatus();
  Opaque **x = calloc((size_t)inputs, sizeof *x);
  Span *spans = NULL;
  size_t chunks = 0, at = 0;
  char message[160];

  TF_GetInput(context, inputs - 1, &x[inputs - 1], status);
  if (TF_GetCode(status)) goto fail;
  if (TF_TensorByteSize(x[inputs - 1]) != sizeof(double)) {
    TF_SetStatus(status, TF_INVALID_ARGUMENT_CODE, "EmaUpdate: momentum: got no scalar, wanted one");
    goto fail;
  }
  const double momentum = *(const double *)TF_TensorData(x[inputs - 1]);
  if (!(momentum >= 0 && momentum <= 1)) {
    snprintf(message, sizeof message, "EmaUpdate: momentum: got %g, wanted [0, 1]", momentum);
    TF_SetStatus(status, TF_INVALID_ARGUMENT_CODE, message);
    goto fail;
  }
  for (int i = 0; i < pairs; i++) {
    TF_GetInput(context, pairs + i, &x[pairs + i], status);
    if (TF_GetCode(status)) goto fail;
    TF_GetInputTensorFromVariable(context, i, true, false, false, copy, &x[i], status);
    if (!x[i]) goto out; /* not initialised: TensorFlow has failed the context with its own words */
    if (TF_GetCode(status)) goto fail;
    size_t target = TF_TensorByteSize(x[i]), online = TF_TensorByteSize(x[pairs + i]);
    if (TF_TensorType(x[i]) != TF_FLOAT_TYPE || target != online) {
      snprintf(message, sizeof message,
               "EmaUpdate: pair %d: got a target of type %d with %zu bytes and an online value of "
               "%zu bytes, wanted two equal float32 tensors",
               i, TF_TensorType(x[i]), target, online);
      TF_SetStatus(status, TF_INVALID_ARGUMENT_CODE, message);
      goto fail;
    }
    chunks += (target / sizeof(float) + CHUNK - 1) / CHUNK;
  }
  spans = malloc(sizeof *spans * (chunks + 1));
  for (int i = 0; i < pairs; i++) {
    float *target = TF_TensorData(x[i]);
    const float *online = TF_TensorData(x[pairs + i]);
    size_t count = TF_TensorByteSize(x[i]) / sizeof(float);
    for (size_t p = 0; p < count; p += CHUNK)
      spans[at++] = (Span){target + p, online + p, count - p < CHUNK ? count - p : CHUNK};
  }
  pool_run(update, &(Update){spans, (float)(1.0 - momentum)}, at);
  goto out;
fail:
  TF_OpKernelContext_Failure(context, status);
out:
  for (int i = 0; i < inputs; i++)
    if (x[i]) TF_DeleteTensor(x[i]);
  free(spans);
  free(x);
  TF_DeleteStatus(status);
}

static void no_outputs(Opaque *context, Opaque *status) {
  (void)context;
  TF_SetStatus(status, 0, "");
}

__attribute__((constructor)) static void register_ops(void) {
  Opaque *status = TF_NewStatus(), *op = TF_NewOpDefinitionBuilder("EmaUpdate");
  TF_OpDefinitionBuilderAddAttr(op, "N: int >= 1");
  TF_OpDefinitionBuilderAddInput(op, "targets: N * resource");
  TF_OpDefinitionBuilderAddInput(op, "onlines: N * float");
  TF_OpDefinitionBuilderAddInput(op, "momentum: double");
  TF_OpDefinitionBuilderSetIsStateful(op, true);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, no_outputs);
  TF_RegisterOpDefinition(op, status);
  if (!TF_GetCode(status))
    TF_RegisterKernelBuilder("EmaUpdateCpu",
                             TF_NewKernelBuilder("EmaUpdate", "CPU", NULL, compute, NULL), status);
  if (TF_GetCode(status)) fprintf(stderr, "EmaUpdate: %s\n", TF_Message(status));
  TF_DeleteStatus(status);
}
