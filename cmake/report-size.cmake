# cmake -D FILE=… -P report-size.cmake: one line with a module's size as it is and as it is uploaded.
file(SIZE ${FILE} raw)
execute_process(COMMAND gzip -9 -c ${FILE} OUTPUT_FILE ${FILE}.gz COMMAND_ERROR_IS_FATAL ANY)
file(SIZE ${FILE}.gz zipped)
file(REMOVE ${FILE}.gz)
get_filename_component(name ${FILE} NAME)
message("${name}: ${raw} bytes, ${zipped} gzipped")
