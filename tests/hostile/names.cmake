# The public names of knobless are no names of the C library, of POSIX or of std: `using namespace std; using namespace knobless;`
# in one program makes none of them ambiguous. What is a function here may be one there: the arguments tell them apart.
#   COMPILER, SOURCE, SCRATCH
cmake_minimum_required(VERSION 3.23)
file(GLOB_RECURSE headers ${SOURCE}/include/knobless/*.hpp)
set(types)
set(functions)
foreach(header IN LISTS headers)
  file(STRINGS ${header} lines)
  set(public OFF)
  # Whoever opens the namespace has its name: from config.hpp, or from a header that has.
  if("${lines}" MATCHES "namespace knobless" AND NOT header MATCHES "/config.hpp$" AND NOT "${lines}" MATCHES "#include \"[^\"]+hpp\"")
    message(FATAL_ERROR "${header} includes no other header of knobless: KNOBLESS_ABI may be missing")
  endif()
  foreach(line IN LISTS lines)
    if(line MATCHES "^namespace knobless(.*) {$")
      string(COMPARE EQUAL "${CMAKE_MATCH_1}" "::inline KNOBLESS_ABI" public)
      if(NOT line MATCHES "^namespace knobless::inline KNOBLESS_ABI(::[a-z:]+)? {$")
        message(FATAL_ERROR "${header}: everything is in the inline namespace KNOBLESS_ABI, not so `${line}`")
      endif()
    elseif(line MATCHES "^namespace detail")
      set(public OFF)
    elseif(line MATCHES "^}  // namespace detail")
      set(public ON)
    elseif(NOT public)
      continue()
    elseif(line MATCHES "^(class|struct|enum class|concept|using) (\\[\\[nodiscard\\]\\] )?([a-z_0-9]+)")
      list(APPEND types ${CMAKE_MATCH_3})
    elseif(line MATCHES "^inline (constexpr|const) [a-z_]+ ([a-z_0-9]+)[{ =]")
      list(APPEND types ${CMAKE_MATCH_2})
    elseif(line MATCHES "^[a-z\\[][^=({]*[ *&>]([a-z_0-9]+)\\(")
      list(APPEND functions ${CMAKE_MATCH_1})
    endif()
  endforeach()
endforeach()
list(REMOVE_DUPLICATES types)
# Three are names of std or POSIX as well, and everybody's words for what they mean: a program that opens both namespaces writes
# knobless::exception, knobless::error_code and knobless::group.
set(shared exception error_code group)
list(REMOVE_DUPLICATES functions)
list(REMOVE_ITEM types ${shared})
list(REMOVE_ITEM functions ${shared})

set(program [[
#include <any_system_headers.hpp>
namespace ours {
struct argument {};
]])
foreach(name IN LISTS types)
  string(APPEND program "struct ${name} {};\n")
endforeach()
foreach(name IN LISTS functions)
  string(APPEND program "int ${name}(argument, argument, argument);\n")
endforeach()
string(APPEND program "}\nusing namespace std;\nusing namespace ours;\n")
foreach(name IN LISTS types)
  string(APPEND program "using is_${name} = ${name};\n")
endforeach()
foreach(name IN LISTS functions)
  string(APPEND program "using is_${name} = decltype(${name}(argument{}, argument{}, argument{}));\n")
endforeach()
file(WRITE ${SCRATCH}/names.cpp "${program}")

# Everything that the standard library and POSIX declare, as far as this system has it.
set(system_headers)
foreach(name IN ITEMS
    algorithm any array atomic barrier bit bitset cctype cerrno cfenv charconv chrono cinttypes clocale cmath compare complex
    concepts condition_variable coroutine csetjmp csignal cstddef cstdint cstdio cstdlib cstring ctime cwchar cwctype deque
    exception filesystem format forward_list fstream functional future initializer_list iomanip ios iostream iterator latch
    limits list locale map memory memory_resource mutex new numbers numeric optional queue random ranges ratio regex
    scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string
    string_view syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
    variant vector version aio.h alloca.h arpa/inet.h assert.h cpio.h ctype.h dirent.h dlfcn.h err.h errno.h error.h execinfo.h
    fcntl.h fenv.h fnmatch.h ftw.h getopt.h glob.h grp.h iconv.h inttypes.h langinfo.h libgen.h limits.h link.h locale.h malloc.h
    math.h monetary.h mqueue.h net/if.h netdb.h netinet/in.h nl_types.h poll.h pthread.h pwd.h regex.h sched.h search.h
    semaphore.h setjmp.h signal.h spawn.h stdio.h stdlib.h string.h strings.h sys/epoll.h sys/ioctl.h sys/ipc.h sys/mman.h
    sys/msg.h sys/resource.h sys/select.h sys/sem.h sys/shm.h sys/socket.h sys/stat.h sys/statvfs.h sys/time.h sys/times.h
    sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h syslog.h tar.h termios.h time.h uchar.h ulimit.h unistd.h utime.h
    utmpx.h wchar.h wctype.h wordexp.h)
  string(APPEND system_headers "#if __has_include(<${name}>)\n#include <${name}>\n#endif\n")
endforeach()
file(WRITE ${SCRATCH}/any_system_headers.hpp "${system_headers}")

execute_process(
  COMMAND ${COMPILER} -std=c++20 -D_GNU_SOURCE -fsyntax-only -I ${SCRATCH} ${SCRATCH}/names.cpp
  RESULT_VARIABLE status ERROR_VARIABLE output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "names of knobless that others have too:\n${output}")
endif()
list(LENGTH types count)
list(LENGTH functions more)
# A rule that finds nothing would pass.
foreach(name IN ITEMS study scaling bounds any_sampler sampler self failed)
  if(NOT name IN_LIST types)
    message(FATAL_ERROR "'${name}' is not seen among the types and values")
  endif()
endforeach()
foreach(name IN ITEMS minimize real raise choice importance)
  if(NOT name IN_LIST functions)
    message(FATAL_ERROR "'${name}' is not seen among the functions")
  endif()
endforeach()
message("${count} types and values, ${more} functions: none ambiguous")
