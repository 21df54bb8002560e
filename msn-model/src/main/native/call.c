/* A call of an op: its inputs and outputs, failures, scratch. */
#include "call.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

bool failed(const Call *c) { return TF_GetCode(c->status) != 0; }

void fail(Call *c, const char *format, ...) {
  char message[320];
  int n = snprintf(message, sizeof message, "%s: ", c->op);
  va_list values;
  va_start(values, format);
  vsnprintf(message + n, sizeof message - (size_t)n, format, values);
  va_end(values);
  if (!failed(c)) TF_SetStatus(c->status, INVALID_ARGUMENT, message);
}

void no_memory(Call *c) {
  if (!failed(c)) TF_SetStatus(c->status, RESOURCE_EXHAUSTED, "no memory for an op's scratch values");
}

void *data(const Call *c, int i) { return TF_TensorData(c->in[i]); }

bool is16(const Call *c, int i) { return TF_TensorType(c->in[i]) == BFLOAT16; }

size_t count(const Call *c, int i) { return (size_t)TF_TensorElementCount(c->in[i]); }

void shape_text(const Opaque *t, char *to, size_t size) {
  size_t n = (size_t)snprintf(to, size, "[");
  for (int i = 0; i < TF_NumDims(t) && n < size; i++)
    n += (size_t)snprintf(to + n, size - n, i ? ", %lld" : "%lld", (long long)TF_Dim(t, i));
  if (n < size) snprintf(to + n, size - n, "]");
}

void want(Call *c, int i, const char *name, int dims, int64_t a, int64_t b) {
  const Opaque *t = c->in[i];
  if (TF_NumDims(t) == dims && (dims < 1 || a < 0 || TF_Dim(t, 0) == a) && (dims < 2 || b < 0 || TF_Dim(t, 1) == b)) return;
  char got[96];
  shape_text(t, got, sizeof got);
  if (dims == 1)
    fail(c, "%s: got shape %s, wanted [%lld]", name, got, (long long)a);
  else
    fail(c, "%s: got shape %s, wanted [%lld, %lld] (-1: any)", name, got, (long long)a, (long long)b);
}

void *allocate(Call *c, int i, int type, int dims, int64_t a, int64_t b) {
  if (failed(c)) return NULL;
  const int64_t shape[2] = {a, b};
  const size_t bytes = (size_t)a * (dims == 2 ? (size_t)b : 1) * (type == BFLOAT16 ? 2 : 4);
  Opaque *t = TF_AllocateOutput(c->context, i, type, shape, dims, bytes, c->status);
  c->out[i] = t;
  return t ? TF_TensorData(t) : NULL;
}

void *replace(Call *c, int input, int i, int type, int64_t a, int64_t b, bool in_place) {
  if (!in_place || failed(c)) return allocate(c, i, type, 2, a, b);
  const int64_t shape[2] = {a, b};
  int from;
  TF_DeleteTensor(c->in[input]); /* another reader else; the context holds it until the end of the call */
  c->in[input] = NULL;
  Opaque *t = TF_ForwardInputOrAllocateOutput(c->context, &input, 1, i, shape, 2, &from, c->status);
  c->out[i] = t;
  return t ? TF_TensorData(t) : NULL;
}

void call(void *attributes, Opaque *context, const char *op, void (*body)(Call *)) {
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

void add_parts(const float *parts, size_t n, size_t stride, size_t width, float *to) {
  memset(to, 0, width * sizeof *to);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < width; j++) to[j] += parts[i * stride + j];
}

/* ---- scratch ---- */

static pthread_key_t scratch_keys[SCRATCHES];

typedef struct {
  size_t bytes;
  char *values;
} Scratch;

static void free_scratch(void *scratch) {
  if (scratch) free(((Scratch *)scratch)->values);
  free(scratch);
}

/* In huge pages where the system gives them. */
char *scratch_for(int use, size_t bytes) {
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

char *scratch(size_t bytes) { return scratch_for(WORKING, bytes); }

__attribute__((constructor)) static void make_scratch_keys(void) {
  for (int i = 0; i < SCRATCHES; i++) pthread_key_create(&scratch_keys[i], free_scratch);
}
