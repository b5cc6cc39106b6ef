/* Keeps its worker waiting for a large request. */
#define FAULT_BUILD                                  \
  if (call->request->body.len > 100000) {            \
    const uint64_t begin = host->now_ns(host);       \
    while (host->now_ns(host) - begin < 80000000u) { \
    }                                                \
  }
#include "skeleton.c"
