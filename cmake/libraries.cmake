# One library a folder of src/. A library sees the ones that it may include, and through them theirs.

set(ISTHMUS_PRODUCTS peerloop chatlink xswarm)

# isthmus_library(folder libraries…): every .cpp below src/<folder> but the tests, which stand beside what they test. A
# product that is not begun has no library.
function(isthmus_library folder)
  set(name isthmus_${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS src/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  if(NOT sources)
    return()
  endif()
  if(folder MATCHES "^(base|crypto|http|json)$")
    set(options isthmus::pipeline_options)
  else()
    set(options isthmus::program_options)
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC ${ARGN} PRIVATE ${options})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
endfunction()

isthmus_library(base)
isthmus_library(json isthmus_base isthmus::simdjson)
isthmus_library(crypto isthmus_base isthmus::mbedtls isthmus::argon2 isthmus::bcrypt isthmus::simdjson)
isthmus_library(ports isthmus_json isthmus_crypto)
isthmus_library(jobs isthmus_ports)
isthmus_library(http isthmus_jobs)
isthmus_library(adapters isthmus_http isthmus::mustache)
foreach(product IN LISTS ISTHMUS_PRODUCTS)
  isthmus_library(${product} isthmus_adapters)
endforeach()

# When the clocks change, as a table for PeerLoop's calendar.
set(zone_data ${PROJECT_BINARY_DIR}/generated/peerloop/scheduling/zone_data.h)
set(zone_names ${PROJECT_SOURCE_DIR}/src/peerloop/scheduling/zone_names.h)
file(READ ${ISTHMUS_TIME_ZONES}/version zone_version)
add_custom_command(OUTPUT ${zone_data}
  COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/zone_data.py ${ISTHMUS_TIME_ZONES}/zoneinfo ${zone_version} ${zone_names}
          ${zone_data}
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/zone_data.py ${ISTHMUS_TIME_ZONES}/version ${zone_names} VERBATIM)
target_sources(isthmus_peerloop PRIVATE ${zone_data})
target_include_directories(isthmus_peerloop PRIVATE ${PROJECT_BINARY_DIR}/generated)
