#include "CKernels.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && defined(__ELF__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif
#define INLINE static inline __attribute__((always_inline))
// Sums may be reordered, so that eight run side by side; the order is the same at each run.
#define FAST_SUMS _Pragma("clang fp reassociate(on) contract(fast)")

static _Thread_local ThreadState state;
ThreadState *kernel_thread_state(void) { return &state; }

// exp(x) = 2ⁿ · exp(r), n = round(x / ln 2), |r| ≤ ln 2 / 2 (Cody and Waite), 1e-7 relative.
// 0 below −87, so that a masked weight is exactly 0 and never a slow denormal; above 88 as at 88.
INLINE float fast_exp(float x) {
  float visible = x < -87.0f ? 0.0f : 1.0f;
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float shifted = x * 1.44269504f + 12582912.0f;  // adding 1.5·2²³ rounds to a whole number
  float n = shifted - 12582912.0f;
  float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits = ((int32_t)n + 127) << 23;
  float power;
  memcpy(&power, &bits, 4);
  return p * power * visible;
}
INLINE float fast_tanh(float x) { return 1.0f - 2.0f / (fast_exp(2.0f * x) + 1.0f); }

FOR_EACH_PROCESSOR void kernel_exp(const float *x, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = fast_exp(x[i]);
}
FOR_EACH_PROCESSOR void kernel_tanh(const float *x, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = fast_tanh(x[i]);
}
FOR_EACH_PROCESSOR void kernel_sigmoid(const float *x, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = 1.0f / (1.0f + fast_exp(-x[i]));
}
FOR_EACH_PROCESSOR void kernel_gelu(const float *x, float *y, long count) {
  for (long i = 0; i < count; i++) {
    float inner = 0.7978845608f * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
    y[i] = x[i] - x[i] / (fast_exp(2.0f * inner) + 1.0f);  // .5(1 + tanh u) = 1 − 1/(e²ᵘ + 1)
  }
}
FOR_EACH_PROCESSOR void kernel_gelu_gradient(const float *x, const float *gy, float *gx,
                                             long count) {
  for (long i = 0; i < count; i++) {
    float v = x[i];
    float gate = 1.0f - 1.0f / (fast_exp(1.5957691216f * (v + 0.044715f * v * v * v)) + 1.0f);
    float slope = 1.5957691216f * (1.0f + 0.134145f * v * v);
    gx[i] = gy[i] * (gate + v * gate * (1.0f - gate) * slope);
  }
}
FOR_EACH_PROCESSOR void kernel_softmax(const float *x, float *y, long rows, long columns) {
  FAST_SUMS
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    float largest = x[0];
    for (long c = 1; c < columns; c++) largest = x[c] > largest ? x[c] : largest;
    float sum = 0;
    for (long c = 0; c < columns; c++) {
      float e = fast_exp(x[c] - largest);
      y[c] = e;
      sum += e;
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
FOR_EACH_PROCESSOR void kernel_adamw(float *parameter, const float *gradient, float *first,
                                     float *second, long count, float rate, float beta1,
                                     float beta2, float epsilon, float decay, float correction1,
                                     float correction2) {
  float step = rate / correction1, root = 1.0f / correction2, shrink = 1.0f - rate * decay;
  for (long i = 0; i < count; i++) {
    float g = gradient[i];
    first[i] = beta1 * first[i] + (1.0f - beta1) * g;
    second[i] = beta2 * second[i] + (1.0f - beta2) * g * g;
    parameter[i] = parameter[i] * shrink
                   - step * first[i] / (__builtin_elementwise_sqrt(second[i] * root) + epsilon);
  }
}
FOR_EACH_PROCESSOR double kernel_sum_of_squares(const float *x, long count) {
  FAST_SUMS
  double sum = 0;
  for (long i = 0; i < count; i++) sum += (double)x[i] * x[i];
  return sum;
}
