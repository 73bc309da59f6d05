// What all kernels share: compilation for several processors, and the exponential.
#pragma once
#include "kernels.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

// Swift's code must run on every x86-64 processor and so uses 4 floats per register. These loops are
// compiled three times, for 16, 8 and 4 floats per register, and the dynamic loader chooses one when
// the program starts. Only ELF on x86-64 offers this; other systems get one version. So does a build
// with the thread sanitizer, whose code the loader would call before it is ready.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FOR_EACH_PROCESSOR
#endif
#endif
#if defined(__has_attribute) && !defined(FOR_EACH_PROCESSOR)
#if defined(__x86_64__) && defined(__ELF__) && __has_attribute(target_clones)
#define COMPILED_FOR_EACH_PROCESSOR
#define FOR_EACH_PROCESSOR \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif
#endif
#ifndef FOR_EACH_PROCESSOR
#define FOR_EACH_PROCESSOR
#endif

#define INLINE static inline __attribute__((always_inline))

// Lets the compiler reorder the sums of a function, so that they fill vector registers. The order is
// fixed at compile time, so each run gives the same result.
#if defined(__clang__)
#define FAST_SUMS _Pragma("clang fp reassociate(on) contract(fast)")
#else
#define FAST_SUMS
#endif

// exp(x) = 2ⁿ · exp(r) with n = round(x / ln 2) and |r| ≤ ln 2 / 2; relative error 1e-7.
// Below −87 the result is 0, so that a masked attention weight is exactly 0 and never a slow
// subnormal number. Above 88 the result is exp(88).
// Source: Cody and Waite, "Software Manual for the Elementary Functions" (1980), chapter 6.
INLINE float fast_exp(float x) {
  float nonzero = x < -87.0f ? 0.0f : 1.0f;
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float shifted = x * 1.44269504f + 12582912.0f;  // adding 1.5·2²³ rounds to an integer
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
  return p * power * nonzero;
}
