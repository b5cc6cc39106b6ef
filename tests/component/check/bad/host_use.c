/* Asks for memory in a way that the host's function does not know. */
#define FAULT_CALL_CREATE (void)host->call_alloc(host, request->id, 8, 3);
#include "skeleton.c"
