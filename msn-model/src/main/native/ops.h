/* The bodies of the ops, which register.c lists. */
#ifndef ENDOSSL_OPS_H
#define ENDOSSL_OPS_H
#include "call.h"

typedef void OpBody(Call *);

/* row_ops.c */
OpBody add_layer_norm, add_layer_norm_gradient, layer_norm, plain_layer_norm_gradient;
OpBody bias_gelu, bias_gelu_gradient, batch_norm_gelu, batch_norm_gelu_gradient;
OpBody patches, tokens, tokens_gradient;

/* attention_ops.c */
OpBody attention, attention_gradient, class_attention, class_attention_gradient;

/* product_ops.c */
OpBody mat_mul, mat_mul_gradient, mlp, mlp_gradient;

/* optimizer_ops.c; of any number of inputs */
void compute_EndosslAdamW(void *attributes, Opaque *context);
void compute_EndosslGlobalNorm(void *attributes, Opaque *context);

/* Gives the sum of the values' squares to an output (optimizer_ops.c). */
void put_squares(Call *, const float *values, size_t n, int output);

#endif
