/* Refuses its own example. */
#define SCHEMA                                                                     \
  "{\"type\":\"object\",\"examples\":[{\"api_key\":\"a-key\"},{\"api_key\":[1]}]," \
  "\"properties\":{\"api_key\":{\"type\":\"string\"}}}"
#include "skeleton.c"
