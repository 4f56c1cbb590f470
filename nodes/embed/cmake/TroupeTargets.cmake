# How every target of this project is built. Sources are found by globbing with
# CONFIGURE_DEPENDS, so that a new file needs no edit of a CMake file.

# Collects all .cpp files below the given folders into `out`.
function(troupe_sources out)
  set(patterns)
  foreach(folder IN LISTS ARGN)
    list(APPEND patterns "${PROJECT_SOURCE_DIR}/${folder}/*.cpp")
  endforeach()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${patterns})
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

# Warnings, sanitizers and the include root, for code of this project only:
# whoever links an installed library inherits none of it.
function(troupe_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow
    $<$<BOOL:${TROUPE_WERROR}>:-Werror>)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  if(TROUPE_SANITIZE)
    # CAF binds null references in its own headers (empty argument tuples).
    set(flags -fsanitize=address,undefined -fno-sanitize=null
        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    # gcc 12 warns of its own <regex> and <variant> when it instruments them.
    target_compile_options(${target} PRIVATE ${flags}
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_link_options(${target} PUBLIC ${flags})
  endif()
endfunction()

# Adds a static library. A folder without sources has no target yet.
function(troupe_library target)
  if(NOT ARGN)
    message(STATUS "No sources for library ${target}, left out")
    return()
  endif()
  add_library(${target} STATIC ${ARGN})
  troupe_compile_options(${target})
endfunction()

# Adds a program that is built to `folder` below the build directory. Sources
# may be empty (see troupe_library), then there is no target.
function(troupe_program target folder)
  if(NOT ARGN)
    message(STATUS "No sources for program ${target}, left out")
    return()
  endif()
  add_executable(${target} ${ARGN})
  troupe_compile_options(${target})
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
endfunction()
