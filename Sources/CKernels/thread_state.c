#include "thread_state.h"

static _Thread_local ThreadState state;

ThreadState *thread_state(void) { return &state; }
