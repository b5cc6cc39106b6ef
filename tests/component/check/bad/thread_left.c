/* Leaves a thread running. */
#define FAULT_GLOBALS                                                       \
  int pthread_create(unsigned long*, const void*, void* (*)(void*), void*); \
  int pause(void);                                                          \
  static void* sleep_for_ever(void* nothing) {                              \
    for (;;)                                                                \
      pause();                                                              \
    return nothing;                                                         \
  }
#define FAULT_INIT                                       \
  {                                                      \
    unsigned long thread;                                \
    pthread_create(&thread, NULL, sleep_for_ever, NULL); \
  }
#include "skeleton.c"
