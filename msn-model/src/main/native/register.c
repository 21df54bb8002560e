/* The fused ops of a Vision Transformer, forward and backward, for TensorFlow's C kernel interface (a stable ABI: no
 * TensorFlow headers, no C++): what they compute, and their registration when the library is loaded. */
#include "call.h"
#include "choice.h"
#include "ops.h"
#include "shapes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- attributes ---- */

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

static void *create_global_norm(Opaque *construction) {
  Opaque *status = TF_NewStatus();
  Attributes *a = calloc(1, sizeof *a);
  TF_OpKernelConstruction_GetAttrInt64(construction, "M", &a->sums, status);
  if (TF_GetCode(status)) TF_OpKernelConstruction_Failure(construction, status);
  TF_DeleteStatus(status);
  return a;
}

/* ---- table ---- */

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

/* ---- registration ---- */

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

__attribute__((constructor)) static void register_ops(void) {
  choose_kernels();
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) register_op(&ops[i]);
}
