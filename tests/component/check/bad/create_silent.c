/* Refuses a wrong configuration without a word. */
#define FAULT_CREATE \
  if (!looks_like_settings(config->json)) return PBAY_E_CONFIG;
#include "skeleton.c"
