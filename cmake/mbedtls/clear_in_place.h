/* In front of sha256.c in WebAssembly. The library clears its scratch behind the compiler's back, for which the scratch
 * must lie in memory. Nothing is lost by leaving that: the keys themselves lie in the same memory, which nobody else
 * can read. */
#pragma once

#include <string.h>

#include "mbedtls/platform_util.h"

#define mbedtls_platform_zeroize(buffer, length) memset(buffer, 0, length)
