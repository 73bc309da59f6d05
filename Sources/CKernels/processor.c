#include "include/processor.h"
#include "vector.h"

const char *kernel_instruction_set(void) {
#ifdef COMPILED_FOR_EACH_PROCESSOR
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
  return "baseline";
}
