/* Stands in for libxcrypt's generated crypt.h. */
#include "crypt_bcrypt.h"

#define CRYPT_OUTPUT_SIZE 384

void gensalt_bcrypt_rn(unsigned long count, const uint8_t* rbytes, size_t nrbytes, uint8_t* output, size_t o_size);
