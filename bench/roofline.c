// What this machine can do at most: one vector operation a lane, many independent chains, everything in registers or caches.
#include <string.h>
#include <time.h>

typedef double vec __attribute__((vector_size(64)));
#define CHAINS 16  // independent, so that no operation waits for another

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15)
#define MAKE(i) vec x##i = (vec){} + 1.0 + i * 1e-3;
#define HOLD(i) __asm__ volatile("" : "+v"(x##i));
#define MULTIPLY(i) x##i = x##i * a + c;
#define ADD(i) x##i = x##i + c;
#define DIVIDE(i) x##i = c / x##i;
#define TURN(i) if (i & 1) { MULTIPLY(i) } else { ADD(i) }

#define LOOP(DO) \
  EACH(MAKE) \
  vec a = (vec){} + 0.999999, c = (vec){} + 1e-6; \
  __asm__ volatile("" : "+v"(a), "+v"(c)); \
  double began = now(); \
  for (long n = 0; n < rounds; n++) { EACH(DO) EACH(HOLD) } \
  return (now() - began) / (8.0 * CHAINS * rounds);

// Seconds for each lane's operation, one thread.
double multiplying(long rounds) { LOOP(MULTIPLY) }
double adding(long rounds) { LOOP(ADD) }
double both(long rounds) { LOOP(TURN) }
double dividing(long rounds) { LOOP(DIVIDE) }

// Seconds for each 8-byte word: two loads and a store a vector, over a buffer of `words` doubles.
double moving(double *memory, long words, long rounds) {
  double began = now();
  for (long n = 0; n < rounds; n++) {
    for (long k = 0; k + 24 <= words; k += 24) {
      vec p, q;
      memcpy(&p, memory + k, 64); memcpy(&q, memory + k + 8, 64);
      p += q;
      memcpy(memory + k + 16, &p, 64);
    }
    __asm__ volatile("" ::: "memory");
  }
  return (now() - began) / (24.0 * (words / 24) * rounds);
}
