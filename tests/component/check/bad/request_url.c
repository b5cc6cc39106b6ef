/* Wants to be sent to what is no URL. */
#define URL "ftp://127.0.0.1/chat here"
#include "skeleton.c"
