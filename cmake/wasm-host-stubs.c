/* What Emscripten's C library would ask of a WASI host, answered inside the module, so that a module imports nothing
   but "isthmus". There are no environment variables and no files; what is printed goes nowhere, since libraries must
   not print. */
#include <emscripten/heap.h>
#include <wasi/api.h>

/* The host sees a grown memory by itself: its ArrayBuffer is detached. */
void emscripten_notify_memory_growth(size_t memory_index) { (void)memory_index; }

__wasi_errno_t __wasi_environ_sizes_get(__wasi_size_t* count, __wasi_size_t* size) {
  *count = 0;
  *size = 0;
  return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_environ_get(uint8_t** environ, uint8_t* buffer) {
  (void)environ, (void)buffer;
  return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_fd_write(__wasi_fd_t file, const __wasi_ciovec_t* parts, size_t count, __wasi_size_t* written) {
  (void)file;
  *written = 0;
  for (size_t i = 0; i < count; i++) *written += parts[i].buf_len;
  return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_fd_seek(__wasi_fd_t file, __wasi_filedelta_t offset, __wasi_whence_t whence,
                              __wasi_filesize_t* position) {
  (void)file, (void)offset, (void)whence, (void)position;
  return __WASI_ERRNO_SPIPE;
}

__wasi_errno_t __wasi_fd_close(__wasi_fd_t file) {
  (void)file;
  return __WASI_ERRNO_BADF;
}

__wasi_errno_t __wasi_fd_read(__wasi_fd_t file, const __wasi_iovec_t* parts, size_t count, __wasi_size_t* read) {
  (void)file, (void)parts, (void)count, (void)read;
  return __WASI_ERRNO_BADF;
}

_Noreturn void __wasi_proc_exit(__wasi_exitcode_t code) {
  (void)code;
  __builtin_trap();
}
