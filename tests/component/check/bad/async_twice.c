/* Completes every call twice. */
#define FAULT_COMPLETED async->complete(host, id, status, NULL);
#include "active_skeleton.c"
