/* PNGs of 8-bit red, green and blue, as frames are stored: chunks and their checksums here, inflate by libdeflate, which
 * takes a third of zlib's time. Only what is right in every byte is taken: TensorFlow's own op decides the rest. */
#include "room.h"
#include "views.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { SIGNATURE = 8, FRAMING = 12, HEADER = 13, FIRST = SIGNATURE + FRAMING + HEADER };
#define MOST_PIXELS ((size_t)1 << 26)
#define MOST_SIDE ((size_t)1 << 16)

static uint32_t big_endian(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

bool png_size(const uint8_t *bytes, size_t count, size_t *height, size_t *width) {
  static const uint8_t begin[] = {137, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, HEADER, 'I', 'H', 'D', 'R'};
  static const uint8_t form[] = {8, 2, 0, 0, 0}; /* bits, colours, compression, filters, interlacing */
  if (count < FIRST || memcmp(bytes, begin, sizeof begin) || memcmp(bytes + 24, form, sizeof form)) return false;
  *width = big_endian(bytes + 16);
  *height = big_endian(bytes + 20);
  return *width && *height && *width <= MOST_SIDE && *height <= MOST_SIDE && *width * *height <= MOST_PIXELS;
}

static bool letters(const uint8_t *type) {
  for (int i = 0; i < 4; i++)
    if ((type[i] | 32) < 'a' || (type[i] | 32) > 'z') return false;
  return true;
}

/* Checks every chunk and puts the compressed pixels together; 0 if something is unusual. */
static size_t gather(const uint8_t *bytes, size_t count, uint8_t *to) {
  size_t at = SIGNATURE, gathered = 0;
  bool ended = false; /* a chunk came behind those of the pixels */
  while (count - at >= FRAMING) {
    const uint8_t *type = bytes + at + 4;
    const size_t length = big_endian(bytes + at);
    if (length > count - at - FRAMING) return 0;
    if (libdeflate_crc32(0, type, 4 + length) != big_endian(type + 4 + length)) return 0;
    if (!memcmp(type, "IEND", 4)) return length ? 0 : gathered;
    if (!memcmp(type, "IDAT", 4)) {
      if (ended) return 0;
      memcpy(to + gathered, type + 4, length);
      gathered += length;
    } else {
      if (gathered) ended = true;
      if (at == SIGNATURE) {
        if (memcmp(type, "IHDR", 4)) return 0;
      } else if (!letters(type) || !(type[0] & 32) || !memcmp(type, "tRNS", 4)) {
        return 0; /* a second header, a palette, transparency, something that must not be passed over */
      }
    }
    at += FRAMING + length;
  }
  return 0;
}

bool png_pixels(const uint8_t *bytes, size_t count, size_t height, size_t width, uint8_t *out) {
  const size_t row = 3 * width, all = (row + 1) * height;
  struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
  uint8_t *packed = room_of(count + all), *rows = packed ? packed + count : NULL;
  bool right = packed && inflater;
  if (right) {
    size_t took = 0;
    const size_t size = gather(bytes, count, packed);
    right = size && libdeflate_zlib_decompress_ex(inflater, packed, size, rows, all, &took, NULL) == LIBDEFLATE_SUCCESS &&
            took == size;
  }
  for (size_t y = 0; y < height && right; y++) {
    const uint8_t *from = rows + y * (row + 1);
    right = png_unfilter(from[0], from + 1, y ? out + (y - 1) * row : NULL, row, out + y * row);
  }
  if (inflater) libdeflate_free_decompressor(inflater);
  return right;
}

static void sub(const uint8_t *row, size_t bytes, uint8_t *out) {
  uint8_t r = 0, g = 0, b = 0;
  for (size_t i = 0; i < bytes; i += 3) {
    out[i] = r = (uint8_t)(r + row[i]);
    out[i + 1] = g = (uint8_t)(g + row[i + 1]);
    out[i + 2] = b = (uint8_t)(b + row[i + 2]);
  }
}

static void up(const uint8_t *row, const uint8_t *above, size_t bytes, uint8_t *restrict out) {
  for (size_t i = 0; i < bytes; i++) out[i] = (uint8_t)(row[i] + above[i]);
}

static void average(const uint8_t *row, const uint8_t *above, size_t bytes, uint8_t *out) {
  unsigned left[3] = {0, 0, 0};
  for (size_t i = 0; i < bytes; i += 3)
    for (size_t c = 0; c < 3; c++) out[i + c] = (uint8_t)(left[c] = (uint8_t)(row[i + c] + (left[c] + above[i + c]) / 2));
}

/* The three channels of a pixel at a time: what is left, above and above left, whichever is nearest to a + b - c. */
typedef int16_t Lanes __attribute__((vector_size(8)));

static Lanes absolute(Lanes x) {
  const Lanes sign = x >> 15;
  return (x ^ sign) - sign;
}

static void paeth(const uint8_t *row, const uint8_t *above, size_t bytes, uint8_t *out) {
  Lanes a = {0}, c = {0};
  for (size_t i = 0; i < bytes; i += 3) {
    const Lanes x = {row[i], row[i + 1], row[i + 2]}, b = {above[i], above[i + 1], above[i + 2]};
    const Lanes da = b - c, db = a - c, pa = absolute(da), pb = absolute(db), pc = absolute(da + db);
    const Lanes left = (pa <= pb) & (pa <= pc), over = ~left & (pb <= pc);
    a = (x + ((a & left) | (b & over) | (c & ~(left | over)))) & 255;
    c = b;
    out[i] = (uint8_t)a[0];
    out[i + 1] = (uint8_t)a[1];
    out[i + 2] = (uint8_t)a[2];
  }
}

bool png_unfilter(int filter, const uint8_t *row, const uint8_t *above, size_t bytes, uint8_t *out) {
  switch (filter) {
    case 0: memcpy(out, row, bytes); return true;
    case 1: sub(row, bytes, out); return true;
    case 2:
      if (above) up(row, above, bytes, out);
      else memcpy(out, row, bytes);
      return true;
    case 3:
    case 4:
      if (!above) { /* above the first row all is 0: Paeth is then Sub, Average takes half of what is left */
        if (filter == 4) sub(row, bytes, out);
        else
          for (size_t i = 0; i < bytes; i++) out[i] = (uint8_t)(row[i] + (i < 3 ? 0 : out[i - 3] / 2));
        return true;
      }
      if (filter == 3) average(row, above, bytes, out);
      else paeth(row, above, bytes, out);
      return true;
    default: return false;
  }
}
