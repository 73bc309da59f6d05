// Products with numbers as a checkpoint stores them: 16 bits become 32 in a register, on the way.
//
// With few rows of x a product takes as long as reading the weights from memory takes, so half the
// bytes is half the time.
#include "vector.h"

INLINE float from_bits(uint32_t bits) {
  float number;
  memcpy(&number, &bits, 4);
  return number;
}
// A bfloat16 is the upper half of a float32.
INLINE float widened_bfloat16(uint16_t bits) { return from_bits((uint32_t)bits << 16); }
// Normal numbers (and infinity, NaN): the exponent is moved to the top of its range, then scaled
// back. Subnormal ones count steps of 2⁻²⁴, which are the steps of float32 just above 0.5.
INLINE float widened_float16(uint16_t bits) {
  uint32_t magnitude = bits & 0x7FFFu;
  float normal = from_bits((magnitude << 13) + (0xE0u << 23)) * 0x1p-112f;
  float subnormal = from_bits(magnitude | (126u << 23)) - 0.5f;
  float size = magnitude < 0x400u ? subnormal : normal;
  uint32_t sized;
  memcpy(&sized, &size, 4);
  return from_bits(sized | (uint32_t)(bits & 0x8000u) << 16);
}
// Number i, at any address: a header of any length may stand before the numbers.
INLINE float number_at(const uint8_t *packed, PackedKind kind, long i) {
  if (kind == packedFloat32) {
    uint32_t bits;
    memcpy(&bits, packed + 4 * i, 4);
    return from_bits(bits);
  }
  uint16_t bits;
  memcpy(&bits, packed + 2 * i, 2);
  return kind == packedFloat16 ? widened_float16(bits) : widened_bfloat16(bits);
}
INLINE void unpack(const uint8_t *packed, const PackedKind kind, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = number_at(packed, kind, i);
}
FOR_EACH_PROCESSOR void kernel_unpack(const void *packed, PackedKind kind, float *y, long count) {
  switch (kind) {
  case packedFloat32: unpack(packed, packedFloat32, y, count); break;
  case packedFloat16: unpack(packed, packedFloat16, y, count); break;
  case packedBFloat16: unpack(packed, packedBFloat16, y, count); break;
  }
}

// The sums of one row of x, or of two at once: each weight is then widened once for both.
INLINE void dot(const float *x, const uint8_t *packed, const PackedKind kind, long inner,
                float *sum) {
  FAST_SUMS
  float total = 0;
  for (long i = 0; i < inner; i++) total += x[i] * number_at(packed, kind, i);
  *sum = total;
}
INLINE void two_dots(const float *x, const uint8_t *packed, const PackedKind kind, long inner,
                     float *sum, float *next_sum) {
  FAST_SUMS
  const float *next = x + inner;
  float total = 0, next_total = 0;
  for (long i = 0; i < inner; i++) {
    float weight = number_at(packed, kind, i);
    total += x[i] * weight;
    next_total += next[i] * weight;
  }
  *sum = total;
  *next_sum = next_total;
}
// A row of weights comes from memory once and serves all rows of x from the cache.
INLINE void few_rows(const float *x, const uint8_t *packed, const PackedKind kind, float *y,
                     long rows, long columns, long inner, long stride, bool adding) {
  const long width = kind == packedFloat32 ? 4 : 2;
  for (long c = 0; c < columns; c++, packed += inner * width) {
    for (long r = 0; r < rows; r += 2) {
      const float *row = x + r * inner;
      float *sum = y + r * stride + c, *next = sum + stride, found, next_found = 0;
      if (r + 1 < rows) two_dots(row, packed, kind, inner, &found, &next_found);
      else dot(row, packed, kind, inner, &found);
      *sum = adding ? *sum + found : found;
      if (r + 1 < rows) *next = adding ? *next + next_found : next_found;
    }
  }
}
FOR_EACH_PROCESSOR void kernel_packed_product(const float *x, const void *packed, PackedKind kind,
                                              float *y, long rows, long columns, long inner,
                                              long stride, bool adding) {
  switch (kind) {
  case packedFloat32:
    few_rows(x, packed, packedFloat32, y, rows, columns, inner, stride, adding);
    break;
  case packedFloat16:
    few_rows(x, packed, packedFloat16, y, rows, columns, inner, stride, adding);
    break;
  case packedBFloat16:
    few_rows(x, packed, packedBFloat16, y, rows, columns, inner, stride, adding);
    break;
  }
}
