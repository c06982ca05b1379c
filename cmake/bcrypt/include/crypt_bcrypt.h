#ifndef ISTHMUS_CRYPT_BCRYPT_H
#define ISTHMUS_CRYPT_BCRYPT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The bcrypt of libxcrypt (Openwall's crypt_blowfish).

   phrase and setting end with NUL; phr_size and set_size are not looked at. setting is a stored hash, or its first 29
   characters: "$2b$12$" and 22 characters of salt; of 2a, 2b, 2x and 2y it follows the one that is named. output takes
   60 characters and a NUL. scratch is memory of scr_size bytes, 8-byte aligned, and holds key material afterwards.
   On failure errno is EINVAL or ERANGE and output stays as it was. Only the first 72 bytes of phrase count. */
void crypt_bcrypt_rn(const char* phrase, size_t phr_size, const char* setting, size_t set_size, uint8_t* output,
                     size_t out_size, void* scratch, size_t scr_size);

enum { CRYPT_BCRYPT_OUTPUT_SIZE = 61, CRYPT_BCRYPT_SCRATCH_SIZE = 8192 };

#ifdef __cplusplus
}
#endif

#endif
