// The engine's C code: vectorized loops, a thread pool, and the modes of a thread.
#pragma once
#include "kernels.h"
#include "packed.h"
#include "processor.h"
#include "thread_pool.h"
#include "thread_state.h"
