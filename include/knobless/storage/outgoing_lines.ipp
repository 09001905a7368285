#pragma once

#include "outgoing_lines.hpp"

namespace knobless::inline KNOBLESS_ABI::detail {

inline outgoing_lines::outgoing_lines(std::string_view worker) {
  using journal_format::operation;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    const auto what = static_cast<operation>(i);
    const bool of_study = what <= operation::create_trial;
    heads_[i] = journal_format::opened(what, worker);
    if (what != operation::create_study) heads_[i] += of_study ? ",\"study_id\":" : ",\"trial_id\":";
  }
}

inline std::string& outgoing_lines::begin(journal_format::operation what, std::size_t number) {
  text_ += heads_[static_cast<std::size_t>(what)];
  lines_.push_back({what, number, text_.size(), 0, std::nullopt});
  return text_;
}

inline void outgoing_lines::end(std::optional<journal_format::state> becomes) {
  lines_.back().end = text_.size();
  lines_.back().becomes = becomes;
}

inline void outgoing_lines::attribute(journal_format::operation what, std::size_t number, const std::string& key,
                                      std::string_view json) {
  using journal_format::operation;
  const bool user = what == operation::study_user_attr || what == operation::trial_user_attr;
  begin(what, number)
      .append(user ? ",\"user_attr\":{" : ",\"system_attr\":{")
      .append(journal_format::json_text(key))
      .append(":")
      .append(json)
      .append("}");
  end();
}

inline void outgoing_lines::drop_first() {
  first_ = lines_.front().end;
  lines_.pop_front();
  if (lines_.empty()) clear();
}

inline void outgoing_lines::drop_last() {
  lines_.pop_back();
  text_.resize(lines_.empty() ? first_ : lines_.back().end);
}

inline void outgoing_lines::clear() noexcept {
  lines_.clear();
  text_.clear();
  first_ = 0;
}

}  // namespace knobless::detail
