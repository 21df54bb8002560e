/* The views of a frame (view.c, built once for each instruction set) and a PNG's pixels (png.c), for ops.c. */
#ifndef ENDOSSL_VIEWS_H
#define ENDOSSL_VIEWS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WHOLE = 11, REAL = 5 };                                     /* columns of what is drawn: ViewDraws.java */
enum { BOX = 0, COLORS = 4, GRAY = 8, BLUR = 9, FLIP = 10 };       /* of the whole numbers */
enum { BRIGHTNESS, CONTRAST, SATURATION, HUE, NOTHING, RADIUS = 4 }; /* colour ops; columns of the real numbers */

typedef struct {
  const uint8_t *image; /* [height, width, 3] */
  size_t height, width, size;
  bool color, flip;
  const int32_t *whole; /* [WHOLE], checked */
  const float *real;    /* [REAL] */
  uint8_t *out;         /* [size, size, 3] */
  void *scratch;        /* scratch() bytes, aligned to a cache line */
} View;

/* Bytes to numbers, a pixel's three channels each in its own way. */
typedef struct {
  const uint8_t *bytes;
  size_t count;           /* a multiple of 3 */
  float scale[3], shift[3]; /* x * scale - shift */
  float *out;
} Numbers;

typedef struct {
  const char *name;
  size_t (*scratch)(const View *); /* bytes that apply needs */
  void (*apply)(const View *);
  void (*normalize)(const Numbers *);
} ViewKernels;

/* Whether the bytes are a PNG of 8-bit red, green and blue without interlacing; gives its size. */
bool png_size(const uint8_t *bytes, size_t count, size_t *height, size_t *width);

/* The pixels of one that png_size takes, [height, width, 3]. False for anything at all that is unusual or wrong with it,
 * and where there is no memory: whoever calls has another decoder, which tells what is wrong. */
bool png_pixels(const uint8_t *bytes, size_t count, size_t height, size_t width, uint8_t *out);

/* The five filters of PNG's rows, undone; three bytes a pixel, above NULL for the first row. False for another filter. */
bool png_unfilter(int filter, const uint8_t *row, const uint8_t *above, size_t bytes, uint8_t *out);

#endif
