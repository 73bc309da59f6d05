// Nonlinear functions of each element, with their gradients.
#include "vector.h"

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

FOR_EACH_PROCESSOR void kernel_swish(const float *x, float slope, float *y, long count) {
  for (long i = 0; i < count; i++) y[i] = x[i] / (1.0f + fast_exp(-slope * x[i]));
}

FOR_EACH_PROCESSOR void kernel_swish_gradient(const float *x, float slope, const float *gy,
                                              float *gx, long count) {
  for (long i = 0; i < count; i++) {
    float gate = 1.0f / (1.0f + fast_exp(-slope * x[i]));
    gx[i] = gy[i] * (gate + slope * x[i] * gate * (1.0f - gate));
  }
}

// P(Z > |x|) / exp(−x²/2) for a standard normal Z, as a polynomial in t = 1/(1 + 0.3 |x|), fitted by
// the Remez algorithm to a relative error of 1.2e-7 for |x| < 13. Beyond that the exponential is 0.
INLINE float scaled_tail(float distance) {
  float t = 1.0f / (1.0f + 0.3f * distance);
  float p = 0.0361948133f;
  p = p * t - 0.1593781469f;
  p = p * t + 0.2101181351f;
  p = p * t - 0.0571671513f;
  p = p * t + 0.1304163536f;
  p = p * t + 0.0993471505f;
  p = p * t + 0.1208455266f;
  p = p * t + 0.1196232628f;
  return p * t;
}

FOR_EACH_PROCESSOR void kernel_erf_gelu(const float *x, float *y, long count) {
  for (long i = 0; i < count; i++) {
    float distance = __builtin_elementwise_abs(x[i]);
    float tail = scaled_tail(distance) * fast_exp(-0.5f * distance * distance);
    y[i] = x[i] < 0.0f ? x[i] * tail : x[i] - x[i] * tail;
  }
}

FOR_EACH_PROCESSOR void kernel_erf_gelu_gradient(const float *x, const float *gy, float *gx,
                                                 long count) {
  for (long i = 0; i < count; i++) {
    float distance = __builtin_elementwise_abs(x[i]);
    float density = fast_exp(-0.5f * distance * distance);
    float tail = scaled_tail(distance) * density;
    gx[i] = gy[i] * ((x[i] < 0.0f ? tail : 1.0f - tail) + x[i] * 0.3989422804f * density);
  }
}
