/// \file
/// Values that no model of a smooth function should see.
#pragma once

#include <cstddef>
#include <vector>

#include "../base/config.hpp"
#include "../record/history.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// Which of these rows of a history are strays: at most a quarter of the complete ones, whose values lie a hundred times
/// farther from the median than all others, up or down, and whose nearest neighbours are no oftener such than chance
/// would have it. A sensor that fails now and then gives those. A wall is not one: there neighbours are alike. A single value that is
/// far below all others may be the optimum: it is one only where `lone_low` says so. In the order of the rows; empty
/// with fewer than 8 complete ones. O(n log n), and O(strays n d) where some lie so far.
[[nodiscard]] std::vector<std::size_t> strays(const history& seen, const std::vector<std::size_t>& rows,
                                              bool lone_low = false);
/// The same of all rows.
[[nodiscard]] std::vector<std::size_t> strays(const history& seen);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "strays.ipp"
#endif
