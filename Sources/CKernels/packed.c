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

// One to four rows of x at once: each weight is read and widened once for all of them.
INLINE void few_rows(const float *x, const uint8_t *packed, const PackedKind kind, float *y,
                     const long rows, long columns, long inner, long stride, bool adding) {
  FAST_SUMS
  const long width = kind == packedFloat32 ? 4 : 2;
  const float *x1 = x + inner, *x2 = x1 + inner, *x3 = x2 + inner;
  for (long c = 0; c < columns; c++, packed += inner * width) {
    float sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
    for (long i = 0; i < inner; i++) {
      float weight = number_at(packed, kind, i);
      sum0 += x[i] * weight;
      if (rows > 1) sum1 += x1[i] * weight;
      if (rows > 2) sum2 += x2[i] * weight;
      if (rows > 3) sum3 += x3[i] * weight;
    }
    y[c] = adding ? y[c] + sum0 : sum0;
    if (rows > 1) y[stride + c] = adding ? y[stride + c] + sum1 : sum1;
    if (rows > 2) y[2 * stride + c] = adding ? y[2 * stride + c] + sum2 : sum2;
    if (rows > 3) y[3 * stride + c] = adding ? y[3 * stride + c] + sum3 : sum3;
  }
}
#define FOR_EACH_ROW_COUNT(kind)                                                            \
  switch (rows) {                                                                           \
  case 1: few_rows(x, packed, kind, y, 1, columns, inner, stride, adding); break;           \
  case 2: few_rows(x, packed, kind, y, 2, columns, inner, stride, adding); break;           \
  case 3: few_rows(x, packed, kind, y, 3, columns, inner, stride, adding); break;           \
  default: few_rows(x, packed, kind, y, 4, columns, inner, stride, adding); break;          \
  }
FOR_EACH_PROCESSOR void kernel_packed_product(const float *x, const void *packed, PackedKind kind,
                                              float *y, long rows, long columns, long inner,
                                              long stride, bool adding) {
  switch (kind) {
  case packedFloat32: FOR_EACH_ROW_COUNT(packedFloat32) break;
  case packedFloat16: FOR_EACH_ROW_COUNT(packedFloat16) break;
  case packedBFloat16: FOR_EACH_ROW_COUNT(packedBFloat16) break;
  }
}
