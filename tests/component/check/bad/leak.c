/* Forgets a little memory with every call. */
#define FAULT_GLOBALS static void* volatile forgotten;
#define FAULT_CALL_CREATE forgotten = malloc(32);
#include "skeleton.c"
