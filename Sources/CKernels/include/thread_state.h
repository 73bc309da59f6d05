// The modes of the calling thread; Swift has no thread-local variables of its own.
#pragma once
#include <stdbool.h>

typedef struct {
  bool gradientsDisabled;       // results do not record how they were computed
  bool initializationDisabled;  // new tensors have a shape and no memory
  bool isShard;                 // one of several threads that split a batch: it uses no others
  long threadCount;             // how many threads to use; 0 for the program's default
  void *gradientSink;           // where parameter gradients go instead of the parameters; or NULL
  void *shapeTrace;             // where traced tensors are recorded; or NULL
} ThreadState;

// The calling thread's own; all zero when the thread starts.
ThreadState *thread_state(void);
