// One optimizer step, and the norm of a gradient.
#include "vector.h"

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
