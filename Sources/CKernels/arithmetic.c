// Element-by-element arithmetic and sums over rows.
#include "vector.h"

FOR_EACH_PROCESSOR void kernel_add(const float *a, const float *b, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = a[i] + b[i];
}

FOR_EACH_PROCESSOR void kernel_subtract(const float *a, const float *b, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = a[i] - b[i];
}

FOR_EACH_PROCESSOR void kernel_multiply(const float *a, const float *b, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = a[i] * b[i];
}

FOR_EACH_PROCESSOR void kernel_scale(const float *x, float scale, float shift, float *y,
                                     long count) {
  for (long i = 0; i < count; i++) y[i] = scale * x[i] + shift;
}

FOR_EACH_PROCESSOR void kernel_add_row(const float *x, const float *row, float *y, long rows,
                                       long columns) {
  for (long r = 0; r < rows; r++, x += columns, y += columns)
    for (long c = 0; c < columns; c++) y[c] = x[c] + row[c];
}

FOR_EACH_PROCESSOR void kernel_sum_rows(const float *x, float *y, long rows, long columns) {
  memset(y, 0, sizeof(float) * (size_t)columns);
  for (long r = 0; r < rows; r++, x += columns)
    for (long c = 0; c < columns; c++) y[c] += x[c];
}

// The exponent of NaN and of infinity has all its bits; without the sign, their patterns are the
// largest integers.
FOR_EACH_PROCESSOR int kernel_is_finite(const float *x, long count) {
  uint32_t largest = 0;
  for (long i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    bits &= 0x7fffffffu;
    largest = bits > largest ? bits : largest;
  }
  return largest < 0x7f800000u;
}
