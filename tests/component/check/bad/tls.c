/* Imports what runs destructors of threads, and does not say that it cannot be unloaded. */
#define FAULT_GLOBALS                                               \
  int pthread_key_create(unsigned* key, void (*destructor)(void*)); \
  static unsigned key;
#define FAULT_INIT \
  if (key == 1234567) pthread_key_create(&key, 0);
#include "skeleton.c"
