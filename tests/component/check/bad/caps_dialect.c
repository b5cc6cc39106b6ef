/* Offers chats to clients of its own dialect only. */
#define OPS \
  { PBAY_MODE_CHAT, 0, TEXT("acme.chat/1") }
#include "skeleton.c"
