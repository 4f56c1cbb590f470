# The simulator: a library, its tests, and the program that `./dev sim` runs.
troupe_sources(sources tests/simulation)
set(main "${CMAKE_CURRENT_SOURCE_DIR}/simulation/program/main.cpp")
list(REMOVE_ITEM sources "${main}")
list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
troupe_library(troupe_simulation ${sources})
# It is run a thousand times: optimized in every build but the sanitized ones.
if(NOT TROUPE_SANITIZE)
  target_compile_options(troupe_simulation PRIVATE -O2)
else()
  # It looks into mailboxes, whose lists in CAF's headers end in a sentinel that
  # they cast to an element.
  set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/simulation/world.cpp"
    PROPERTIES COMPILE_OPTIONS -fno-sanitize=vptr)
endif()
target_link_libraries(troupe_simulation PUBLIC troupe)
troupe_program(simulate tests "${main}")
target_link_libraries(simulate PRIVATE troupe_simulation)
troupe_unit_tests(simulation simulation ONLY_TESTS
  LIBRARIES troupe_simulation)

# What `./dev test` runs of it. A sanitized build only has a look.
set(seeds 500)
if(TROUPE_SANITIZE)
  set(seeds 20)
endif()
add_test(NAME simulation.seeds COMMAND simulate --seeds ${seeds})
set_tests_properties(simulation.seeds PROPERTIES
  LABELS unit TIMEOUT 300 PROCESSORS 2)
add_dependencies(unit_tests simulate)
