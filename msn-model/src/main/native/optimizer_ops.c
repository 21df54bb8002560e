/* AdamW and the norm of all gradients. */
#include "call.h"
#include "choice.h"
#include "ops.h"
#include "pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
void compute_EndosslAdamW(void *attributes, Opaque *context) {
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

/* ---- sums of squares ---- */

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

void put_squares(Call *c, const float *values, size_t n, int output) {
  float *sum = allocate(c, output, FLOAT, 0, 1, 1);
  Squares *work = malloc(sizeof *work * (stretches(n) + 1));
  if (!work) no_memory(c);
  if (!failed(c)) *sum = (float)sum_of_squares(work, add_stretches(work, 0, values, n));
  free(work);
}

/* N values, M sums of squares -> the root of the sum of all squares */
void compute_EndosslGlobalNorm(void *attributes, Opaque *context) {
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
