/* What files that are built for each instruction set have in common. */
#ifndef ENDOSSL_VALUES_H
#define ENDOSSL_VALUES_H
#include "kernels.h"

#include <math.h>
#include <string.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

/* ---- vectors ---- */

typedef float Vector __attribute__((vector_size(4 * VW), aligned(4)));

INLINE float total(Vector v) {
  float x[VW], sum = 0;
  memcpy(x, &v, sizeof x);
  {
#pragma clang fp reassociate(on)
    for (size_t i = 0; i < VW; i++) sum += x[i];
  }
  return sum;
}

/* ---- bfloat16 ---- */

INLINE float load(const void *p, size_t i, const bool bf16) {
  if (!bf16) return ((const float *)p)[i];
  union {
    uint32_t bits;
    float value;
  } u = {.bits = (uint32_t)((const uint16_t *)p)[i] << 16};
  return u.value;
}

INLINE void store(void *p, size_t i, float x, const bool bf16) {
  if (!bf16) {
    ((float *)p)[i] = x;
    return;
  }
  union {
    float value;
    uint32_t bits;
  } u = {.value = x};
  uint32_t rounded = (u.bits + 0x7fff + ((u.bits >> 16) & 1)) >> 16; /* to nearest, ties to even */
  ((uint16_t *)p)[i] = (uint16_t)(x != x ? 0x7fc0 : rounded);
}

/* ---- exp, a few units in the last place; NaN stays NaN ---- */

INLINE float exponential(float x) { /* Cephes' expf */
  x = x > 88.f ? 88.f : x;
  x = x < -87.3f ? -87.3f : x;
  float n = rintf(x * 1.44269504088896341f);
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + (r + 1.f);
  union {
    uint32_t bits;
    float value;
  } scale = {.bits = (uint32_t)((int32_t)(n == n ? n : 0.f) + 127) << 23};
  return p * scale.value;
}

#endif
