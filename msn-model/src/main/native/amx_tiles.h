/* Tiles of AMX: 16 rows of 64 bytes, which hold 32 bfloat16 or 16 float32. x86-64 only, for files built for AMX and BF16. */
#ifndef ENDOSSL_AMX_TILES_H
#define ENDOSSL_AMX_TILES_H
#include "kernels.h"

#include <immintrin.h>

enum { TILE = 1024 };

/* Eight tiles of 16 rows of 64 bytes. */
INLINE void begin(void) {
  struct {
    uint8_t palette, start, none[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } shape __attribute__((aligned(64))) = {.palette = 1};
  for (int i = 0; i < 8; i++) shape.bytes[i] = 64, shape.rows[i] = 16;
  _tile_loadconfig(&shape);
}

INLINE void finish(void) { _tile_release(); }

/* 32 x 32 sums in tiles 0 to 3 of 32 products each, of rows in 4 and 5 and columns in 6 and 7; an order in which each pair
 * differs from the one before by one side. */
#define MULTIPLY (_tile_dpbf16ps(0, 4, 6), _tile_dpbf16ps(1, 4, 7), _tile_dpbf16ps(2, 5, 6), _tile_dpbf16ps(3, 5, 7))

/* 16 rows of 16 pairs become 16 columns; ld, to_ld: bytes from one row to the next. */
INLINE void transpose_rows(const char *rows, size_t ld, char *to, size_t to_ld) {
#pragma GCC unroll 4
  for (size_t g = 0; g < 4; g++) {
    __m512i a[4], b[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) { /* rows i, i + 4, i + 8, i + 12, of each four columns */
      const char *x = rows + ld * (size_t)i + 16 * g;
      a[i] = _mm512_castsi128_si512(_mm_load_si128((const __m128i *)x));
      a[i] = _mm512_inserti32x4(a[i], _mm_load_si128((const __m128i *)(x + 4 * ld)), 1);
      a[i] = _mm512_inserti32x4(a[i], _mm_load_si128((const __m128i *)(x + 8 * ld)), 2);
      a[i] = _mm512_inserti32x4(a[i], _mm_load_si128((const __m128i *)(x + 12 * ld)), 3);
    }
    b[0] = _mm512_unpacklo_epi32(a[0], a[1]);
    b[1] = _mm512_unpackhi_epi32(a[0], a[1]);
    b[2] = _mm512_unpacklo_epi32(a[2], a[3]);
    b[3] = _mm512_unpackhi_epi32(a[2], a[3]);
    _mm512_store_si512(to + 4 * g * to_ld, _mm512_unpacklo_epi64(b[0], b[2]));
    _mm512_store_si512(to + (4 * g + 1) * to_ld, _mm512_unpackhi_epi64(b[0], b[2]));
    _mm512_store_si512(to + (4 * g + 2) * to_ld, _mm512_unpacklo_epi64(b[1], b[3]));
    _mm512_store_si512(to + (4 * g + 3) * to_ld, _mm512_unpackhi_epi64(b[1], b[3]));
  }
}

/* to[64 * j] = column j of 16 rows of 16 pairs. */
INLINE void transpose(const char *rows, char *to) { transpose_rows(rows, 64, to, 64); }

/* 16 values each of two rows, as pairs. */
INLINE __m512i interleave(__m512i both) {
  static const uint16_t ORDER[32] __attribute__((aligned(64))) = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
                                                                   8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  return _mm512_permutexvar_epi16(_mm512_load_si512(ORDER), both);
}

#endif
