/* A view as torchvision and PIL make it, byte for byte: cut and resize, colour ops, grey, blur, mirror. Built once for each
 * instruction set; without fused multiply-adds, so that all of them, and the graph form (Views.java), give the same bytes.
 * Between the steps an image is size rows of [red, green, blue][size] bytes, `stride` apart. */
#include "views.h"

#include <math.h>
#include <string.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef int32_t Ints __attribute__((vector_size(64)));

enum { LANES = 16, PRECISION = 22, PASSES = 3, REACH = 2 };

static inline Bytes load(const uint8_t *p) {
  Bytes x;
  memcpy(&x, p, sizeof x);
  return x;
}

static inline void store(uint8_t *p, Bytes x) { memcpy(p, &x, sizeof x); }

static size_t up_to(size_t n, size_t multiple) { return (n + multiple - 1) / multiple * multiple; }

static size_t stride(const View *v) { return up_to(3 * v->size, 64); }

/* ---- resizing: PIL's, in whole numbers of 22 bits behind the point ---- */

/* The weights of each pixel of the result on a stretch of `taps` pixels from `first` on. */
typedef struct {
  size_t most; /* taps at most */
  int32_t *first, *taps, *weights; /* weights [size, most] */
} Axis;

static size_t most_taps(size_t in, size_t size) {
  const double scale = (double)in / (double)size;
  return (size_t)ceil(scale < 1 ? 1 : scale) * 2 + 1;
}

/* The triangle as wide as the reduction; `sums` has room for `most` doubles. Source: PIL's Resample.c. */
static void fill(Axis *axis, size_t in, size_t size, double *sums) {
  const double scale = (double)in / (double)size, support = scale < 1 ? 1 : scale, inverse = 1 / support;
  for (size_t i = 0; i < size; i++) {
    const double center = ((double)i + 0.5) * scale;
    int first = (int)(center - support + 0.5), end = (int)(center + support + 0.5);
    if (first < 0) first = 0;
    if (end > (int)in) end = (int)in;
    double sum = 0;
    for (int x = first; x < end; x++) {
      const double t = fabs((x - center + 0.5) * inverse), w = t < 1 ? 1 - t : 0;
      sums[x - first] = w;
      sum += w;
    }
    int32_t *weights = axis->weights + i * axis->most;
    for (int x = 0; x < end - first; x++) weights[x] = (int32_t)(0.5 + sums[x] / sum * (1 << PRECISION));
    axis->first[i] = first;
    axis->taps[i] = end - first;
  }
}

/* Rows of 16 bytes become columns. */
static void transpose(Bytes x[LANES]) {
  Bytes y[LANES];
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < 8; i++) {
      y[2 * i] = __builtin_shufflevector(x[i], x[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    memcpy(x, y, sizeof y);
  }
}

/* [bytes][16 rows] of 16 rows of bytes. */
static void columns_of(const uint8_t *const rows[LANES], size_t bytes, uint8_t *to) {
  size_t at = 0;
  for (; at + LANES <= bytes; at += LANES) {
    Bytes x[LANES];
    for (int i = 0; i < LANES; i++) x[i] = load(rows[i] + at);
    transpose(x);
    for (int i = 0; i < LANES; i++) store(to + (at + (size_t)i) * LANES, x[i]);
  }
  for (; at < bytes; at++)
    for (int i = 0; i < LANES; i++) to[at * LANES + (size_t)i] = rows[i][at];
}

static inline Ints wide(const uint8_t *p) { return __builtin_convertvector(load(p), Ints); }

/* Rounded weights of very many taps may add up to a little more than 1. */
static inline Bytes narrow(Ints sum) {
  const Ints x = sum >> PRECISION, over = x > 255;
  return __builtin_convertvector(x | over, Bytes);
}

/* 16 rows at once: cut [pixels, 3][16] to [3, size][16]. */
static void across(const Axis *axis, size_t size, const uint8_t *cut, uint8_t *to) {
  const Ints half = (Ints){0} + (1 << (PRECISION - 1));
  for (size_t i = 0; i < size; i++) {
    Ints r = half, g = half, b = half;
    const uint8_t *p = cut + (size_t)axis->first[i] * 3 * LANES;
    const int32_t *weights = axis->weights + i * axis->most;
    for (int k = 0; k < axis->taps[i]; k++, p += 3 * LANES) {
      const int32_t w = weights[k];
      r += wide(p) * w;
      g += wide(p + LANES) * w;
      b += wide(p + 2 * LANES) * w;
    }
    store(to + i * LANES, narrow(r));
    store(to + (size + i) * LANES, narrow(g));
    store(to + (2 * size + i) * LANES, narrow(b));
  }
}

/* One row of the result from `taps` rows; 64 bytes at a time. */
static void down(const uint8_t *rows, size_t row, int taps, const int32_t *weights, uint8_t *to) {
  const Ints half = (Ints){0} + (1 << (PRECISION - 1));
  for (size_t at = 0; at < row; at += 4 * LANES) {
    Ints a = half, b = half, c = half, d = half;
    const uint8_t *p = rows + at;
    for (int k = 0; k < taps; k++, p += row) {
      const int32_t w = weights[k];
      a += wide(p) * w;
      b += wide(p + LANES) * w;
      c += wide(p + 2 * LANES) * w;
      d += wide(p + 3 * LANES) * w;
    }
    store(to + at, narrow(a));
    store(to + at + LANES, narrow(b));
    store(to + at + 2 * LANES, narrow(c));
    store(to + at + 3 * LANES, narrow(d));
  }
}

/* ---- scratch ---- */

typedef struct {
  Axis x, y;
  double *sums;
  uint8_t *cut, *narrowed, *rows, *image, *other, *line;
} Room;

/* Lays it out, from `base` on; gives its bytes. */
static size_t lay_out(const View *v, Room *room, uint8_t *base) {
  const size_t height = (size_t)v->whole[BOX + 2], width = (size_t)v->whole[BOX + 3], size = v->size;
  size_t at = 0;
  room->x.most = most_taps(width, size);
  room->y.most = most_taps(height, size);
  Axis *axes[] = {&room->x, &room->y};
  for (int i = 0; i < 2; i++) {
    axes[i]->first = (int32_t *)(base + at);
    at += up_to(size * sizeof(int32_t), 64);
    axes[i]->taps = (int32_t *)(base + at);
    at += up_to(size * sizeof(int32_t), 64);
    axes[i]->weights = (int32_t *)(base + at);
    at += up_to(size * axes[i]->most * sizeof(int32_t), 64);
  }
  const size_t most = room->x.most > room->y.most ? room->x.most : room->y.most;
  room->sums = (double *)(base + at);
  at += up_to(most * sizeof(double), 64);
  uint8_t **parts[] = {&room->cut, &room->narrowed, &room->rows, &room->image, &room->other, &room->line};
  const size_t bytes[] = {
      3 * width * LANES,                     /* 16 rows of the box, a column behind the other */
      stride(v) * LANES,                     /* the same, narrowed */
      up_to(height, LANES) * stride(v),      /* all rows, narrowed */
      size * stride(v), size * stride(v),    /* the view, before and behind a step */
      2 * up_to(size + 2 * REACH, 64),       /* a line and its edges */
  };
  for (int i = 0; i < 6; i++) {
    *parts[i] = base + at;
    at += up_to(bytes[i], 64);
  }
  return at;
}

static size_t scratch(const View *v) {
  Room room;
  return lay_out(v, &room, NULL);
}

static void resize(const View *v, const Room *room) {
  const size_t top = (size_t)v->whole[BOX], left = (size_t)v->whole[BOX + 1], height = (size_t)v->whole[BOX + 2],
               width = (size_t)v->whole[BOX + 3], size = v->size, row = stride(v);
  Axis x = room->x, y = room->y;
  fill(&x, width, size, room->sums);
  fill(&y, height, size, room->sums);
  for (size_t begin = 0; begin < height; begin += LANES) {
    const uint8_t *from[LANES];
    for (size_t i = 0; i < LANES; i++) {
      const size_t of = begin + i < height ? begin + i : height - 1;
      from[i] = v->image + ((top + of) * v->width + left) * 3;
    }
    columns_of(from, 3 * width, room->cut);
    across(&x, size, room->cut, room->narrowed);
    for (size_t at = 0; at < row; at += LANES) { /* and back to rows */
      Bytes block[LANES];
      for (int i = 0; i < LANES; i++) block[i] = load(room->narrowed + (at + (size_t)i) * LANES);
      transpose(block);
      for (size_t i = 0; i < LANES; i++) store(room->rows + (begin + i) * row + at, block[i]);
    }
  }
  for (size_t i = 0; i < size; i++)
    down(room->rows + (size_t)y.first[i] * row, row, y.taps[i], y.weights + i * y.most, room->image + i * row);
}

/* ---- colours: torchvision's on PIL images ---- */

/* PIL's conversion to "L". */
static inline int luma(int r, int g, int b) { return (r * 19595 + g * 38470 + b * 7471 + 32768) >> 16; }

/* PIL's blend: towards base below 1, away from it above. */
static inline uint8_t blend(float base, uint8_t x, float factor) {
  float mixed = ((float)x - base) * factor;
  mixed = mixed + base;
  mixed = mixed < 0 ? 0 : mixed;
  mixed = mixed > 255 ? 255 : mixed;
  return (uint8_t)(int)mixed;
}

static void blend_row(uint8_t *restrict x, size_t n, float base, float factor) {
  for (size_t i = 0; i < n; i++) x[i] = blend(base, x[i], factor);
}

static uint32_t luma_sum(const uint8_t *restrict r, const uint8_t *restrict g, const uint8_t *restrict b, size_t n) {
  uint32_t sum = 0;
  for (size_t i = 0; i < n; i++) sum += (uint32_t)luma(r[i], g[i], b[i]);
  return sum;
}

static void saturation_row(uint8_t *restrict r, uint8_t *restrict g, uint8_t *restrict b, size_t n, float factor) {
  for (size_t i = 0; i < n; i++) {
    const float gray = (float)luma(r[i], g[i], b[i]);
    r[i] = blend(gray, r[i], factor);
    g[i] = blend(gray, g[i], factor);
    b[i] = blend(gray, b[i], factor);
  }
}

static void gray_row(uint8_t *restrict r, uint8_t *restrict g, uint8_t *restrict b, size_t n) {
  for (size_t i = 0; i < n; i++) r[i] = g[i] = b[i] = (uint8_t)luma(r[i], g[i], b[i]);
}

/* v (1 - s g) with g the triangle wave of the colour's distance on the circle, whose middle is at `sixth`. */
static inline uint8_t from_hsv(float sixths, float depth, float v, float offset) {
  const float distance = fabsf(fabsf(sixths + offset) - 3);
  float g = 2 - distance;
  g = g < 0 ? 0 : g;
  g = g > 1 ? 1 : g;
  const float less = depth * g;
  float value = v - less;
  value = value + 0.5f;
  return (uint8_t)(int)value;
}

/* Hue and saturation are bytes, as in PIL's "HSV", and rounded as PIL rounds, in float here and in double there. */
static void hue_row(uint8_t *restrict r, uint8_t *restrict g, uint8_t *restrict b, size_t n, int turn) {
  for (size_t i = 0; i < n; i++) {
    const int red = r[i], green = g[i], blue = b[i];
    int value = red > green ? red : green, least = red < green ? red : green;
    value = value > blue ? value : blue;
    least = least < blue ? least : blue;
    const int chroma = value - least;
    const float v = (float)value, c = (float)chroma, over = chroma ? c : 1;
    const double saturation = (double)(c / (value ? v : 1));
    const float s = (float)(int)(saturation * 255.0);
    const double rc = (double)((float)(value - red) / over), gc = (double)((float)(value - green) / over),
                 bc = (double)((float)(value - blue) / over);
    double sixth = red == value ? bc - gc : green == value ? rc + 2.0 - bc : gc + 4.0 - rc;
    sixth = (double)(float)sixth;
    double around = sixth / 6.0;
    around = around + 1.0;
    around = around - (double)(int)around;
    const double h = (double)(float)around;
    const float turned = (float)(((int)(h * 255.0) + turn) & 255);
    const float sixths = turned * (6 / 255.0f), depth = v * (s * (1 / 255.0f));
    r[i] = from_hsv(sixths, depth, v, 0);
    g[i] = from_hsv(sixths, depth, v, -2);
    b[i] = from_hsv(sixths, depth, v, -4);
  }
}

static void color(const View *v, uint8_t *image, int op) {
  const size_t n = v->size, row = stride(v);
  const float factor = v->real[op];
  float base = 0;
  if (op == CONTRAST) {
    uint64_t sum = 0;
    for (size_t y = 0; y < n; y++) sum += luma_sum(image + y * row, image + y * row + n, image + y * row + 2 * n, n);
    base = (float)(int)((double)sum / (double)(n * n) + 0.5);
  }
  for (size_t y = 0; y < n; y++) {
    uint8_t *r = image + y * row, *g = r + n, *b = g + n;
    if (op == SATURATION) saturation_row(r, g, b, n, factor);
    else if (op == HUE) hue_row(r, g, b, n, (int)(factor * 255));
    else blend_row(r, 3 * n, base, factor);
  }
}

/* ---- blur: PIL's, three box blurs in each direction, in whole numbers of 24 bits behind the point ---- */

typedef struct {
  int reach; /* whole pixels of the box to each side */
  uint32_t whole, part; /* weights: of a pixel within, of the two at the ends */
} Box;

static Box box_of(float radius) {
  float variance = radius * radius;
  variance = variance / PASSES;
  const float ideal = (float)sqrt(12.0 * (double)variance + 1.0);
  const float whole = (float)floor(((double)ideal - 1.0) / 2.0), next = whole + 1;
  const float within = whole * next, threefold = 3 * variance;
  const float above = (2 * whole + 1) * (within - threefold), below = 6 * (variance - next * next);
  const float reach = whole + above / below, width = reach * 2 + 1;
  Box box = {.reach = (int)reach, .whole = (uint32_t)((float)(1 << 24) / width)};
  box.part = ((1u << 24) - (uint32_t)(box.reach * 2 + 1) * box.whole) / 2;
  return box;
}

static inline uint8_t boxed(Box box, uint32_t within, uint32_t ends) {
  return (uint8_t)((within * box.whole + ends * box.part + (1u << 23)) >> 24);
}

/* m2 to p2: the same pixels, two before to two behind. */
static void box_line(Box box, const uint8_t *restrict m2, const uint8_t *restrict m1, const uint8_t *restrict x,
                     const uint8_t *restrict p1, const uint8_t *restrict p2, size_t n, uint8_t *restrict to) {
  if (box.reach)
    for (size_t i = 0; i < n; i++) to[i] = boxed(box, (uint32_t)m1[i] + x[i] + p1[i], (uint32_t)m2[i] + p2[i]);
  else
    for (size_t i = 0; i < n; i++) to[i] = boxed(box, x[i], (uint32_t)m1[i] + p1[i]);
}

static void repeat_edges(uint8_t *line, size_t n) {
  memset(line, line[REACH], REACH);
  memset(line + REACH + n, line[REACH + n - 1], REACH);
}

/* From the view's image to its image, by way of the other. */
static void blur(const View *v, const Room *room, float radius) {
  const size_t n = v->size, row = stride(v);
  const Box box = box_of(radius);
  uint8_t *line = room->line, *next = line + up_to(n + 2 * REACH, 64), *from = room->image, *to = room->other;
  for (size_t y = 0; y < n; y++)
    for (size_t c = 0; c < 3; c++) {
      memcpy(line + REACH, from + y * row + c * n, n);
      for (int pass = 0; pass < PASSES; pass++) {
        repeat_edges(line, n);
        box_line(box, line, line + 1, line + 2, line + 3, line + 4, n, next + REACH);
        uint8_t *last = line;
        line = next;
        next = last;
      }
      memcpy(to + y * row + c * n, line + REACH, n);
    }
  for (int pass = 0; pass < PASSES; pass++) {
    uint8_t *last = from;
    from = to;
    to = last;
    for (size_t y = 0; y < n; y++) {
      const size_t m1 = y ? y - 1 : 0, m2 = y > 1 ? y - 2 : 0, p1 = y + 1 < n ? y + 1 : n - 1, p2 = y + 2 < n ? y + 2 : n - 1;
      box_line(box, from + m2 * row, from + m1 * row, from + y * row, from + p1 * row, from + p2 * row, 3 * n, to + y * row);
    }
  }
}

/* ---- a view ---- */

static void finish(const View *v, const uint8_t *image) {
  const size_t n = v->size, row = stride(v);
  const bool mirrored = v->flip && v->whole[FLIP];
  for (size_t y = 0; y < n; y++) {
    const uint8_t *r = image + y * row, *g = r + n, *b = g + n;
    uint8_t *restrict to = v->out + y * n * 3;
    for (size_t x = 0; x < n; x++) {
      const size_t of = mirrored ? n - 1 - x : x;
      to[3 * x] = r[of];
      to[3 * x + 1] = g[of];
      to[3 * x + 2] = b[of];
    }
  }
}

static void apply(const View *v) {
  Room room;
  lay_out(v, &room, v->scratch);
  resize(v, &room);
  const size_t row = stride(v);
  if (v->color) {
    for (int i = 0; i < 4; i++)
      if (v->whole[COLORS + i] != NOTHING) color(v, room.image, v->whole[COLORS + i]);
    if (v->whole[GRAY])
      for (size_t y = 0; y < v->size; y++) {
        uint8_t *r = room.image + y * row;
        gray_row(r, r + v->size, r + 2 * v->size, v->size);
      }
  }
  if (v->whole[BLUR]) blur(v, &room, v->real[RADIUS]);
  finish(v, room.image);
}

/* ---- bytes to numbers ---- */

static void normalize(const Numbers *n) {
  enum { BLOCK = 3 * LANES };
  float scale[BLOCK], shift[BLOCK];
  for (int i = 0; i < BLOCK; i++) {
    scale[i] = n->scale[i % 3];
    shift[i] = n->shift[i % 3];
  }
  const uint8_t *restrict x = n->bytes;
  float *restrict out = n->out;
  size_t at = 0;
  for (; at + BLOCK <= n->count; at += BLOCK)
    for (size_t i = 0; i < BLOCK; i++) {
      const float scaled = (float)x[at + i] * scale[i];
      out[at + i] = scaled - shift[i];
    }
  for (; at < n->count; at++) {
    const float scaled = (float)x[at] * scale[at % 3];
    out[at] = scaled - shift[at % 3];
  }
}

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
const ViewKernels JOIN(views_, VARIANT) = {TEXT(VARIANT), scratch, apply, normalize};
