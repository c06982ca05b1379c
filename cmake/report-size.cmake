# cmake -D FILE=… -P report-size.cmake: one line with a module's size as it is and as it is uploaded.
file(SIZE ${FILE} raw)
execute_process(
  COMMAND gzip -9 -c ${FILE}
  COMMAND wc -c
  OUTPUT_VARIABLE zipped
  OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY
)
get_filename_component(name ${FILE} NAME)
message("${name}: ${raw} bytes, ${zipped} gzipped")
