// Counts what the process asks of malloc: for proofs that a path allocates nothing.
#pragma once
#include <stdint.h>

/// Calls of malloc, calloc, realloc and their aligned sisters since the process began, by all threads together.
///
/// Linked into an executable, this takes the place of glibc's own functions for every library of the process.
uint64_t allocation_count(void) __attribute__((swift_name("allocationCount()")));
