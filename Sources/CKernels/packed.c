// Products with weights in a checkpoint's own format: 16 bits become 32 in a register.
//
// A product with few rows of x takes as long as reading the weights from memory, so half the bytes
// take half the time.
#include "packed.h"
#include "vector.h"

INLINE float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

// A bfloat16 is the upper half of a float32.
INLINE float widened_bfloat16(uint16_t bits) { return from_bits((uint32_t)bits << 16); }

// Normal numbers, infinity and NaN: the exponent moves to the top of float32's range, and a factor
// of 2⁻¹¹² corrects it. Subnormal numbers are multiples of 2⁻²⁴, the spacing of float32 above 0.5.
INLINE float widened_float16(uint16_t bits) {
  uint32_t magnitude = bits & 0x7FFFu;
  float normal = from_bits((magnitude << 13) + (0xE0u << 23)) * 0x1p-112f;
  float subnormal = from_bits(magnitude | (126u << 23)) - 0.5f;
  float size = magnitude < 0x400u ? subnormal : normal;
  uint32_t sized;
  memcpy(&sized, &size, 4);
  return from_bits(sized | (uint32_t)(bits & 0x8000u) << 16);
}

// Weight i, at any address: a file may have a header of any length before its weights.
INLINE float weight_at(const uint8_t *packed, PackedFormat format, long i) {
  if (format == packedFloat32) {
    uint32_t bits;
    memcpy(&bits, packed + 4 * i, 4);
    return from_bits(bits);
  }
  uint16_t bits;
  memcpy(&bits, packed + 2 * i, 2);
  return format == packedFloat16 ? widened_float16(bits) : widened_bfloat16(bits);
}

INLINE void unpack(const uint8_t *packed, const PackedFormat format, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = weight_at(packed, format, i);
}

FOR_EACH_PROCESSOR void kernel_unpack(const void *packed, PackedFormat format, float *y,
                                      long count) {
  switch (format) {
  case packedFloat32: unpack(packed, packedFloat32, y, count); break;
  case packedFloat16: unpack(packed, packedFloat16, y, count); break;
  case packedBFloat16: unpack(packed, packedBFloat16, y, count); break;
  }
}

// The dot product with one row of x, or with two rows at once, which converts each weight once.
INLINE void dot(const float *x, const uint8_t *packed, const PackedFormat format, long inner,
                float *sum) {
  FAST_SUMS
  float total = 0;
  for (long i = 0; i < inner; i++) total += x[i] * weight_at(packed, format, i);
  *sum = total;
}

INLINE void two_dots(const float *x, const uint8_t *packed, const PackedFormat format, long inner,
                     float *sum, float *next_sum) {
  FAST_SUMS
  const float *next = x + inner;
  float total = 0, next_total = 0;
  for (long i = 0; i < inner; i++) {
    float weight = weight_at(packed, format, i);
    total += x[i] * weight;
    next_total += next[i] * weight;
  }
  *sum = total;
  *next_sum = next_total;
}

// A row of weights comes from memory once and serves all rows of x from the cache.
INLINE void few_rows(const float *x, const uint8_t *packed, const PackedFormat format, float *y,
                     long rows, long columns, long inner, long stride, bool adding) {
  const long width = format == packedFloat32 ? 4 : 2;
  for (long c = 0; c < columns; c++, packed += inner * width) {
    for (long r = 0; r < rows; r += 2) {
      const float *row = x + r * inner;
      float *sum = y + r * stride + c, *next = sum + stride, dot_product, next_product = 0;
      if (r + 1 < rows) two_dots(row, packed, format, inner, &dot_product, &next_product);
      else dot(row, packed, format, inner, &dot_product);
      *sum = adding ? *sum + dot_product : dot_product;
      if (r + 1 < rows) *next = adding ? *next + next_product : next_product;
    }
  }
}

FOR_EACH_PROCESSOR void kernel_packed_product(const float *x, const void *packed,
                                              PackedFormat format, float *y, long rows, long columns,
                                              long inner, long stride, bool adding) {
  switch (format) {
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
