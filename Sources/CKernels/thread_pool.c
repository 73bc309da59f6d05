// A thread pool for tasks of some microseconds, such as the matrix products of one image.
//
// Waking a thread that sleeps in the kernel takes longer than such a task. So each worker spins for
// about a tenth of a millisecond after its last task, and only then waits on a condition variable.
// The caller takes tasks too, and runs all of them if no worker comes: a worker that sleeps, or
// that the system has descheduled, costs time but never blocks the caller.
#include "thread_pool.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>

// Polls of the task counter before a worker waits on the condition, or the caller yields.
enum { SPIN_LIMIT = 4000 };

// The current batch of tasks. `unclaimed` counts those that no thread has started, `unfinished`
// those that have not returned.
static void (*task_body)(const void *context, long task);
static const void *task_context;
static atomic_long unclaimed, unfinished;

static pthread_mutex_t batch_mutex = PTHREAD_MUTEX_INITIALIZER;  // held while a batch runs
static pthread_mutex_t sleep_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t tasks_available = PTHREAD_COND_INITIALIZER;
static atomic_long sleeping_workers;
static long worker_count;

// Tells the processor that this is a spin loop, so that the other hyper-thread gets its resources.
static void spin_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// A new batch begins only when `unfinished` is 0. So a claimed task always belongs to the current
// batch, even if its worker has read `unclaimed` long before.
static void run_tasks(void) {
  long left = atomic_load(&unclaimed);
  while (left > 0) {
    if (!atomic_compare_exchange_weak(&unclaimed, &left, left - 1)) continue;
    task_body(task_context, left - 1);
    atomic_fetch_sub(&unfinished, 1);
    left = atomic_load(&unclaimed);
  }
}

static void *worker_main(void *unused) {
  (void)unused;
  for (;;) {
    for (int spins = 0; spins < SPIN_LIMIT && atomic_load(&unclaimed) == 0; spins++) spin_pause();
    if (atomic_load(&unclaimed) == 0) {
      pthread_mutex_lock(&sleep_mutex);
      atomic_fetch_add(&sleeping_workers, 1);
      while (atomic_load(&unclaimed) == 0) pthread_cond_wait(&tasks_available, &sleep_mutex);
      atomic_fetch_sub(&sleeping_workers, 1);
      pthread_mutex_unlock(&sleep_mutex);
    }
    run_tasks();
  }
  return NULL;
}

static void start_workers(long wanted) {
  pthread_t thread;
  while (worker_count < wanted && pthread_create(&thread, NULL, worker_main, NULL) == 0) {
    pthread_detach(thread);
    worker_count++;
  }
}

void thread_pool_run(long tasks, long threads, void (*body)(const void *context, long task),
                     const void *context) {
  if (threads < 2 || pthread_mutex_trylock(&batch_mutex) != 0) {
    for (long task = 0; task < tasks; task++) body(context, task);
    return;
  }
  start_workers(threads - 1);
  task_body = body;
  task_context = context;
  atomic_store(&unfinished, tasks);
  atomic_store(&unclaimed, tasks);
  if (atomic_load(&sleeping_workers) > 0) {
    pthread_mutex_lock(&sleep_mutex);
    pthread_cond_broadcast(&tasks_available);
    pthread_mutex_unlock(&sleep_mutex);
  }
  run_tasks();
  for (long spins = 0; atomic_load(&unfinished) > 0; spins++) {
    if (spins < SPIN_LIMIT) spin_pause();
    else sched_yield();
  }
  pthread_mutex_unlock(&batch_mutex);
}
