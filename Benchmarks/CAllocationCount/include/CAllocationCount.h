#ifndef CALLOCATIONCOUNT_H
#define CALLOCATIONCOUNT_H
#include <stdint.h>

/// Number of calls of malloc, calloc and realloc by this process so far.
uint64_t allocation_count(void);

#endif
