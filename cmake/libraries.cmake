# One library a folder of src/. A library sees the ones that it may include, and through them theirs.

set(ISTHMUS_PRODUCTS peerloop chatlink xswarm)

# isthmus_library(folder libraries…): every .cpp below src/<folder> but the tests, which stand beside what they test.
function(isthmus_library folder)
  set(name isthmus_${folder})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS src/${folder}/*.h)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS src/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${ARGN} PRIVATE isthmus::program_options)
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  elseif(headers)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARGN})
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR}/src)
  elseif(NOT folder IN_LIST ISTHMUS_PRODUCTS)
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARGN})
  endif()
endfunction()

isthmus_library(base)
isthmus_library(json isthmus_base isthmus::simdjson isthmus::nlohmann_json)
<<<<<<< HEAD
isthmus_library(crypto isthmus_json isthmus::mbedtls isthmus::argon2 isthmus::bcrypt)
=======
isthmus_library(crypto isthmus_base isthmus::mbedtls isthmus::argon2 isthmus::bcrypt isthmus::simdjson)
>>>>>>> setup
isthmus_library(ports isthmus_json isthmus_crypto)
isthmus_library(jobs isthmus_ports)
isthmus_library(http isthmus_jobs isthmus::mustache)
isthmus_library(adapters isthmus_http)
foreach(product IN LISTS ISTHMUS_PRODUCTS)
  isthmus_library(${product} isthmus_adapters)
endforeach()
