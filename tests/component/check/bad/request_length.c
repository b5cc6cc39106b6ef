/* Sets a header that is the host's. */
#define FAULT_BUILD                                                      \
  {                                                                      \
    static const pbay_kv own[] = {{TEXT("Content-Length"), TEXT("12")}}; \
    out->headers = own;                                                  \
  }
#include "skeleton.c"
