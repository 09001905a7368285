/// \file
/// A summary as the JSON that pages and plots read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../base/config.hpp"
#include "summary.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

/// A string of JSON that may stand within a page: `<`, `>`, `&` and what ends lines are escaped, and what is no UTF-8 is replaced.
[[nodiscard]] std::string page_string(std::string_view text);

/// Which trials a page shows, as ascending indices: all, or `most`, among them the best so far, the front, those that run, and the
/// first and last values of each objective, of each parameter and of time; and an even share of the others. O(d trials).
[[nodiscard]] std::vector<std::size_t> shown_trials(const search_summary& all, std::size_t most);

/// Everything that the charts of report/charts.js show. Numbers have the digits of the CSV. Of more than 10,000 trials those of
/// shown_trials(), of more than 200 curves the best and an even share. O(d trials).
[[nodiscard]] std::string page_data(const search_summary& all);

}  // namespace knobless::detail

#ifndef KNOBLESS_COMPILED
#include "page_data.ipp"
#endif
