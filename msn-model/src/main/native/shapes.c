#include "shapes.h"

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

void add_layer_norm_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 2, 1, 1, 1};
  for (int i = 0; i < 5 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  same(f, 0, 0);
  same(f, 1, 0);
  rows_of(f, 2, 0, 2);
}

void layer_norm_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 1, 1};
  for (int i = 0; i < 3 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  same(f, 0, 0);
  rows_of(f, 1, 0, 2);
}

void add_layer_norm_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 2);
  for (int i = 2; i < 5 && !TF_GetCode(status); i++) same(f, i, 4);
}

void layer_norm_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  for (int i = 1; i < 3 && !TF_GetCode(status); i++) same(f, i, 3);
}

void bias_gelu_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 2);
  if (!TF_GetCode(status)) rank(f, 1, 1);
  if (!TF_GetCode(status)) same(f, 0, 0);
}

void bias_gelu_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
}

void batch_norm_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 1, 1, 1};
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  same(f, 0, 0);
  const int64_t width = dimension(f, 1, 0);
  for (int i = 1; i < 3; i++) rows_of(f, i, 3, width);
}

void batch_norm_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  for (int i = 1; i < 3 && !TF_GetCode(status); i++) same(f, i, 2);
}

void attention_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 2);
  if (!TF_GetCode(status)) rank(f, 1, 1);
  if (!TF_GetCode(status)) rank(f, 2, 2);
  if (TF_GetCode(status)) return;
  const int64_t columns = dimension(f, 1, 0);
  if (columns >= 0) rows_of(f, 0, 0, columns / 3);
}

void attention_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
}

void class_attention_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 2, 1, 2};
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
}

void class_attention_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
}

void mat_mul_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 2);
  if (!TF_GetCode(status)) rank(f, 1, 2);
  if (!TF_GetCode(status)) rows_of(f, 0, 0, dimension(f, 1, 1));
}

void mat_mul_gradient_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  for (int i = 0; i < 3 && !TF_GetCode(status); i++) rank(f, i, 2);
  if (TF_GetCode(status)) return;
  same(f, 0, 1);
  if (!TF_GetCode(status)) same(f, 1, 2);
  scalar(f, 2);
}

void tokens_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  for (int i = 0; i < 2 && !TF_GetCode(status); i++) rank(f, i, 2);
}

void tokens_gradient_shape(Opaque *context, Opaque *status) { same(infer(context, status), 1, 1); }

void mlp_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  const int64_t ranks[] = {2, 2, 1, 2};
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) rank(f, i, ranks[i]);
  if (TF_GetCode(status)) return;
  rows_of(f, 0, 0, dimension(f, 3, 1));
}

void mlp_gradient_shapes(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  for (int i = 0; i < 4 && !TF_GetCode(status); i++) same(f, i, i + 1);
  for (int i = 4; i < 6 && !TF_GetCode(status); i++) scalar(f, i);
}

void patches_shape(Opaque *context, Opaque *status) {
  Infer f = infer(context, status);
  rank(f, 0, 4);
  if (!TF_GetCode(status)) rank(f, 1, 1);
}

void scalar_shape(Opaque *context, Opaque *status) { scalar(infer(context, status), 0); }

void no_shape(Opaque *context, Opaque *status) {
  (void)context;
  TF_SetStatus(status, 0, "");
}
