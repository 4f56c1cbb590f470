# The clients and workers that compare Troupe with others: each <stem>.cpp here
# is the program bench_peer_<stem>. Those that need a library which is not
# installed are left out; the peer's script then says so.

find_library(HIREDIS_LIBRARY hiredis)
find_library(RABBITMQ_LIBRARY rabbitmq)
set(peer_redis_library "${HIREDIS_LIBRARY}")
set(peer_rabbitmq_library "${RABBITMQ_LIBRARY}")

file(GLOB peers CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
foreach(source IN LISTS peers)
  cmake_path(GET source STEM stem)
  set(library "")
  if(DEFINED peer_${stem}_library)
    set(library "${peer_${stem}_library}")
    if(NOT library)
      message(STATUS "No library for bench_peer_${stem}, left out")
      continue()
    endif()
  endif()
  troupe_program(bench_peer_${stem} bench "${source}")
  target_link_libraries(bench_peer_${stem} PRIVATE
    troupe_runtime Boost::program_options "${JEMALLOC_LIBRARY}" ${library})
  # The tests run them, too.
  if(NOT TROUPE_TESTS)
    set_target_properties(bench_peer_${stem} PROPERTIES EXCLUDE_FROM_ALL TRUE)
  endif()
  if(TARGET bench)
    add_dependencies(bench bench_peer_${stem})
  endif()
endforeach()
