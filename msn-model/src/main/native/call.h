/* A call of an op (call.c). */
#ifndef ENDOSSL_CALL_H
#define ENDOSSL_CALL_H
#include "tf_c.h"

enum { FLOAT = 1, BFLOAT16 = 14, INVALID_ARGUMENT = 3, RESOURCE_EXHAUSTED = 8, MOST = 8 };

typedef struct {
  int64_t heads, patch, sums;
  float epsilon;
  int type;
  unsigned char gradient;          /* of an MLP */
  unsigned char *decayed, *scaled; /* of AdamW */
} Attributes;

typedef struct {
  const char *op;
  const Attributes *attributes;
  Opaque *context, *status, *in[MOST], *out[MOST];
  int inputs;
} Call;

/* Runs an op's body on what TensorFlow calls it with. */
void call(void *attributes, Opaque *context, const char *op, void (*body)(Call *));

bool failed(const Call *);
__attribute__((format(printf, 2, 3))) void fail(Call *, const char *format, ...);
void no_memory(Call *);

/* inputs */
void *data(const Call *, int input);
bool is16(const Call *, int input);
size_t count(const Call *, int input);
void shape_text(const Opaque *tensor, char *to, size_t size);

/* Fails unless the input has this shape; -1 stands for any size. */
void want(Call *, int input, const char *name, int dims, int64_t a, int64_t b);

/* An output of [a, b], of [a] or a scalar, by its dims; NULL where the call has failed. */
void *allocate(Call *, int output, int type, int dims, int64_t a, int64_t b);

/* An output of [a, b] in place of an input of that type and shape, where nobody else reads it and the kernels take it. */
void *replace(Call *, int input, int output, int type, int64_t a, int64_t b, bool in_place);

/* Adds up [n, width] rows that lie a stride apart, in order. */
void add_parts(const float *parts, size_t n, size_t stride, size_t width, float *to);

/* A thread's own, for as long as it lives: what it works with, and what it holds for all threads of its call. */
enum { WORKING, SHARED, BETWEEN, SCRATCHES };

/* NULL when there is no memory. */
char *scratch_for(int use, size_t bytes);
char *scratch(size_t bytes); /* WORKING */

#endif
