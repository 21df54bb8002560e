/* The kernels in use (choice.c). */
#ifndef ENDOSSL_CHOICE_H
#define ENDOSSL_CHOICE_H
#include "kernels.h"

extern const Kernels *kernels;
extern const ProductKernels *products, *products16; /* of float32, of bfloat16 (NULL: none) */
extern const FewKernels *few;
extern const AttentionKernels *attentions; /* of bfloat16 */
extern const RowKernels *rows16; /* of bfloat16 */
extern const ClassKernels *class_kernels;

void choose_kernels(void);

#endif
