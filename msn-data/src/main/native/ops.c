/* The ops of the input, for TensorFlow's C kernel interface (a stable ABI: no TensorFlow headers, no C++): the views of a
 * frame, and the pixels of a PNG. A call runs on the thread that makes it: tf.data calls it from its workers. */
#include "room.h"
#include "tf_c.h"
#include "views.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLOAT = 1, UINT8 = 4, BOOL = 10, INVALID_ARGUMENT = 3, RESOURCE_EXHAUSTED = 8, MOST = 3 };

static const ViewKernels *kernels;

/* ---- a call ---- */

typedef struct {
  int64_t size;
  unsigned char color, flip;
  float scale[3], shift[3];
} Attributes;

typedef struct {
  const char *op;
  Opaque *context, *status, *in[MOST], *out[MOST];
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

static void begin(Call *c, int inputs) {
  c->status = TF_NewStatus();
  for (int i = 0; i < inputs && !failed(c); i++) TF_GetInput(c->context, i, &c->in[i], c->status);
}

static void end(Call *c) {
  if (failed(c)) TF_OpKernelContext_Failure(c->context, c->status);
  for (int i = 0; i < MOST; i++) {
    if (c->in[i]) TF_DeleteTensor(c->in[i]);
    if (c->out[i]) TF_DeleteTensor(c->out[i]);
  }
  TF_DeleteStatus(c->status);
}

static void *allocate(Call *c, int i, int type, const int64_t *shape, int dims) {
  size_t bytes = type == FLOAT ? sizeof(float) : 1;
  for (int d = 0; d < dims; d++) bytes *= (size_t)shape[d];
  if (failed(c)) return NULL;
  c->out[i] = TF_AllocateOutput(c->context, i, type, shape, dims, bytes, c->status);
  return c->out[i] ? TF_TensorData(c->out[i]) : NULL;
}

/* Fails unless the input has `dims` dimensions of which the last is `last`. */
static void want(Call *c, int i, const char *name, int dims, int64_t last) {
  const int got = TF_NumDims(c->in[i]);
  if (got != dims) fail(c, "%s: got %d dimensions, wanted %d", name, got, dims);
  else if (last > 0 && TF_Dim(c->in[i], dims - 1) != last)
    fail(c, "%s: got %lld columns, wanted %lld", name, (long long)TF_Dim(c->in[i], dims - 1), (long long)last);
}

/* ---- EndosslMsnViews ---- */

static void check(Call *c, const View *v, int64_t view) {
  const int32_t *w = v->whole, *box = w + BOX;
  const long long n = (long long)view;
  if (box[0] < 0 || box[1] < 0 || box[2] < 1 || box[3] < 1 || (size_t)box[0] + (size_t)box[2] > v->height ||
      (size_t)box[1] + (size_t)box[3] > v->width)
    fail(c, "view %lld: got a box of %d x %d at row %d, column %d, wanted one within %zu x %zu", n, box[2], box[3], box[0],
         box[1], v->height, v->width);
  for (int i = 0; i < 4; i++)
    if (w[COLORS + i] < 0 || w[COLORS + i] > NOTHING)
      fail(c, "view %lld: got colour op %d, wanted 0 to %d", n, w[COLORS + i], NOTHING);
  for (int i = GRAY; i <= FLIP; i++)
    if (w[i] != 0 && w[i] != 1) fail(c, "view %lld: got %d for grey, blurred or mirrored, wanted 0 or 1", n, w[i]);
  for (int i = BRIGHTNESS; i <= SATURATION; i++)
    if (!(v->real[i] >= 0 && v->real[i] <= 1e6f)) fail(c, "view %lld: got a factor of %g, wanted 0 to 1e6", n, (double)v->real[i]);
  if (!(fabsf(v->real[HUE]) <= 0.5f)) fail(c, "view %lld: got a turn of %g, wanted -0.5 to 0.5", n, (double)v->real[HUE]);
  if (w[BLUR] && !(v->real[RADIUS] > 0 && v->real[RADIUS] <= 2))
    fail(c, "view %lld: got a radius of %g, wanted above 0, at most 2", n, (double)v->real[RADIUS]);
}

static void make(Call *c, View *v, int64_t views) {
  const size_t bytes = v->size * v->size * 3;
  const View all = *v;
  size_t room = 0;
  for (int64_t i = 0; i < views; i++) {
    v->whole = all.whole + i * WHOLE;
    v->real = all.real + i * REAL;
    check(c, v, i);
    if (failed(c)) return;
    const size_t needed = kernels->scratch(v);
    room = needed > room ? needed : room;
  }
  v->scratch = room_of(room);
  if (!v->scratch) {
    TF_SetStatus(c->status, RESOURCE_EXHAUSTED, "EndosslMsnViews: no memory for scratch values");
    return;
  }
  for (int64_t i = 0; i < views; i++) {
    v->whole = all.whole + i * WHOLE;
    v->real = all.real + i * REAL;
    v->out = all.out + (size_t)i * bytes;
    kernels->apply(v);
  }
}

static void compute_views(void *attributes, Opaque *context) {
  const Attributes *a = attributes;
  Call c = {.op = "EndosslMsnViews", .context = context};
  begin(&c, 3);
  if (!failed(&c)) {
    want(&c, 0, "image", 3, 3);
    want(&c, 1, "whole", 2, WHOLE);
    want(&c, 2, "real", 2, REAL);
  }
  if (!failed(&c) && TF_Dim(c.in[1], 0) != TF_Dim(c.in[2], 0))
    fail(&c, "got %lld rows of whole numbers and %lld of real ones, wanted as many", (long long)TF_Dim(c.in[1], 0),
         (long long)TF_Dim(c.in[2], 0));
  if (!failed(&c)) {
    View v = {.image = TF_TensorData(c.in[0]), .height = (size_t)TF_Dim(c.in[0], 0), .width = (size_t)TF_Dim(c.in[0], 1),
              .size = (size_t)a->size, .color = a->color, .flip = a->flip, .whole = TF_TensorData(c.in[1]),
              .real = TF_TensorData(c.in[2])};
    const int64_t views = TF_Dim(c.in[1], 0), shape[] = {views, a->size, a->size, 3};
    v.out = allocate(&c, 0, UINT8, shape, 4);
    if (!failed(&c)) make(&c, &v, views);
  }
  end(&c);
}

/* ---- EndosslPng ---- */

static void compute_png(void *attributes, Opaque *context) {
  (void)attributes;
  Call c = {.op = "EndosslPng", .context = context};
  begin(&c, 1);
  if (!failed(&c)) want(&c, 0, "bytes", 1, 0);
  if (!failed(&c)) {
    const uint8_t *bytes = TF_TensorData(c.in[0]);
    const size_t count = (size_t)TF_TensorElementCount(c.in[0]);
    size_t height = 0, width = 0;
    const bool like = png_size(bytes, count, &height, &width);
    const int64_t shape[] = {like ? (int64_t)height : 0, like ? (int64_t)width : 0, 3};
    uint8_t *pixels = allocate(&c, 0, UINT8, shape, 3), *read = allocate(&c, 1, BOOL, NULL, 0);
    if (!failed(&c)) *read = like && png_pixels(bytes, count, height, width, pixels);
  }
  end(&c);
}

/* ---- EndosslNormalize ---- */

/* One list behind the other; their first dimensions add up. */
static void compute_normalize(void *attributes, Opaque *context) {
  const Attributes *a = attributes;
  Call c = {.op = "EndosslNormalize", .context = context};
  const int inputs = TF_NumInputs(context);
  int64_t shape[4] = {0};
  Opaque *view = NULL;
  begin(&c, 0);
  for (int i = 0; i < inputs && !failed(&c); i++) { /* one at a time: there may be many */
    TF_GetInput(context, i, &c.in[0], c.status);
    if (failed(&c)) break;
    want(&c, 0, "views", 4, 3);
    for (int d = 1; d < 4 && !failed(&c); d++) {
      if (i && TF_Dim(c.in[0], d) != shape[d]) fail(&c, "view %d: got another size than view 0", i);
      shape[d] = TF_Dim(c.in[0], d);
    }
    shape[0] += failed(&c) ? 0 : TF_Dim(c.in[0], 0);
    TF_DeleteTensor(c.in[0]);
    c.in[0] = NULL;
  }
  float *out = allocate(&c, 0, FLOAT, shape, 4);
  for (int i = 0; i < inputs && !failed(&c); i++) {
    TF_GetInput(context, i, &view, c.status);
    if (failed(&c)) break;
    Numbers n = {.bytes = TF_TensorData(view), .count = (size_t)TF_TensorElementCount(view), .out = out};
    memcpy(n.scale, a->scale, sizeof n.scale);
    memcpy(n.shift, a->shift, sizeof n.shift);
    kernels->normalize(&n);
    out += n.count;
    TF_DeleteTensor(view);
  }
  end(&c);
}

/* ---- shapes and registration ---- */

static void rank(Opaque *context, Opaque *status, int input, int64_t wanted) {
  if (TF_GetCode(status)) return;
  Opaque *shape = TF_NewShapeHandle();
  TF_ShapeInferenceContextGetInput(context, input, shape, status);
  if (!TF_GetCode(status)) TF_ShapeInferenceContextWithRank(context, shape, wanted, shape, status);
  TF_DeleteShapeHandle(shape);
}

static void views_shape(Opaque *context, Opaque *status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status); /* attributes are out of reach here */
  rank(context, status, 0, 3);
  rank(context, status, 1, 2);
  rank(context, status, 2, 2);
}

static void png_shape(Opaque *context, Opaque *status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
  rank(context, status, 0, 1);
  if (TF_GetCode(status)) return;
  Opaque *scalar = TF_ShapeInferenceContextScalar(context);
  TF_ShapeInferenceContextSetOutput(context, 1, scalar, status);
  TF_DeleteShapeHandle(scalar);
}

static void *create_views(Opaque *construction) {
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  TF_OpKernelConstruction_GetAttrInt64(construction, "size", &a->size, status);
  if (!TF_GetCode(status)) TF_OpKernelConstruction_GetAttrBool(construction, "color", &a->color, status);
  if (!TF_GetCode(status)) TF_OpKernelConstruction_GetAttrBool(construction, "flip", &a->flip, status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

static void three(Opaque *construction, const char *name, float *to, Opaque *status) {
  int32_t size = 0, total = 0;
  if (TF_GetCode(status)) return;
  TF_OpKernelConstruction_GetAttrSize(construction, name, &size, &total, status);
  if (!TF_GetCode(status) && size != 3) TF_SetStatus(status, INVALID_ARGUMENT, "EndosslNormalize: wanted three numbers");
  if (!TF_GetCode(status)) TF_OpKernelConstruction_GetAttrFloatList(construction, name, to, 3, status);
}

static void *create_normalize(Opaque *construction) {
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  three(construction, "scale", a->scale, status);
  three(construction, "shift", a->shift, status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

static void any_shape(Opaque *context, Opaque *status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

static void *create_nothing(Opaque *construction) {
  (void)construction;
  return NULL;
}

static void delete(void *attributes) { free(attributes); }

typedef struct {
  const char *name, *attributes[3], *inputs[3], *outputs[2];
  void *(*create)(Opaque *);
  void (*compute)(void *, Opaque *);
  void (*shape)(Opaque *, Opaque *);
} Op;

static const Op ops[] = {
    /* image [height, width, 3], whole [views, 11] and real [views, 5] as ViewDraws.java has them: [views, size, size, 3];
     * color: whether colour ops and grey are done, flip: whether views are mirrored where that was drawn */
    {"EndosslMsnViews", {"size: int >= 1", "color: bool", "flip: bool"}, {"image: uint8", "whole: int32", "real: float"},
     {"views: uint8"}, create_views, compute_views, views_shape},
    /* views, each [batch, height, width, 3], one behind the other: x * scale - shift for each channel */
    {"EndosslNormalize", {"N: int >= 1", "scale: list(float)", "shift: list(float)"}, {"views: N * uint8"}, {"out: float"},
     create_normalize, compute_normalize, any_shape},
    /* bytes [n] of a file: image [height, width, 3] if it is a sound PNG of 8-bit red, green and blue; else `read` is false
     * and the image is not to be used */
    {"EndosslPng", {NULL}, {"bytes: uint8"}, {"image: uint8", "read: bool"}, create_nothing, compute_png, png_shape},
};

static void register_op(const Op *op) {
  Opaque *status = TF_NewStatus(), *builder = TF_NewOpDefinitionBuilder(op->name);
  for (int i = 0; i < 3 && op->attributes[i]; i++) TF_OpDefinitionBuilderAddAttr(builder, op->attributes[i]);
  for (int i = 0; i < 3 && op->inputs[i]; i++) TF_OpDefinitionBuilderAddInput(builder, op->inputs[i]);
  for (int i = 0; i < 2 && op->outputs[i]; i++) TF_OpDefinitionBuilderAddOutput(builder, op->outputs[i]);
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
extern const ViewKernels views_avx512, views_avx2, views_sse;

static const ViewKernels *best(const char *wish) {
  static const ViewKernels *const variants[] = {[SSE] = &views_sse, [AVX2] = &views_avx2, [AVX512] = &views_avx512};
  return variants[instruction_set(wish)];
}
#else
extern const ViewKernels views_plain;
static const ViewKernels *best(const char *wish) {
  (void)wish;
  return &views_plain;
}
#endif

/* The instruction set in use. */
__attribute__((visibility("default"))) const char *endossl_view_kernels(void) { return kernels->name; }

__attribute__((constructor)) static void register_ops(void) {
  kernels = best(getenv("ENDOSSL_KERNELS"));
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) register_op(&ops[i]);
}
