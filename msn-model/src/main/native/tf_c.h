/* What the native libraries use of TensorFlow's C interface for kernels, a stable ABI: declared here, so that no header of
 * TensorFlow is needed. */
#ifndef ENDOSSL_TF_C_H
#define ENDOSSL_TF_C_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void Opaque; /* TF_OpKernelContext, TF_Tensor, TF_Status, ... */
typedef void (*CopyFn)(Opaque *context, Opaque *source, Opaque *destination);

/* status and tensors */
Opaque *TF_NewStatus(void);
void TF_DeleteStatus(Opaque *);
void TF_SetStatus(Opaque *, int code, const char *message);
int TF_GetCode(const Opaque *);
const char *TF_Message(const Opaque *);
void *TF_TensorData(const Opaque *);
size_t TF_TensorByteSize(const Opaque *);
int TF_TensorType(const Opaque *);
int TF_NumDims(const Opaque *);
int64_t TF_Dim(const Opaque *, int);
int64_t TF_TensorElementCount(const Opaque *);
void TF_DeleteTensor(Opaque *);

/* registration */
Opaque *TF_NewOpDefinitionBuilder(const char *);
void TF_OpDefinitionBuilderAddAttr(Opaque *, const char *);
void TF_OpDefinitionBuilderAddInput(Opaque *, const char *);
void TF_OpDefinitionBuilderAddOutput(Opaque *, const char *);
void TF_OpDefinitionBuilderSetIsStateful(Opaque *, bool);
void TF_OpDefinitionBuilderSetShapeInferenceFunction(Opaque *, void (*)(Opaque *, Opaque *));
void TF_RegisterOpDefinition(Opaque *, Opaque *);
Opaque *TF_NewKernelBuilder(const char *, const char *, void *(*create)(Opaque *), void (*compute)(void *, Opaque *),
                            void (*delete)(void *));
void TF_RegisterKernelBuilder(const char *, Opaque *, Opaque *);

/* construction */
void TF_OpKernelConstruction_GetAttrFloat(Opaque *, const char *, float *, Opaque *);
void TF_OpKernelConstruction_GetAttrInt64(Opaque *, const char *, int64_t *, Opaque *);
void TF_OpKernelConstruction_GetAttrType(Opaque *, const char *, int *, Opaque *);
void TF_OpKernelConstruction_GetAttrSize(Opaque *, const char *, int32_t *list, int32_t *total, Opaque *);
void TF_OpKernelConstruction_GetAttrBoolList(Opaque *, const char *, unsigned char *, int, Opaque *);
void TF_OpKernelConstruction_Failure(Opaque *, Opaque *);
void TF_OpKernelConstruction_GetAttrFloatList(Opaque *, const char *, float *, int, Opaque *);
void TF_OpKernelConstruction_GetAttrBool(Opaque *, const char *, unsigned char *, Opaque *);

/* a call */
int TF_NumInputs(Opaque *);
void TF_GetInput(Opaque *, int, Opaque **, Opaque *);
void TF_OpKernelContext_Failure(Opaque *, Opaque *);
Opaque *TF_AllocateOutput(Opaque *, int index, int type, const int64_t *shape, int dims, size_t bytes, Opaque *);
Opaque *TF_ForwardInputOrAllocateOutput(Opaque *, const int *candidates, int, int index, const int64_t *shape, int dims,
                                        int *forwarded, Opaque *);
void TF_GetInputTensorFromVariable(Opaque *, int, bool held, bool variant, bool sparse, CopyFn, Opaque **, Opaque *);

/* shapes */
Opaque *TF_NewShapeHandle(void);
void TF_DeleteShapeHandle(Opaque *);
Opaque *TF_NewDimensionHandle(void);
void TF_DeleteDimensionHandle(Opaque *);
int TF_DimensionHandleValueKnown(Opaque *);
int64_t TF_DimensionHandleValue(Opaque *);
void TF_ShapeInferenceContextGetInput(Opaque *, int, Opaque *, Opaque *);
void TF_ShapeInferenceContextSetOutput(Opaque *, int, Opaque *, Opaque *);
void TF_ShapeInferenceContextWithRank(Opaque *, Opaque *, int64_t, Opaque *, Opaque *);
void TF_ShapeInferenceContextDim(Opaque *, Opaque *, int64_t, Opaque *);
void TF_ShapeInferenceContextSubshape(Opaque *, Opaque *, int64_t, int64_t, Opaque *, Opaque *);
void TF_ShapeInferenceContextConcatenateShapes(Opaque *, Opaque *, Opaque *, Opaque *, Opaque *);
Opaque *TF_ShapeInferenceContextScalar(Opaque *);
Opaque *TF_ShapeInferenceContextVectorFromSize(Opaque *, size_t);
void TF_ShapeInferenceContextSetUnknownShape(Opaque *, Opaque *);

#endif
