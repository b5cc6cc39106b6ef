/* Gives another descriptor every time it is asked. */
#define FAULT_GLOBALS static pbay_plugin copies[64];
#define FAULT_ENTRY               \
  {                               \
    static unsigned asked;        \
    copies[asked % 64] = plugin;  \
    return &copies[asked++ % 64]; \
  }
#include "skeleton.c"
