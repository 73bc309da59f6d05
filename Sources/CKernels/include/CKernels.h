// The loops that Swift's baseline x86-64 code cannot vectorise well: exponentials and row sums.
// Each is compiled for three generations of processors; the right one is chosen when the program
// starts.
// Every pointer is a contiguous float32 array; `rows × columns` arrays are row-major.
#pragma once
#include <stdbool.h>

// y = exp(x); 0 below x = −87, and above x = 88 as at 88
void kernel_exp(const float *x, float *y, long count);
// y = tanh(x)
void kernel_tanh(const float *x, float *y, long count);
// y = 1 / (1 + exp(-x))
void kernel_sigmoid(const float *x, float *y, long count);
// y = .5 x (1 + tanh(√(2/π)(x + .044715 x³)))
void kernel_gelu(const float *x, float *y, long count);
// gx = gy · gelu'(x)
void kernel_gelu_gradient(const float *x, const float *gy, float *gx, long count);
// y = x / (1 + exp(−slope·x)); and gx = gy · y'
void kernel_swish(const float *x, float slope, float *y, long count);
void kernel_swish_gradient(const float *x, float slope, const float *gy, float *gx, long count);
// y = x · P(normal < x) = .5 x (1 + erf(x/√2)); and gx = gy · y'
void kernel_erf_gelu(const float *x, float *y, long count);
void kernel_erf_gelu_gradient(const float *x, const float *gy, float *gx, long count);
// y = exp(x − max) / Σ exp(x − max), a row at a time
void kernel_softmax(const float *x, float *y, long rows, long columns);
// gx = y (gy − Σ gy·y), a row at a time
void kernel_softmax_gradient(const float *y, const float *gy, float *gx, long rows, long columns);
// normalized = (x − mean)/√(variance + ε), y = gain·normalized + bias; keeps 1/√(variance + ε)
void kernel_layer_norm(const float *x, const float *gain, const float *bias, float *y,
                       float *mean, float *inverse, long rows, long columns, float epsilon);
// gx, and the sums over rows for gain and bias (which are overwritten)
void kernel_layer_norm_gradient(const float *x, const float *gain, const float *mean,
                                const float *inverse, const float *gy, float *gx, float *ggain,
                                float *gbias, long rows, long columns);
// y = gain · x/√(mean x² + ε); keeps 1/√(mean x² + ε)
void kernel_rms_norm(const float *x, const float *gain, float *y, float *inverse, long rows,
                     long columns, float epsilon);
// gx, and the sum over rows for gain (which is overwritten)
void kernel_rms_norm_gradient(const float *x, const float *gain, const float *inverse,
                              const float *gy, float *gx, float *ggain, long rows, long columns);
// y = a + b, a − b, a · b
void kernel_add(const float *a, const float *b, float *y, long count);
void kernel_subtract(const float *a, const float *b, float *y, long count);
void kernel_multiply(const float *a, const float *b, float *y, long count);
// y = scale·x + shift
void kernel_scale(const float *x, float scale, float shift, float *y, long count);
// y = x + row, the row repeated; and the sum of all rows (overwrites y)
void kernel_add_row(const float *x, const float *row, float *y, long rows, long columns);
void kernel_sum_rows(const float *x, float *y, long rows, long columns);
// One AdamW step in place; correction1 = 1 − β1ᵗ, correction2 = 1 − β2ᵗ
void kernel_adamw(float *parameter, const float *gradient, float *first, float *second, long count,
                  float rate, float beta1, float beta2, float epsilon, float decay,
                  float correction1, float correction2);
// Σ x²
double kernel_sum_of_squares(const float *x, long count);

// Numbers as a checkpoint stores them, at any address.
typedef enum { packedFloat32, packedFloat16, packedBFloat16 } PackedKind;
// y = the numbers as float32, exactly
void kernel_unpack(const void *packed, PackedKind kind, float *y, long count);
// y = x Wᵀ, or y + x Wᵀ if adding, for few rows: x of rows × inner, W of columns × inner packed
// numbers; the rows of y are `stride` apart
void kernel_packed_product(const float *x, const void *packed, PackedKind kind, float *y, long rows,
                           long columns, long inner, long stride, bool adding);

// Calls body(context, 0 ..< pieces), shared by at most `threads` threads, this one among them; a
// second caller at the same time does its work alone.
void crew_share(long pieces, long threads, void (*body)(const void *context, long piece),
                const void *context);

// What each thread knows by itself: whether it records gradients, whether it fills new tensors, and
// whether it is one of several that split a batch (then it uses no further threads).
typedef struct {
  bool gradientsOff;
  bool numbersOff;
  bool isShard;
  void *gradientSink;
  void *trace;
} ThreadState;
ThreadState *kernel_thread_state(void);
