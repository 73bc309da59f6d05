// A pool of threads for tasks of some microseconds.
#pragma once

// Calls body(context, task) once for each task in 0 ..< tasks, on at most `threads` threads, the
// caller among them, and returns when all have returned. The order of the tasks is unspecified. If
// the pool is in use, which nested calls and calls from two threads cause, the caller runs all
// tasks by itself.
void thread_pool_run(long tasks, long threads, void (*body)(const void *context, long task),
                     const void *context);
