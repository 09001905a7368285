// What the front row brings with it, however indirectly. Compiling this file is the test.
#include <knobless/branch.hpp>
#include <knobless/runtime_space.hpp>
#include <knobless/study.hpp>

#if defined(EIGEN_WORLD_VERSION) || defined(BOOST_CONFIG_HPP)
#error "the front row includes Eigen or Boost"
#endif
#if defined(_GLIBCXX_IOSTREAM) || defined(_GLIBCXX_THREAD) || defined(_GLIBCXX_RANDOM) || defined(_GLIBCXX_REGEX)
#error "the front row includes <iostream>, <thread>, <random> or <regex>"
#endif
