// Softmax, layer norm and RMS norm with their gradients: one row of the last axis at a time.
#include "vector.h"

// Long sums are sums of sums of so many numbers: one sum of 100,000 floats loses the last digits of
// each, unless the processor happens to keep several.
#define BLOCK 1024

FOR_EACH_PROCESSOR void kernel_softmax(const float *x, float *y, long rows, long columns) {
  FAST_SUMS
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    float largest = x[0];
    for (long c = 1; c < columns; c++) largest = x[c] > largest ? x[c] : largest;
    float sum = 0;
    for (long start = 0; start < columns; start += BLOCK) {
      long end = start + BLOCK < columns ? start + BLOCK : columns;
      float part = 0;
      for (long c = start; c < end; c++) {
        float e = fast_exp(x[c] - largest);
        y[c] = e;
        part += e;
      }
      sum += part;
    }
    float scale = 1.0f / sum;
    for (long c = 0; c < columns; c++) y[c] *= scale;
  }
}

FOR_EACH_PROCESSOR void kernel_softmax_gradient(const float *y, const float *gy, float *gx,
                                                long rows, long columns) {
  FAST_SUMS
  for (long r = 0; r < rows; r++, y += columns, gy += columns, gx += columns) {
    float dot = 0;
    for (long c = 0; c < columns; c++) dot += y[c] * gy[c];
    for (long c = 0; c < columns; c++) gx[c] = y[c] * (gy[c] - dot);
  }
}

FOR_EACH_PROCESSOR void kernel_layer_norm(const float *x, const float *gain, const float *bias,
                                          float *y, float *mean, float *inverse, long rows,
                                          long columns, float epsilon) {
  FAST_SUMS
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    float sum = 0, squares = 0;
    for (long c = 0; c < columns; c++) sum += x[c];
    float m = sum / (float)columns;
    for (long c = 0; c < columns; c++) squares += (x[c] - m) * (x[c] - m);
    float s = 1.0f / sqrtf(squares / (float)columns + epsilon);
    for (long c = 0; c < columns; c++) y[c] = (x[c] - m) * s * gain[c] + bias[c];
    mean[r] = m;
    inverse[r] = s;
  }
}

FOR_EACH_PROCESSOR void kernel_layer_norm_gradient(const float *x, const float *gain,
                                                   const float *mean, const float *inverse,
                                                   const float *gy, float *gx, float *ggain,
                                                   float *gbias, long rows, long columns) {
  FAST_SUMS
  memset(ggain, 0, sizeof(float) * (size_t)columns);
  memset(gbias, 0, sizeof(float) * (size_t)columns);
  for (long r = 0; r < rows; r++, x += columns, gy += columns, gx += columns) {
    float m = mean[r], s = inverse[r], sum = 0, dot = 0;
    for (long c = 0; c < columns; c++) {
      float n = (x[c] - m) * s, g = gy[c] * gain[c];
      ggain[c] += gy[c] * n;
      gbias[c] += gy[c];
      sum += g;
      dot += g * n;
    }
    sum /= (float)columns;
    dot /= (float)columns;
    for (long c = 0; c < columns; c++)
      gx[c] = s * (gy[c] * gain[c] - sum - (x[c] - m) * s * dot);
  }
}

FOR_EACH_PROCESSOR void kernel_rms_norm(const float *x, const float *gain, float *y,
                                        float *inverse, long rows, long columns, float epsilon) {
  FAST_SUMS
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    float squares = 0;
    for (long c = 0; c < columns; c++) squares += x[c] * x[c];
    float s = 1.0f / sqrtf(squares / (float)columns + epsilon);
    for (long c = 0; c < columns; c++) y[c] = x[c] * s * gain[c];
    inverse[r] = s;
  }
}

FOR_EACH_PROCESSOR void kernel_rms_norm_gradient(const float *x, const float *gain,
                                                 const float *inverse, const float *gy, float *gx,
                                                 float *ggain, long rows, long columns) {
  FAST_SUMS
  memset(ggain, 0, sizeof(float) * (size_t)columns);
  for (long r = 0; r < rows; r++, x += columns, gy += columns, gx += columns) {
    float s = inverse[r], dot = 0;
    for (long c = 0; c < columns; c++) {
      ggain[c] += gy[c] * x[c] * s;
      dot += gy[c] * gain[c] * x[c] * s;
    }
    dot /= (float)columns;
    for (long c = 0; c < columns; c++) gx[c] = s * (gy[c] * gain[c] - x[c] * s * dot);
  }
}
