/* Mutated PNGs for png.c, under the address and undefined behaviour sanitizers; prints what became of them.
 *
 *   cc -g -O1 -fsanitize=address,undefined -I../../main/native -I"$LIBDEFLATE" -o fuzz_png fuzz_png.c ../../main/native/png.c \
 *     "$LIBDEFLATE"/lib/{deflate_decompress,zlib_decompress,adler32,crc32,utils}.c "$LIBDEFLATE"/lib/x86/cpu_features.c
 *   ./fuzz_png EXECUTIONS SEED SMALL.png... */
#include "room.h"
#include "views.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 16 };

static uint64_t state;

/* Of just that size, so that what goes beyond is seen. */
void *room_of(size_t bytes) {
  static void *room;
  free(room);
  return room = malloc(bytes);
}

static uint32_t draw(uint32_t below) { /* splitmix64 */
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

static uint32_t get(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

static void put(uint8_t *p, uint32_t x) {
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(x >> (24 - 8 * i));
}

/* Makes the chunks' checksums right, as far as there are chunks. */
static void mend(uint8_t *png, size_t n) {
  for (size_t at = 8; n >= 12 && at <= n - 12;) {
    const size_t length = get(png + at);
    if (length > n - at - 12) return;
    put(png + at + 8 + length, libdeflate_crc32(0, png + at + 4, 4 + length));
    at += 12 + length;
  }
}

static size_t mutate(uint8_t *png, size_t n) {
  for (uint32_t i = draw(4); i-- && n;) {
    const size_t at = draw((uint32_t)n);
    switch (draw(6)) {
      case 0: png[at] ^= (uint8_t)(1 << draw(8)); break;
      case 1: png[at] = (uint8_t)draw(256); break;
      case 2: n = at; break; /* cut */
      case 3: /* a stretch is repeated elsewhere */
        for (uint32_t k = draw(40), from = draw((uint32_t)n); k-- && from + k < n && at + k < n;) png[at + k] = png[from + k];
        break;
      case 4:
        if (n >= 33) png[16 + draw(13)] = (uint8_t)draw(10); /* header */
        break;
      default:
        if (n + 40 < MOST) { /* something is put in */
          const size_t more = draw(40);
          memmove(png + at + more, png + at, n - at);
          for (size_t k = 0; k < more; k++) png[at + k] = (uint8_t)draw(256);
          n += more;
        }
    }
  }
  return n;
}

int main(int count, char **arguments) {
  static uint8_t seeds[64][MOST];
  size_t sizes[64], files = 0;
  unsigned long like = 0, read = 0, sum = 0;
  if (count < 4) return 2;
  const unsigned long runs = strtoul(arguments[1], NULL, 10);
  state = strtoull(arguments[2], NULL, 10);
  for (int i = 3; i < count && files < 64; i++) {
    FILE *f = fopen(arguments[i], "rb");
    if (!f) return 2;
    sizes[files] = fread(seeds[files], 1, MOST / 2, f);
    fclose(f);
    files++;
  }
  for (unsigned long run = 0; run < runs; run++) {
    const uint32_t of = draw((uint32_t)files);
    uint8_t *room = malloc(MOST), *png = NULL;
    memcpy(room, seeds[of], sizes[of]);
    const size_t n = mutate(room, sizes[of]);
    if (draw(4)) mend(room, n);
    png = malloc(n ? n : 1); /* of just that size, so that reading on is seen */
    memcpy(png, room, n);
    size_t height = 0, width = 0;
    if (png_size(png, n, &height, &width)) {
      like++;
      if (height * width < (1 << 16)) {
        uint8_t *pixels = malloc(height * width * 3);
        if (png_pixels(png, n, height, width, pixels)) {
          read++;
          for (size_t i = 0; i < height * width * 3; i++) sum += pixels[i]; /* all are there */
        }
        free(pixels);
      }
    }
    free(png);
    free(room);
  }
  printf("%lu executions, %lu with a header that is taken, %lu read, sum %lu\n", runs, like, read, sum);
  return 0;
}
