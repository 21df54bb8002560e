/* Which variants of the kernels run here: what the processor has, and ENDOSSL_KERNELS asks for. */
#include "choice.h"

#include <stdlib.h>

const Kernels *kernels;
const ProductKernels *products, *products16;
const FewKernels *few;
const AttentionKernels *attentions;
const RowKernels *rows16;
const ClassKernels *class_kernels;

#ifdef __x86_64__
#include "cpu.h"

#include <sys/syscall.h>
#include <unistd.h>

extern const Kernels kernels_avx512, kernels_avx2, kernels_sse;
extern const ProductKernels product_bf16, product_amx, product_avx512, product_avx2, product_sse;
extern const FewKernels few_avx512, few_avx2, few_sse;
extern const AttentionKernels attention_amx;
extern const RowKernels rows_bf16;
extern const ClassKernels class_avx512, class_avx2, class_sse;

static const Kernels *best(const char *wish) {
  static const Kernels *const variants[] = {[SSE] = &kernels_sse, [AVX2] = &kernels_avx2, [AVX512] = &kernels_avx512};
  return variants[instruction_set(wish)];
}

static const FewKernels *best_few(const char *wish) {
  static const FewKernels *const variants[] = {[SSE] = &few_sse, [AVX2] = &few_avx2, [AVX512] = &few_avx512};
  return variants[instruction_set(wish)];
}

static const ClassKernels *best_class(const char *wish) {
  static const ClassKernels *const variants[] = {[SSE] = &class_sse, [AVX2] = &class_avx2, [AVX512] = &class_avx512};
  return variants[instruction_set(wish)];
}

/* Whether there are tiles for bfloat16, and the system lets this process use them. */
static bool amx(void) {
  enum { GET_PERMISSION = 0x1023, TILE_DATA = 18, BF16_TILES = 1 << 22 | 1 << 24, SAVED = 3 << 17 };
  unsigned a, b, c, d, low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & SAVED) != SAVED || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & BF16_TILES) != BF16_TILES) return false;
  return syscall(SYS_arch_prctl, GET_PERMISSION, TILE_DATA) == 0;
}

/* Whether there is more than AVX-512, which a wish for "avx512" leaves out. */
static bool bf16(const char *wish) {
  return kernels == &kernels_avx512 && !(wish && !strcmp(wish, "avx512")) && bf16_vectors();
}

static const RowKernels *best_rows(const char *wish) { return bf16(wish) ? &rows_bf16 : &kernels->rows; }

static const ProductKernels *best_products(const char *wish) {
  if (bf16(wish) && amx()) return &product_amx;
  return kernels == &kernels_avx512 ? &product_avx512 : kernels == &kernels_avx2 ? &product_avx2 : &product_sse;
}

static const ProductKernels *products_of_bfloat16(void) { return products == &product_amx ? &product_bf16 : NULL; }

static const AttentionKernels *best_attention(void) { return products == &product_amx ? &attention_amx : kernels->attention; }
#else
extern const Kernels kernels_plain;
extern const ProductKernels product_plain;
extern const FewKernels few_plain;
extern const ClassKernels class_plain;

static const Kernels *best(const char *wish) {
  (void)wish;
  return &kernels_plain;
}

static const ProductKernels *best_products(const char *wish) {
  (void)wish;
  return &product_plain;
}

static const FewKernels *best_few(const char *wish) {
  (void)wish;
  return &few_plain;
}

static const ProductKernels *products_of_bfloat16(void) { return NULL; }

static const AttentionKernels *best_attention(void) { return kernels->attention; }

static const RowKernels *best_rows(const char *wish) {
  (void)wish;
  return &kernels->rows;
}

static const ClassKernels *best_class(const char *wish) {
  (void)wish;
  return &class_plain;
}
#endif

/* The instruction set in use. */
__attribute__((visibility("default"))) const char *endossl_kernels(void) { return kernels->name; }

void choose_kernels(void) {
  const char *wish = getenv("ENDOSSL_KERNELS");
  kernels = best(wish);
  products = best_products(wish);
  products16 = products_of_bfloat16();
  few = best_few(wish);
  attentions = best_attention();
  rows16 = best_rows(wish);
  class_kernels = best_class(wish);
}
