/* Which of the variants that the native libraries are built in runs here; x86-64 only. */
#ifndef ENDOSSL_CPU_H
#define ENDOSSL_CPU_H
#include <cpuid.h>
#include <stdbool.h>
#include <string.h>

typedef enum { SSE, AVX2, AVX512 } InstructionSet;

/* What the processor has and the system saves on a switch of tasks; a wish ("avx2", "sse", or NULL) may ask for less. */
static inline InstructionSet instruction_set(const char *wish) {
  unsigned a, b, c, d, low, high;
  if (wish && !strcmp(wish, "sse")) return SSE;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) return SSE;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x06) != 0x06 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2) || !(b & bit_BMI2)) return SSE;
  if (wish && !strcmp(wish, "avx2")) return AVX2;
  const unsigned v4 = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
  return (low & 0xe6) == 0xe6 && (b & v4) == v4 ? AVX512 : AVX2;
}

/* Whether AVX-512, where it is, has the instructions for bfloat16. */
static inline bool bf16_vectors(void) {
  enum { AVX512_BF16 = 1 << 5 };
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & AVX512_BF16);
}

#endif
