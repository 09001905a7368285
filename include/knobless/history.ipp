#pragma once

#include "history.hpp"

namespace knobless {

// Rows are never moved or changed once written, so snapshots may share them.
struct history::block {
  static constexpr std::size_t capacity = 128;
  explicit block(std::size_t dimensions)
      : rows(capacity), unit(capacity * dimensions), active(capacity * dimensions), reports(capacity) {}
  std::vector<fields> rows;
  std::vector<double> unit;
  std::vector<unsigned char> active;
  std::vector<std::vector<report>> reports;
  std::size_t filled = 0;
};

KNOBLESS_INLINE history::history(std::size_t dimensions) : dimensions_(dimensions) {}
KNOBLESS_INLINE history::history(const history&) = default;
KNOBLESS_INLINE history::history(history&&) noexcept = default;
KNOBLESS_INLINE history& history::operator=(const history&) = default;
KNOBLESS_INLINE history& history::operator=(history&&) noexcept = default;
KNOBLESS_INLINE history::~history() = default;

KNOBLESS_INLINE std::span<const report> history::reports(std::size_t i) const noexcept {
  return blocks_[i / block::capacity]->reports[i % block::capacity];
}

KNOBLESS_INLINE void history::begin(pending_trial asked) { pending_.push_back(std::move(asked)); }

KNOBLESS_INLINE observation history::operator[](std::size_t i) const noexcept {
  KNOBLESS_ASSERT(i < size_);
  const block& b = *blocks_[i / block::capacity];
  const std::size_t row = i % block::capacity;
  const fields& f = b.rows[row];
  return {f.number,
          f.state,
          f.has_value,
          f.value,
          f.seconds,
          {b.unit.data() + row * dimensions_, dimensions_},
          {b.active.data() + row * dimensions_, dimensions_}};
}

KNOBLESS_INLINE void history::forget(std::size_t number) {
  for (std::size_t i = 0; i < pending_.size(); ++i)
    if (pending_[i].number == number) {
      pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
}

KNOBLESS_INLINE void history::append(const observation& told, std::vector<report> reports, bool inside) {
  KNOBLESS_ASSERT(told.unit.size() == dimensions_ && told.active.size() == dimensions_);
  const std::size_t row = size_ % block::capacity;
  if (row == 0) {
    blocks_.push_back(std::make_shared<block>(dimensions_));
  } else if (blocks_.back()->filled != row) {
    // A copy of this history appended to the shared block: go on in our own.
    blocks_.back() = std::make_shared<block>(*blocks_.back());
  }
  block& b = *blocks_.back();
  b.rows[row] = {told.number, told.value, told.seconds, told.state, told.has_value};
  for (std::size_t k = 0; k < dimensions_; ++k) {
    b.unit[row * dimensions_ + k] = told.unit[k];
    b.active[row * dimensions_ + k] = told.active[k];
  }
  b.reports[row] = std::move(reports);
  b.filled = row + 1;
  if (told.state == trial_state::failed) ++failures_;
  if (told.state == trial_state::complete) {
    ++complete_;
    if (inside && (!best_ || told.value < (*this)[*best_].value)) best_ = size_;
  }
  ++size_;
}

KNOBLESS_INLINE pending_trial* history::find_pending(std::size_t number) noexcept {
  for (pending_trial& p : pending_)
    if (p.number == number) return &p;
  return nullptr;
}

}  // namespace knobless
