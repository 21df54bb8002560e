/* The shapes of the ops' outputs, as far as they are known when the graph is built. */
#ifndef ENDOSSL_SHAPES_H
#define ENDOSSL_SHAPES_H
#include "tf_c.h"

typedef void ShapeFunction(Opaque *context, Opaque *status);

ShapeFunction add_layer_norm_shape, layer_norm_shape, add_layer_norm_gradient_shape, layer_norm_gradient_shape;
ShapeFunction bias_gelu_shape, bias_gelu_gradient_shape, batch_norm_shape, batch_norm_gradient_shape, attention_shapes;
ShapeFunction attention_gradient_shape, class_attention_shapes, class_attention_gradient_shape, mat_mul_shape;
ShapeFunction mat_mul_gradient_shape, tokens_shape, tokens_gradient_shape, mlp_shapes, mlp_gradient_shapes, patches_shape;
ShapeFunction scalar_shape, no_shape;

#endif
