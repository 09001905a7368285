// A family of objectives to tune a tuner on: as many as wanted, each named by a kind and a seed, the same for ever, some
// microseconds an evaluation. None of them is a function of a published collection.
//
// A surface is a function on [0, 1]^n, smooth or not; a space decides what its coordinates are called, on which scale and on
// which grid they are; categories move and lift the surface. The best value is the lowest that a long search saw (20000
// uniform points, then CMA-ES from the best 100 of them, then single steps of all lengths from the best), so that
//   regret = (value - best) / (median of the uniform points - best)
// compares objectives.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <knobless/knobless.hpp>

namespace generated {

using knobless::point;
using surface = std::function<double(const std::vector<double>&)>;

// ---- Draws -----------------------------------------------------------------------------------------------------------

inline double between(knobless::random_stream& rng, double low, double high) {
  return low + (high - low) * rng.uniform();
}
inline double between_logs(knobless::random_stream& rng, double low, double high) {
  return low * std::pow(high / low, rng.uniform());
}
inline std::size_t one_of(knobless::random_stream& rng, std::size_t low, std::size_t high) {
  return low + static_cast<std::size_t>(rng.below(high - low + 1));
}
inline bool chance(knobless::random_stream& rng, double odds) { return rng.uniform() < odds; }

// Where a person who chose the bounds may have the optimum: inside, rather in the middle.
inline double likely(knobless::random_stream& rng) { return std::clamp(0.5 + 0.22 * rng.normal(), 0.03, 0.97); }

// ---- Surfaces --------------------------------------------------------------------------------------------------------

// So that the median of some points is 1 above the lowest of them.
inline surface normalised(surface f, knobless::random_stream& rng, std::size_t n) {
  std::vector<double> values;
  std::vector<double> x(n);
  for (int i = 0; i < 500; ++i) {
    for (double& u : x) u = rng.uniform();
    values.push_back(f(x));
  }
  std::sort(values.begin(), values.end());
  const double low = values.front();
  const double unit = std::max(values[values.size() / 2] - low, 1e-12);
  return [f = std::move(f), low, unit](const std::vector<double>& at) { return (f(at) - low) / unit; };
}

// A draw from a Gaussian process (random Fourier features: Rahimi and Recht, NIPS 2007; Matern 5/2 or squared exponential) on
// a bowl. Some coordinates may not matter; values may be bent, so that there is a flat floor and a steep wall.
inline surface field(knobless::random_stream& rng, std::size_t n) {
  constexpr std::size_t features = 96;
  std::vector<double> rate(n);
  std::vector<double> centre(n);
  std::vector<double> depth(n);
  const double roughness = between_logs(rng, 2.0, 8.0) / std::sqrt(static_cast<double>(n));
  const double bowl = chance(rng, 0.3) ? 0.0 : between_logs(rng, 0.5, 8.0);
  for (std::size_t k = 0; k < n; ++k) {
    const double weight = n > 1 && chance(rng, 0.25) ? 0.0 : std::exp(0.5 * rng.normal());
    rate[k] = roughness * weight;
    centre[k] = likely(rng);
    depth[k] = bowl * weight;
  }
  const bool matern = chance(rng, 0.6);
  std::vector<double> frequency;
  std::vector<double> phase;
  std::vector<double> amplitude;
  for (std::size_t f = 0; f < features; ++f) {
    double stretch = 1.0;
    if (matern) {
      double chi = 0.0;
      for (int i = 0; i < 5; ++i) {
        const double z = rng.normal();
        chi += z * z;
      }
      stretch = std::sqrt(5.0 / chi);
    }
    for (std::size_t k = 0; k < n; ++k) frequency.push_back(rate[k] * stretch * rng.normal());
    phase.push_back(between(rng, 0.0, 6.283185307179586));
    amplitude.push_back(rng.normal() * std::sqrt(2.0 / static_cast<double>(features)));
  }
  const double bend = chance(rng, 0.4) ? between(rng, 0.3, 1.2) : 0.0;
  return [=](const std::vector<double>& x) {
    double sum = 0.0;
    for (std::size_t f = 0; f < features; ++f) {
      double angle = phase[f];
      for (std::size_t k = 0; k < n; ++k) angle += frequency[f * n + k] * x[k];
      sum += amplitude[f] * std::cos(angle);
    }
    for (std::size_t k = 0; k < n; ++k) sum += depth[k] * (x[k] - centre[k]) * (x[k] - centre[k]);
    return bend > 0.0 ? std::exp(bend * std::min(sum, 50.0)) : sum;
  };
}

// The loss of a net after training, by its learning rate (0), width (1), depth (2), decay (3), batch size (4), dropout (5) and
// whatever else does little: a power law on the slow side of the best learning rate, a cliff to the level of chance on the
// other; capacity and regularisation move both.
inline surface net(knobless::random_stream& rng, std::size_t n) {
  struct {
    double best_rate, by_width, by_depth, by_batch, slow, fast, cliff, steep;
    double capacity, width_law, depth_law, overfit, decay_scale, dropout_cost, depth_best, chance_level, floor;
  } c;
  c.best_rate = between(rng, 0.35, 0.75);
  c.by_width = between(rng, 0.0, 0.2);
  c.by_depth = between(rng, 0.0, 0.15);
  c.by_batch = between(rng, 0.0, 0.15);
  c.slow = between_logs(rng, 1.0, 8.0);
  c.fast = between_logs(rng, 2.0, 20.0);
  c.cliff = between(rng, 0.08, 0.3);
  c.steep = between_logs(rng, 30.0, 300.0);
  c.capacity = between_logs(rng, 0.2, 1.5);
  c.width_law = between(rng, 0.5, 2.5);
  c.depth_law = between(rng, 0.3, 1.5);
  c.overfit = between_logs(rng, 0.05, 0.8);
  c.decay_scale = between(rng, 0.3, 0.8);
  c.dropout_cost = between(rng, 0.1, 0.8);
  c.depth_best = likely(rng);
  c.chance_level = between(rng, 1.5, 3.0);
  c.floor = between_logs(rng, 0.02, 0.5);
  std::vector<double> little;
  std::vector<double> at;
  for (std::size_t k = 0; k < n; ++k) {
    little.push_back(k < 6 ? 0.0 : between_logs(rng, 0.01, 0.3));
    at.push_back(likely(rng));
  }
  return [=](const std::vector<double>& x) {
    const auto get = [&](std::size_t k, double otherwise) { return k < n ? x[k] : otherwise; };
    const double width = get(1, 0.5);
    const double depth = get(2, 0.4);
    const double decay = get(3, 0.5);
    const double batch = get(4, 0.5);
    const double dropout = get(5, 0.2);
    const double best = c.best_rate - c.by_width * width - c.by_depth * depth + c.by_batch * batch;
    const double off = x[0] - best;
    double loss = c.floor;
    loss += off < 0.0 ? 0.3 * c.slow * std::pow(-off, 1.5) : c.fast * off * off;
    loss += c.capacity * std::exp(-c.width_law * width - c.depth_law * depth) * (1.0 + c.dropout_cost * dropout);
    loss += c.overfit * std::exp(1.5 * width - 2.0 * dropout) * (decay - c.decay_scale) * (decay - c.decay_scale);
    loss += 0.5 * (depth - c.depth_best) * (depth - c.depth_best);
    for (std::size_t k = 6; k < n; ++k) loss += little[k] * std::abs(x[k] - at[k]);
    // Never worse than chance, and no better beyond the cliff.
    loss = c.chance_level * std::tanh(loss / c.chance_level);
    const double diverged = 1.0 / (1.0 + std::exp(-c.steep * (off - c.cliff)));
    return loss + diverged * (c.chance_level - loss);
  };
}

// An ellipsoid, a curved valley or a few basins, in coordinates that are turned and stretched.
inline surface valley(knobless::random_stream& rng, std::size_t n) {
  const std::size_t form = one_of(rng, 0, 2);
  const std::size_t basins = form == 2 ? one_of(rng, 2, 6) : 1;
  const double condition = between_logs(rng, 3.0, 3000.0);
  const double exponent = form == 0 && chance(rng, 0.4) ? 0.5 : 1.0;
  std::vector<double> centre;
  std::vector<double> rise;
  std::vector<double> size;
  for (std::size_t b = 0; b < basins; ++b) {
    for (std::size_t k = 0; k < n; ++k) centre.push_back(b == 0 ? likely(rng) : rng.uniform());
    rise.push_back(b == 0 ? 0.0 : between_logs(rng, 0.03, 0.6));
    size.push_back(b == 0 ? 1.0 : between_logs(rng, 0.3, 3.0));
  }
  // Rows: an orthonormal basis (Gram and Schmidt), or the axes.
  std::vector<double> basis(n * n, 0.0);
  const bool turned = chance(rng, 0.7);
  for (std::size_t i = 0; i < n; ++i) {
    double* row = &basis[i * n];
    for (std::size_t k = 0; k < n; ++k) row[k] = turned ? rng.normal() : (i == k ? 1.0 : 0.0);
    for (std::size_t j = 0; j < i; ++j) {
      double along = 0.0;
      for (std::size_t k = 0; k < n; ++k) along += row[k] * basis[j * n + k];
      for (std::size_t k = 0; k < n; ++k) row[k] -= along * basis[j * n + k];
    }
    double length = 0.0;
    for (std::size_t k = 0; k < n; ++k) length += row[k] * row[k];
    for (std::size_t k = 0; k < n; ++k) row[k] /= std::sqrt(length);
  }
  std::vector<double> stretch;
  for (std::size_t i = 0; i < n; ++i)
    stretch.push_back(n == 1 ? 1.0 : std::pow(condition, static_cast<double>(i) / static_cast<double>(n - 1)));
  const double curve = between(rng, 0.5, 2.0);
  return [=](const std::vector<double>& x) {
    double least = 1e300;
    for (std::size_t b = 0; b < basins; ++b) {
      double sum = 0.0;
      double before = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        double z = 0.0;
        for (std::size_t k = 0; k < n; ++k) z += basis[i * n + k] * (x[k] - centre[b * n + k]);
        // The valley's floor bends from coordinate to coordinate.
        const double t = form == 1 && i > 0 ? z - curve * before * before : z;
        sum += stretch[i] * t * t;
        before = z;
      }
      least = std::min(least, rise[b] + size[b] * std::pow(sum, exponent));
    }
    return least;
  };
}

// ---- Objectives ------------------------------------------------------------------------------------------------------

enum class kind { field, net, valley, mixed, table, noisy, conditional };
inline constexpr std::array<kind, 7> kinds{kind::field, kind::net,   kind::valley,     kind::mixed,
                                           kind::table, kind::noisy, kind::conditional};
inline constexpr std::array<const char*, 7> names{"field", "net", "valley", "mixed", "table", "noisy", "conditional"};

class objective {
 public:
  objective(kind what, std::uint64_t seed) : what_(what), rng_(seed, 1000 + static_cast<std::uint64_t>(what)) {
    salt_ = rng_();
    switch (what) {
      case kind::field:
        draw_reals(one_of(rng_, 1, 12));
        draw_part(field(rng_, numeric_.size()), 0.0);
        break;
      case kind::net:
        draw_net();
        break;
      case kind::valley:
        draw_reals(one_of(rng_, 2, 10));
        draw_part(valley(rng_, numeric_.size()), 0.0);
        break;
      case kind::mixed:
        draw_mixed();
        break;
      case kind::table:
        draw_table();
        break;
      case kind::noisy:
        draw_noisy();
        break;
      case kind::conditional:
        draw_conditional();
        break;
    }
    space_ = builder_.build().shared_domain();
    search_long();
  }

  [[nodiscard]] const std::shared_ptr<const knobless::domain>& space() const noexcept { return space_; }
  [[nodiscard]] double best() const noexcept { return best_; }
  [[nodiscard]] double median() const noexcept { return median_; }
  [[nodiscard]] bool noisy() const noexcept { return additive_ > 0.0 || multiplicative_ > 0.0; }

  // Without noise. The point must be complete.
  [[nodiscard]] double operator()(const point& p) const {
    const part& of = parts_[branch_ ? space_->operator[](*branch_).level(p.unit[*branch_]) : 0];
    std::vector<double> x;
    for (const std::size_t k : of.numeric) x.push_back(p.unit[k]);
    double lift = of.lift;
    for (const category& c : categories_) {
      const auto level = static_cast<std::size_t>((*space_)[c.dimension].level(p.unit[c.dimension]));
      lift += c.lift[level];
      for (std::size_t k = 0; k < x.size(); ++k) x[k] += c.shift[level][k % c.shift[level].size()];
    }
    double value = of.f(x) + lift;
    if (cell_ > 0.0) value += cell_ * knobless::random_stream(salt_, knobless::detail::point_hash(p)).normal();
    return value;
  }
  // What an evaluation answers: evaluation number `repetition` of run `run`.
  [[nodiscard]] double answer(const point& p, std::uint64_t run, std::uint64_t repetition) const {
    const double value = (*this)(p);
    if (!noisy()) return value;
    knobless::random_stream rng(salt_ ^ run, repetition);
    const double unit = median_ - best_;
    return value + additive_ * unit * rng.normal() +
           multiplicative_ * std::max(value - best_, 0.1 * unit) * rng.normal();
  }
  [[nodiscard]] double regret(double value) const { return (value - best_) / (median_ - best_); }

 private:
  struct part {
    surface f;
    std::vector<std::size_t> numeric;
    double lift;
  };
  struct category {
    std::size_t dimension;
    std::vector<double> lift;
    std::vector<std::vector<double>> shift;
  };

  [[nodiscard]] static std::string name(const char* stem, std::size_t k) {
    return std::string(stem) + std::to_string(k);
  }

  void draw_reals(std::size_t n) {
    for (std::size_t k = 0; k < n; ++k) draw_real(chance(rng_, 0.5), {});
  }
  void draw_real(bool log, const knobless::active_when& condition) {
    if (log)
      builder_.real(name("x", count_), {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}, condition);
    else
      builder_.real(name("x", count_), {.low = -1.0, .high = 3.0}, condition);
    numeric_.push_back(count_++);
  }
  void draw_integer(std::int64_t levels, bool log, const knobless::active_when& condition = {}) {
    builder_.integer(name("x", count_),
                     {.low = 1, .high = levels, .scale = log ? knobless::scaling::log : knobless::scaling::linear},
                     condition);
    numeric_.push_back(count_++);
  }
  void draw_numeric(const knobless::active_when& condition = {}) {
    const double u = rng_.uniform();
    if (u < 0.5)
      draw_real(chance(rng_, 0.5), condition);
    else if (u < 0.8)
      draw_integer(static_cast<std::int64_t>(one_of(rng_, 3, 12)), false, condition);
    else
      draw_integer(static_cast<std::int64_t>(between_logs(rng_, 50.0, 2000.0)), true, condition);
  }
  void draw_category(std::size_t levels) {
    category c;
    c.dimension = count_;
    std::vector<std::string> labels;
    const double matters = between_logs(rng_, 0.05, 0.8);
    for (std::size_t l = 0; l < levels; ++l) {
      labels.push_back(name("is", l));
      c.lift.push_back(matters * std::abs(rng_.normal()));
      std::vector<double> shift;
      for (int k = 0; k < 12; ++k) shift.push_back(0.3 * matters * rng_.normal());
      c.shift.push_back(std::move(shift));
    }
    builder_.choice(name("c", count_++), std::move(labels));
    categories_.push_back(std::move(c));
  }
  void draw_part(surface f, double lift) {
    parts_.push_back({normalised(std::move(f), rng_, numeric_.size()), numeric_, lift});
  }
  [[nodiscard]] surface any_surface(std::size_t n) {
    const double u = rng_.uniform();
    return u < 0.5 ? field(rng_, n) : (u < 0.75 ? net(rng_, n) : valley(rng_, n));
  }

  void draw_net() {
    const std::size_t n = one_of(rng_, 2, 9);
    for (std::size_t k = 0; k < n; ++k) {
      if (k == 1)
        draw_integer(1024, true);
      else if (k == 2)
        draw_integer(static_cast<std::int64_t>(one_of(rng_, 3, 10)), false);
      else if (k == 4)
        draw_integer(256, true);
      else
        draw_real(k != 5, {});
    }
    draw_part(net(rng_, n), 0.0);
  }
  void draw_mixed() {
    const std::size_t n = one_of(rng_, 2, 7);
    for (std::size_t k = 0; k < n; ++k) draw_numeric();
    draw_part(any_surface(n), 0.0);
    for (std::size_t k = one_of(rng_, 1, 3); k > 0; --k) draw_category(one_of(rng_, 2, 5));
  }
  // A grid that was measured once: each cell a little off, each measurement another.
  void draw_table() {
    const std::size_t n = one_of(rng_, 2, 5);
    for (std::size_t k = 0; k < n; ++k) draw_integer(static_cast<std::int64_t>(one_of(rng_, 3, 9)), false);
    draw_part(any_surface(n), 0.0);
    for (std::size_t k = one_of(rng_, 0, 3); k > 0; --k) draw_category(one_of(rng_, 2, 4));
    cell_ = between_logs(rng_, 0.003, 0.06);
    additive_ = chance(rng_, 0.3) ? 0.0 : between_logs(rng_, 0.003, 0.06);
  }
  void draw_noisy() {
    const double u = rng_.uniform();
    if (u < 0.3) {
      draw_net();
    } else if (u < 0.5) {
      draw_mixed();
    } else {
      draw_reals(one_of(rng_, 2, 8));
      draw_part(chance(rng_, 0.6) ? field(rng_, numeric_.size()) : valley(rng_, numeric_.size()), 0.0);
    }
    (chance(rng_, 0.6) ? additive_ : multiplicative_) = between_logs(rng_, 0.02, 0.3);
  }
  // Shared parameters, and a surface for each branch over these and its own; the branches differ in their depth.
  void draw_conditional() {
    const std::size_t branches = one_of(rng_, 2, 4);
    branch_ = count_;
    std::vector<std::string> labels;
    for (std::size_t b = 0; b < branches; ++b) labels.push_back(name("way", b));
    builder_.choice(name("b", count_++), labels);
    for (std::size_t k = one_of(rng_, 1, 3); k > 0; --k) draw_numeric();
    const std::vector<std::size_t> shared = numeric_;
    for (std::size_t b = 0; b < branches; ++b) {
      numeric_ = shared;
      for (std::size_t k = one_of(rng_, 0, 4); k > 0; --k) draw_numeric({"b0", {labels[b]}});
      draw_part(any_surface(numeric_.size()), between(rng_, 0.0, 0.6));
    }
  }

  void search_long() {
    struct seen {
      double value;
      point where;
    };
    std::vector<seen> all;
    knobless::random_stream rng(salt_, 1);
    for (int i = 0; i < 20000; ++i) {
      point p = knobless::detail::uniform_point(*space_, rng);
      const double value = (*this)(p);
      all.push_back({value, std::move(p)});
    }
    const auto lower = [](const seen& a, const seen& b) { return a.value < b.value; };
    std::nth_element(all.begin(), all.begin() + 10000, all.end(), lower);
    median_ = all[10000].value;
    std::partial_sort(all.begin(), all.begin() + 100, all.end(), lower);
    knobless::study_core study(space_, knobless::cma_es{}, {.seed = salt_});
    for (std::size_t i = 0; i < 100; ++i) study.add(all[i].where, all[i].value);
    seen best = std::move(all.front());
    for (int i = 0; i < 4000; ++i) {
      const auto next = study.ask();
      if (!next) break;
      const double value = (*this)(next.value().where);
      study.tell(next.value().number, value);
      if (value < best.value) best = {value, next.value().where};
    }
    for (int i = 0; i < 4000; ++i) {
      point p = best.where;
      for (std::size_t k = 0; k < p.size(); ++k) {
        if (chance(rng, 0.6)) continue;
        p.unit[k] = (*space_)[k].numeric() ? p.unit[k] + std::pow(10.0, between(rng, -6.0, -0.3)) * rng.normal()
                                           : rng.uniform();
        p.unit[k] = std::clamp(p.unit[k], 0.0, 1.0);
      }
      space_->complete(p);
      const double value = (*this)(p);
      if (value < best.value) best = {value, std::move(p)};
    }
    best_ = best.value;
    median_ = std::max(median_, best_ + 1e-9);
  }

  kind what_;
  knobless::random_stream rng_;
  std::uint64_t salt_ = 0;
  knobless::runtime_space_builder builder_;
  std::size_t count_ = 0;             // parameters so far
  std::vector<std::size_t> numeric_;  // those of the part that is being drawn
  std::vector<part> parts_;
  std::vector<category> categories_;
  std::optional<std::size_t> branch_;
  double cell_ = 0.0;            // deviation of each cell of a table
  double additive_ = 0.0;        // noise, in units of median - best
  double multiplicative_ = 0.0;  // noise, in units of value - best
  std::shared_ptr<const knobless::domain> space_;
  double best_ = 0.0;
  double median_ = 1.0;
};

}  // namespace generated
