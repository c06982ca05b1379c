/* Stands in for libxcrypt's generated list of hashes: bcrypt alone. The "x" of the list is in the same function. */
#define INCLUDE_bcrypt 1
#define INCLUDE_bcrypt_a 0
#define INCLUDE_bcrypt_x 0
#define INCLUDE_bcrypt_y 0
