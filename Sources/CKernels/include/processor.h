// Which of its versions the loops of this module run in on this processor (see vector.h): "x86-64-v4"
// (AVX-512), "x86-64-v3" (AVX2) or "baseline". They add in different orders.
#pragma once

const char *kernel_instruction_set(void);
