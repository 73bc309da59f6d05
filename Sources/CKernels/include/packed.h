// Weights in the formats in which checkpoints store them, at any address (unaligned too).
#pragma once
#include <stdbool.h>

typedef enum { packedFloat32, packedFloat16, packedBFloat16 } PackedFormat;

// y[i] = weight i as float32, which is exact; `count` weights.
void kernel_unpack(const void *packed, PackedFormat format, float *y, long count);

// y = x Wᵀ, or y + x Wᵀ if `adding`; fast for few rows.
// x is [rows, inner], W is [columns, inner] in `format`, y is [rows, columns] with `stride` floats
// from one row to the next.
void kernel_packed_product(const float *x, const void *packed, PackedFormat format, float *y,
                           long rows, long columns, long inner, long stride, bool adding);
