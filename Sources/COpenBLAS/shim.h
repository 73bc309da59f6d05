// OpenBLAS: matrix products in single precision (cblas_sgemm, cblas_sgemv).
#pragma once
#include <cblas.h>
