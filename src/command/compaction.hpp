/// \file
/// A journal without what is of no effect any more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <knobless/storage/line_reader.hpp>
#include <knobless/storage/line_sum.hpp>
#include <knobless/storage/optuna_contents.hpp>

namespace knobless_command {

namespace jf = knobless::detail::journal_format;

// The line with another number behind a key of the outermost object: no text and no inner object is looked into.
[[nodiscard]] inline std::string with_number(std::string_view line, std::string_view key, std::uint64_t number) {
  int depth = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    const std::size_t begin = ++i;
    for (; i < line.size() && line[i] != '"'; ++i) i += line[i] == '\\' ? 1U : 0U;
    if (i >= line.size()) break;
    if (depth != 1 || line.substr(begin, i - begin) != key) continue;
    std::size_t first = line.find_first_not_of(' ', i + 1);
    if (first == std::string_view::npos || line[first] != ':') continue;  // a value of that text
    first = line.find_first_not_of(' ', first + 1);
    const std::size_t last = (std::min)(line.find_first_not_of("0123456789", first), line.size());
    std::string out(line.substr(0, first));
    out += std::to_string(number);
    return out.append(line.substr(last));
  }
  return std::string(line);
}

// The same line, of another study or trial: one of ours gets the checksum that it then has.
[[nodiscard]] inline std::string renumbered(std::string_view line, std::string_view key, std::uint64_t number) {
  if (jf::seal_of(line) != jf::seal_state::whole) return with_number(line, key, number) + '\n';
  const std::size_t tail = jf::sum_key.size() + jf::sum_digits + 2;
  return jf::sealed(with_number(line.substr(0, line.size() - tail), key, number));
}

// Takes the lines of a journal in their order, and gives those that still have an effect in the same order: a search goes on from
// them as from all. Ids of studies and trials count what is left.
class compaction {
 public:
  void take(std::string_view line, jf::line&& read) {
    const jf::contents::change done = all_.apply(std::move(read));
    if (done.happened && done.what != jf::operation::delete_study) lines_.push_back({done, std::string(line)});
  }

  [[nodiscard]] std::string text() const {
    std::string out;
    std::vector<std::uint64_t> study_ids(all_.studies().size());
    std::vector<std::uint64_t> trial_ids(all_.trials().size());
    std::uint64_t studies = 0;
    std::uint64_t trials = 0;
    for (const auto& [done, line] : lines_) {
      if (all_.studies()[done.study].deleted) continue;
      switch (done.what) {
        case jf::operation::create_study:
          study_ids[done.study] = studies++;
          out += line + '\n';
          break;
        case jf::operation::study_user_attr:
        case jf::operation::study_system_attr:
          out += renumbered(line, "study_id", study_ids[done.study]);
          break;
        case jf::operation::create_trial:
          trial_ids[done.trial] = trials++;
          out += renumbered(line, "study_id", study_ids[done.study]);
          break;
        default:
          out += renumbered(line, "trial_id", trial_ids[done.trial]);
          break;
      }
    }
    return out;
  }

 private:
  struct effective_line {
    jf::contents::change done;
    std::string line;
  };
  jf::contents all_;
  std::vector<effective_line> lines_;
};

}  // namespace knobless_command
