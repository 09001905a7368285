#pragma once

#include <algorithm>
#include <limits>

#include "history.hpp"

namespace knobless::inline KNOBLESS_ABI {

// Rows are never moved or changed once written, so snapshots may share them.
struct history::block {
  static constexpr std::size_t capacity = 128;
  explicit block(std::size_t dimensions)
      : rows(capacity), unit(capacity * dimensions), active(capacity * dimensions), reports(capacity) {}
  std::vector<fields> rows;
  std::vector<double> unit;
  std::vector<unsigned char> active;
  std::vector<std::vector<report>> reports;
  std::vector<extras> more;  // no rows at all where no trial has any
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
  observation o{f.number,
                f.state,
                f.has_value,
                f.value,
                f.seconds,
                {b.unit.data() + row * dimensions_, dimensions_},
                {b.active.data() + row * dimensions_, dimensions_}};
  o.inside = f.inside;
  o.feasible = f.feasible;
  if (b.more.empty()) return o;
  const extras& more = b.more[row];
  o.given = more.given;
  o.values = more.values;
  o.limits = more.limits;
  return o;
}

KNOBLESS_INLINE double history::limit(std::size_t i, std::size_t kind) const noexcept {
  const observation o = (*this)[i];
  if (kind < o.limits.size()) return o.limits[kind];
  const bool kept = o.state == trial_state::complete && !(*kinds_)[kind].graded;
  return kept ? -1.0 : std::numeric_limits<double>::quiet_NaN();
}

KNOBLESS_INLINE void history::forget(std::size_t number) {
  for (std::size_t i = 0; i < pending_.size(); ++i)
    if (pending_[i].number == number) {
      pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
}

KNOBLESS_INLINE void history::make_room(bool with_extras) {
  const std::size_t row = size_ % block::capacity;
  if (blocks_.size() * block::capacity == size_) {
    auto fresh = std::make_shared<block>(dimensions_);
    if (with_extras) fresh->more.resize(block::capacity);
    blocks_.push_back(std::move(fresh));
  } else if (blocks_.back()->filled != row || (with_extras && blocks_.back()->more.empty())) {
    // A copy of this history appended to the shared block, or may be read just now: go on in our own.
    auto own = std::make_shared<block>(*blocks_.back());
    own->filled = row;
    if (with_extras) own->more.resize(block::capacity);
    blocks_.back() = std::move(own);
  }
}

KNOBLESS_INLINE void history::append(const observation& told, std::vector<report>& reports, extras& more) {
  KNOBLESS_ASSERT(told.unit.size() == dimensions_ && told.active.size() == dimensions_);
  KNOBLESS_ASSERT(more.limits.size() <= limit_kinds().size());
  make_room(!more.empty());
  const std::size_t row = size_ % block::capacity;
  block& b = *blocks_.back();
  b.rows[row] = {told.number, told.value, told.seconds, told.state, told.has_value, told.inside, told.feasible};
  for (std::size_t k = 0; k < dimensions_; ++k) {
    b.unit[row * dimensions_ + k] = told.unit[k];
    b.active[row * dimensions_ + k] = told.active[k];
  }
  b.reports[row] = std::move(reports);
  if (!more.values.empty()) objectives_ = more.values.size();
  if (!b.more.empty()) b.more[row] = std::move(more);
  b.filled = row + 1;
  if (told.state == trial_state::failed) ++failures_;
  if (told.state == trial_state::complete) {
    ++complete_;
    const bool good = told.inside && told.feasible;
    if (good) ++feasible_;
    const bool one = objectives_ == 1;
    if (good && one && (!best_ || told.value < blocks_[*best_ / block::capacity]->rows[*best_ % block::capacity].value))
      best_ = size_;
  }
  ++size_;
}

KNOBLESS_INLINE const pending_trial* history::find_pending(std::size_t number) const noexcept {
  // Asked in rising order.
  const auto at = std::lower_bound(pending_.begin(), pending_.end(), number,
                                   [](const pending_trial& p, std::size_t n) { return p.number < n; });
  return at != pending_.end() && at->number == number ? &*at : nullptr;
}

}  // namespace knobless
