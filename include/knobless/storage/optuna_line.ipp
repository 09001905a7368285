#pragma once

#include "optuna_line.hpp"

#include <array>
#include <cstddef>

#include "line_sum.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {
namespace journal_format {

inline std::string_view to_string(state s) noexcept {
  constexpr std::string_view names[] = {"running", "complete", "pruned", "failed", "waiting"};
  return names[static_cast<std::size_t>(s)];
}

inline std::string opened(operation what, std::string_view worker) {
  return text("{\"op_code\":", std::to_string(static_cast<int>(what)), ",\"worker_id\":\"", worker,
              "\",\"knobless:line\":", std::to_string(version));
}

inline void seal(std::string& text, std::size_t from) {
  const std::array<char, sum_digits> sum = line_sum(std::string_view(text).substr(from));
  text += sum_key;
  text.append(sum.data(), sum.size());
  text += "\"}\n";
}

inline std::string sealed(std::string line) {
  seal(line);
  return line;
}

}  // namespace journal_format
}  // namespace knobless::detail
