/* What simdjson's kernel for SSE4.2 asks of the processor and Emscripten does not have: its other operations are mapped
 * to wasm SIMD. */
#pragma once

#include <nmmintrin.h>
#include <stdint.h>

#include "align_by_shuffle.h"

/* The kernel multiplies by all ones only, without carries: each bit becomes the parity of itself and those below. */
static inline __attribute__((always_inline)) __m128i _mm_clmulepi64_si128(__m128i bits, __m128i, int) {
  uint64_t parity = (uint64_t)_mm_cvtsi128_si64(bits);
  parity ^= parity << 1;
  parity ^= parity << 2;
  parity ^= parity << 4;
  parity ^= parity << 8;
  parity ^= parity << 16;
  parity ^= parity << 32;
  return _mm_cvtsi64_si128((int64_t)parity);
}

static inline __attribute__((always_inline)) int _popcnt64(uint64_t bits) { return __builtin_popcountll(bits); }

/* Otherwise the kernel asks for _umul128, which simdjson has for itself only further down. */
#undef SIMDJSON_IS_32BITS
#define SIMDJSON_IS_32BITS 0
