/// \file
/// Reads the coordinates of a point one after another, and writes them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "../base/elementary.hpp"
#include "../base/error.hpp"
#include "domain.hpp"
#include "parameter.hpp"
#include "point.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// Whether values beyond a parameter's bounds are refused, or given coordinates outside [0, 1].
enum class bounds : unsigned char { kept, ignored };

namespace detail {

// Reads the coordinates of a point one after another.
struct point_reader {
  const domain& space;
  const point& from;
  std::size_t next = 0;

  double take() {
    const std::size_t i = next++;
    return space.natural(from, i);
  }
  std::size_t take_level() {
    const std::size_t i = next++;
    return detail::to_size(space[i].level(from.unit[i]));
  }
  void skip(std::size_t count) { next += count; }
};

// Writes the coordinates of a point one after another.
class point_writer {
 public:
  point_writer(const domain& space, bounds limits) : space_(space), limits_(limits), to_(space.size()) {
    to_.given.assign(space.size(), 0.0);
  }

  // A number: where its coordinate doesn't return it, it is kept beside.
  void put(double natural) {
    const std::size_t i = next_++;
    const parameter& p = space_[i];
    const bool number = elementary::is_finite(natural);
    const bool inside = number && natural >= p.low() && natural <= p.high();
    to_.active[i] = 1;
    to_.unit[i] = number ? p.unit(natural) : 0.0;
    if (inside) {
      to_.unit[i] = p.snap(to_.unit[i]);
      to_.given[i] = p.nearest(natural);
      keeps_given_ = keeps_given_ || p.natural(to_.unit[i]) != to_.given[i];
    } else if (limits_ == bounds::kept || !elementary::is_finite(to_.unit[i]) || !number) {
      fail(i, text(number_text(natural), " given, but the value must lie in [", number_text(p.low()), ", ",
                   number_text(p.high()), "]"));
    }
  }
  void put_level(std::size_t level, bool known) {
    const std::size_t i = next_++;
    to_.active[i] = 1;
    to_.given[i] = static_cast<double>(level);
    if (known)
      to_.unit[i] = space_[i].unit_of_level(level);
    else
      fail(i, "the value given is not among the parameter's values");
  }
  void skip(std::size_t count) { next_ += count; }
  void go_to(std::size_t i) { next_ = i; }
  void fail(std::size_t i, std::string what) {
    if (!error_)
      error_ = error_info{error_code::invalid_config, std::move(what), text("parameter \"", space_[i].name(), "\"")};
  }

  [[nodiscard]] bool failed() const noexcept { return error_.has_value(); }
  [[nodiscard]] const point& so_far() const noexcept { return to_; }
  // The point, or the first error.
  [[nodiscard]] result<point> written() {
    if (error_) return *std::move(error_);
    if (!keeps_given_) to_.given.clear();
    return std::move(to_);
  }

 private:
  const domain& space_;
  bounds limits_;
  point to_;
  std::size_t next_ = 0;
  bool keeps_given_ = false;
  std::optional<error_info> error_;
};

}  // namespace detail

}  // namespace knobless
