// A crew of threads for work too short to wake anybody up for: the matrix products of one image.
//
// Each member stays awake for a moment after its last piece, then sleeps. Whoever has work takes
// pieces too, and takes them all if nobody else comes: a crew that sleeps or is kept from its
// processor costs time, but never blocks.
#include "CKernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>

// How often to look for work before going to sleep: about a tenth of a millisecond.
enum { PATIENCE = 4000 };

static void (*work)(const void *context, long piece);
static const void *work_context;
static atomic_long untaken, unfinished;

static pthread_mutex_t in_use = PTHREAD_MUTEX_INITIALIZER;  // one work at a time
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER;
static atomic_long sleepers;
static long members;

static void look_again(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// The work can only change when nothing of it is unfinished, so what was taken is always of this
// work, however late its taker looked.
static void take_pieces(void) {
  long left = atomic_load(&untaken);
  while (left > 0) {
    if (!atomic_compare_exchange_weak(&untaken, &left, left - 1)) continue;
    work(work_context, left - 1);
    atomic_fetch_sub(&unfinished, 1);
    left = atomic_load(&untaken);
  }
}

static void *member(void *unused) {
  (void)unused;
  for (;;) {
    for (int looks = 0; looks < PATIENCE && atomic_load(&untaken) == 0; looks++) look_again();
    if (atomic_load(&untaken) == 0) {
      pthread_mutex_lock(&door);
      atomic_fetch_add(&sleepers, 1);
      while (atomic_load(&untaken) == 0) pthread_cond_wait(&bell, &door);
      atomic_fetch_sub(&sleepers, 1);
      pthread_mutex_unlock(&door);
    }
    take_pieces();
  }
  return NULL;
}

static void gather(long wanted) {
  pthread_t thread;
  while (members < wanted && pthread_create(&thread, NULL, member, NULL) == 0) {
    pthread_detach(thread);
    members++;
  }
}

void crew_share(long pieces, long threads, void (*body)(const void *context, long piece),
                const void *context) {
  if (threads < 2 || pthread_mutex_trylock(&in_use) != 0) {
    for (long piece = 0; piece < pieces; piece++) body(context, piece);
    return;
  }
  gather(threads - 1);
  work = body;
  work_context = context;
  atomic_store(&unfinished, pieces);
  atomic_store(&untaken, pieces);
  if (atomic_load(&sleepers) > 0) {
    pthread_mutex_lock(&door);
    pthread_cond_broadcast(&bell);
    pthread_mutex_unlock(&door);
  }
  take_pieces();
  for (long looks = 0; atomic_load(&unfinished) > 0; looks++) {
    if (looks < PATIENCE) look_again();
    else sched_yield();
  }
  pthread_mutex_unlock(&in_use);
}
