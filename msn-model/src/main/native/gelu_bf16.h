/* GELU with the error function, y = x Phi(x), and its slope Phi(x) + x phi(x), as exactly as bfloat16 needs them, for 16
 * float32 in nine instructions each; to include where there is AVX-512.
 *
 * GELU is x / 2 and an even function, a parabola of |x| on each of 31 intervals; the slope is a cubic on each of 29. Their
 * coefficients lie in registers, vpermi2ps looks them up; beyond 5 the values are 0 and x, 0 and 1. Errors before rounding: a
 * tenth of a bfloat16's unit in the last place for GELU, a quarter for the slope, those of 2^-8 for what is smaller; GELU near
 * 0 has relative errors as small. NaN gives NaN; the slope at an infinity and GELU at -infinity are NaN as well, at +infinity
 * GELU is infinity. The tables are interop/gelu_table.py's. */
#ifndef ENDOSSL_GELU_BF16_H
#define ENDOSSL_GELU_BF16_H
#include "kernels.h"

#include <immintrin.h>

/* clang-format off */
static const float GELU[3][32] __attribute__((aligned(64))) = {
    {0.00000000e+00f, -1.15346997e-04f, -2.07950656e-03f, -1.01129526e-02f, -2.93657492e-02f, -6.38048485e-02f, -1.14404004e-01f, -1.78250395e-01f,
     -2.48843750e-01f, -3.17453813e-01f, -3.75073387e-01f, -4.14363254e-01f, -4.31056444e-01f, -4.24517583e-01f, -3.97437247e-01f, -3.54879653e-01f,
     -3.03029030e-01f, -2.47981370e-01f, -1.94834067e-01f, -1.47188688e-01f, -1.07053218e-01f, -7.50432953e-02f, -5.07476823e-02f, -3.31332343e-02f,
     -2.09007089e-02f, -1.27460754e-02f, -7.51877862e-03f, -4.29223661e-03f, -2.37231742e-03f, -1.26993719e-03f, -6.58661766e-04f, 0.00000000e+00f},
    {0.00000000e+00f, 2.20346976e-03f, 1.76284144e-02f, 5.63928248e-02f, 1.23207784e-01f, 2.16435798e-01f, 3.28677288e-01f, 4.48630865e-01f,
     5.63658739e-01f, 6.62366963e-01f, 7.36595598e-01f, 7.82452794e-01f, 8.00325080e-01f, 7.94057263e-01f, 7.69652497e-01f, 7.33874956e-01f,
     6.93065118e-01f, 6.52347286e-01f, 6.15271349e-01f, 5.83824222e-01f, 5.58688763e-01f, 5.39617881e-01f, 5.25815102e-01f, 5.16252113e-01f,
     5.09893241e-01f, 5.05827020e-01f, 5.03322602e-01f, 5.01835035e-01f, 5.00982037e-01f, 5.00509435e-01f, 5.00256253e-01f, 5.00000000e-01f},
    {3.98656561e-01f, 3.88013461e-01f, 3.57486437e-01f, 3.10573305e-01f, 2.52507261e-01f, 1.89349608e-01f, 1.27061932e-01f, 7.06925250e-02f,
     2.38174671e-02f, -1.16950688e-02f, -3.56066903e-02f, -4.89895239e-02f, -5.37735560e-02f, -5.22718599e-02f, -4.67728937e-02f, -3.92527449e-02f,
     -3.12220466e-02f, -2.36918982e-02f, -1.72253522e-02f, -1.20360698e-02f, -8.10049045e-03f, -5.25983874e-03f, -3.29935061e-03f, -2.00134802e-03f,
     -1.17492985e-03f, -6.68018885e-04f, -3.68040521e-04f, -1.96578691e-04f, -1.01831978e-04f, -5.11784525e-05f, -2.49616627e-05f, 0.00000000e+00f},
};
static const float GELU_SLOPE[4][32] __attribute__((aligned(64))) = {
    {5.00000000e-01f, 4.99201232e-01f, 4.76392424e-01f, 3.90073197e-01f, 3.02979195e-01f, 4.11274917e-01f, 8.21339846e-01f, 1.36904987e+00f,
     1.75687108e+00f, 1.82785300e+00f, 1.65309104e+00f, 1.40361978e+00f, 1.20285238e+00f, 1.08468154e+00f, 1.02976516e+00f, 1.00000000e+00f,
     0.00000000e+00f, 0.00000000e+00f, -2.97651639e-02f, -8.46815398e-02f, -2.02852378e-01f, -4.03619778e-01f, -6.53091044e-01f, -8.27853001e-01f,
     -7.56871078e-01f, -3.69049871e-01f, 1.78660154e-01f, 5.88725083e-01f, 6.97020805e-01f, 6.09926803e-01f, 5.23607576e-01f, 5.00798768e-01f},
    {7.97877982e-01f, 8.08059170e-01f, 9.34454664e-01f, 1.23486326e+00f, 1.45856664e+00f, 1.25725476e+00f, 6.11427875e-01f, -1.24341862e-01f,
     -5.78654876e-01f, -6.54324408e-01f, -4.95204880e-01f, -2.88210605e-01f, -1.35765651e-01f, -5.31174595e-02f, -1.75280557e-02f, 0.00000000e+00f,
     0.00000000e+00f, 0.00000000e+00f, -1.75280557e-02f, -5.31174595e-02f, -1.35765651e-01f, -2.88210605e-01f, -4.95204880e-01f, -6.54324408e-01f,
     -5.78654876e-01f, -1.24341862e-01f, 6.11427875e-01f, 1.25725476e+00f, 1.45856664e+00f, 1.23486326e+00f, 9.34454664e-01f, 8.08059170e-01f},
    {-1.86739513e-15f, -4.38234946e-02f, -2.81044774e-01f, -6.31848478e-01f, -8.23846657e-01f, -6.99072689e-01f, -3.59579153e-01f, -2.97938852e-02f,
     1.47724706e-01f, 1.74588985e-01f, 1.26277201e-01f, 6.90060258e-02f, 3.04099008e-02f, 1.11371595e-02f, 3.44748604e-03f, 0.00000000e+00f,
     0.00000000e+00f, 0.00000000e+00f, -3.44748604e-03f, -1.11371595e-02f, -3.04099008e-02f, -6.90060258e-02f, -1.26277201e-01f, -1.74588985e-01f,
     -1.47724706e-01f, 2.97938852e-02f, 3.59579153e-01f, 6.99072689e-01f, 8.23846657e-01f, 6.31848478e-01f, 2.81044774e-01f, 4.38234946e-02f},
    {-2.64189967e-01f, -1.98219126e-01f, -4.72220779e-02f, 9.02217246e-02f, 1.45272668e-01f, 1.19485758e-01f, 5.99190566e-02f, 1.06000799e-02f,
     -1.25360108e-02f, -1.57124016e-02f, -1.08209464e-02f, -5.53706414e-03f, -2.27881836e-03f, -7.80378470e-04f, -2.26439286e-04f, 0.00000000e+00f,
     0.00000000e+00f, 0.00000000e+00f, -2.26439286e-04f, -7.80378470e-04f, -2.27881836e-03f, -5.53706414e-03f, -1.08209464e-02f, -1.57124016e-02f,
     -1.25360108e-02f, 1.06000799e-02f, 5.99190566e-02f, 1.19485758e-01f, 1.45272668e-01f, 9.02217246e-02f, -4.72220779e-02f, -1.98219126e-01f},
};
/* clang-format on */

/* 16 bfloat16 as float32. */
INLINE __m512 widened(__m256i x) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16)); }

/* In the lowest five bits: the number of the interval of x; negative ones come after 15. */
INLINE __m512i gelu_interval(__m512 x, float intervals_to_5) {
  return _mm512_castps_si512(_mm512_fmadd_ps(x, _mm512_set1_ps(intervals_to_5 / 5), _mm512_set1_ps(0x1.8p23f)));
}

INLINE __m512 gelu_look_up(const float table[32], __m512i interval) {
  return _mm512_permutex2var_ps(_mm512_load_ps(table), interval, _mm512_load_ps(table + 16));
}

INLINE __m512 gelu16(__m512 x) {
  const __m512 t = _mm512_abs_ps(x), near = _mm512_range_ps(x, _mm512_set1_ps(31 * 5 / 30.5f), 0x0a); /* the lesser |.| */
  const __m512i i = gelu_interval(near, 30.5f);
  const __m512 line = _mm512_fmadd_ps(gelu_look_up(GELU[2], i), near, gelu_look_up(GELU[1], i)); /* of near: 0 * infinity is NaN */
  return _mm512_fmadd_ps(x, _mm512_set1_ps(0.5f), _mm512_fmadd_ps(line, t, gelu_look_up(GELU[0], i)));
}

INLINE __m512 gelu16_slope(__m512 x) {
  const __m512i i = gelu_interval(_mm512_range_ps(x, _mm512_set1_ps(15 * 5 / 14.5f), 0x02), 14.5f); /* the lesser |.|, x's sign */
  const __m512 line = _mm512_fmadd_ps(gelu_look_up(GELU_SLOPE[3], i), x, gelu_look_up(GELU_SLOPE[2], i));
  const __m512 parabola = _mm512_fmadd_ps(line, x, gelu_look_up(GELU_SLOPE[1], i));
  return _mm512_fmadd_ps(parabola, x, gelu_look_up(GELU_SLOPE[0], i));
}

#endif
