// Loops that Swift's baseline x86-64 code vectorizes poorly: exponentials, norms and row sums.
//
// Each is compiled for three generations of processors; the fastest that the processor supports is
// chosen when the program starts (see vector.h).
// Every pointer is a contiguous float32 array. `count` is its length; [rows, columns] arrays are
// row-major. `gx`, `gy`, … are gradients of the loss with respect to x, y, ….
#pragma once

// Nonlinear functions of each element (activations.c).

// y = exp(x); 0 for x < −87, exp(88) for x > 88
void kernel_exp(const float *x, float *y, long count);
// y = tanh(x)
void kernel_tanh(const float *x, float *y, long count);
// y = 1 / (1 + exp(−x))
void kernel_sigmoid(const float *x, float *y, long count);
// GELU, tanh form: y = ½x (1 + tanh(√(2/π) (x + 0.044715 x³)))
void kernel_gelu(const float *x, float *y, long count);
// gx = gy · y'(x)
void kernel_gelu_gradient(const float *x, const float *gy, float *gx, long count);
// GELU, erf form: y = x · P(Z < x) = ½x (1 + erf(x/√2)), Z standard normal
void kernel_erf_gelu(const float *x, float *y, long count);
// gx = gy · y'(x)
void kernel_erf_gelu_gradient(const float *x, const float *gy, float *gx, long count);
// Swish: y = x / (1 + exp(−slope·x))
void kernel_swish(const float *x, float slope, float *y, long count);
// gx = gy · y'(x)
void kernel_swish_gradient(const float *x, float slope, const float *gy, float *gx, long count);

// Softmax and norms of each row (normalization.c).

// y = exp(x − max) / Σ exp(x − max)
void kernel_softmax(const float *x, float *y, long rows, long columns);
// gx = y (gy − Σ gy·y)
void kernel_softmax_gradient(const float *y, const float *gy, float *gx, long rows, long columns);
// y = (x − mean) / √(variance + ε) · gain + bias; gain and bias are [columns].
// Stores mean and inverse = 1/√(variance + ε), each [rows], for the gradient.
void kernel_layer_norm(const float *x, const float *gain, const float *bias, float *y,
                       float *mean, float *inverse, long rows, long columns, float epsilon);
// gx [rows, columns]; ggain and gbias [columns], the sums over all rows. All are overwritten.
void kernel_layer_norm_gradient(const float *x, const float *gain, const float *mean,
                                const float *inverse, const float *gy, float *gx, float *ggain,
                                float *gbias, long rows, long columns);
// y = x / √(mean(x²) + ε) · gain. Stores inverse = 1/√(mean(x²) + ε), [rows].
void kernel_rms_norm(const float *x, const float *gain, float *y, float *inverse, long rows,
                     long columns, float epsilon);
// gx [rows, columns]; ggain [columns], the sum over all rows. Both are overwritten.
void kernel_rms_norm_gradient(const float *x, const float *gain, const float *inverse,
                              const float *gy, float *gx, float *ggain, long rows, long columns);

// Arithmetic (arithmetic.c).

// y = a + b
void kernel_add(const float *a, const float *b, float *y, long count);
// y = a − b
void kernel_subtract(const float *a, const float *b, float *y, long count);
// y = a · b
void kernel_multiply(const float *a, const float *b, float *y, long count);
// y = scale·x + shift
void kernel_scale(const float *x, float scale, float shift, float *y, long count);
// y = x + row, with `row` [columns] added to each row of x
void kernel_add_row(const float *x, const float *row, float *y, long rows, long columns);
// y [columns] = the sum of the rows of x
void kernel_sum_rows(const float *x, float *y, long rows, long columns);
// 1 if no element of x is NaN or infinite, else 0
int kernel_is_finite(const float *x, long count);

// The optimizer (optimizer.c).

// One AdamW step in place: `first` and `second` are the moments m and v, `rate` the learning rate,
// `decay` the weight decay, correction1 = 1 − β₁ᵗ, correction2 = 1 − β₂ᵗ.
void kernel_adamw(float *parameter, const float *gradient, float *first, float *second, long count,
                  float rate, float beta1, float beta2, float epsilon, float decay,
                  float correction1, float correction2);
// Σ x², in double precision
double kernel_sum_of_squares(const float *x, long count);
