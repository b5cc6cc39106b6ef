/* Offers an operation of a mode that its type does not name. */
#define OPS                                     \
  {PBAY_MODE_CHAT, 0, TEXT("openai.chat/1")}, { \
    PBAY_MODE_SPEECH, 0, TEXT("acme.speech/1")  \
  }
#include "skeleton.c"
