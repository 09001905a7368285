// The 24 noiseless functions of BBOB, from their definition: Hansen, Finck, Ros and Auger, Real-parameter black-box
// optimization benchmarking 2009: noiseless functions definitions, INRIA RR-6829. Instances are numbered and seeded as in the
// COCO platform, so that results may be compared with published ones.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <vector>

namespace bbob {

using vector = std::vector<double>;

/// One of the functions, in one instance, on [-5, 5]^d; d >= 2.
class problem {
 public:
  problem(int function, int instance, std::size_t d) : f_(function), d_(d) {
    const long shared = function == 4 ? 3 : function == 18 ? 17 : function;
    const long seed = shared + 10000L * instance;
    best_value_ = offset(shared, instance);
    xopt_ = optimum(seed + (function == 12 ? 1000000 : 0));
    switch (function) {
      case 4:
        for (std::size_t i = 0; i < d; i += 2) xopt_[i] = std::abs(xopt_[i]);
        break;
      case 5:
        for (double& x : xopt_) x = x > 0.0 ? 5.0 : -5.0;
        break;
      case 8:
        for (double& x : xopt_) x *= 0.75;
        break;
      case 9:
      case 19:
        r_ = rotation(seed);
        break;
      case 20: {
        const vector u = uniform(d, seed);
        for (std::size_t i = 0; i < d; ++i) xopt_[i] = (u[i] < 0.5 ? -1.0 : 1.0) * 0.5 * 4.2096874637;
        break;
      }
      case 21:
        r_ = rotation(seed);
        place_peaks(seed, 101, 10.0, 5.0, std::sqrt(1000.0));
        break;
      case 22:
        r_ = rotation(seed);
        place_peaks(seed, 21, 9.8, 4.9, 1000.0);
        break;
      case 24: {
        const vector g = normal(d, seed);
        for (std::size_t i = 0; i < d; ++i) xopt_[i] = g[i] < 0.0 ? -1.25 : 1.25;
        break;
      }
      default:
        break;
    }
    if (r_.empty() && function >= 6) r_ = rotation(seed + 1000000);
    if (q_.empty() && function >= 6) q_ = rotation(seed);
    if (function == 9 || function == 19) xopt_ = middle_of_rotated();
  }

  [[nodiscard]] std::size_t dimensions() const { return d_; }
  /// The smallest value that the function takes, and where.
  [[nodiscard]] double best_value() const { return best_value_; }
  [[nodiscard]] const vector& best_point() const { return xopt_; }
  [[nodiscard]] double operator()(const vector& x) const { return best_value_ + raised(x); }

 private:
  // ---- The generators of 2009, which make the instances --------------------------------------------------------------

  static vector uniform(std::size_t n, long seed) {
    const auto next = [](long s) {
      const long high = s / 127773;
      s = 16807 * (s - high * 127773) - 2836 * high;
      return s < 0 ? s + 2147483647 : s;
    };
    long s = (std::max)(1L, std::abs(seed));
    long table[32];
    for (int i = 39; i >= 0; --i) {
      s = next(s);
      if (i < 32) table[i] = s;
    }
    long drawn = table[0];
    vector u(n);
    for (double& x : u) {
      s = next(s);
      long& entry = table[drawn / 67108865];
      drawn = entry;
      entry = s;
      x = drawn == 0 ? 1e-99 : static_cast<double>(drawn) / 2.147483647e9;
    }
    return u;
  }

  static vector normal(std::size_t n, long seed) {
    const vector u = uniform(2 * n, seed);
    vector g(n);
    for (std::size_t i = 0; i < n; ++i) {
      g[i] = std::sqrt(-2.0 * std::log(u[i])) * std::cos(2.0 * std::numbers::pi * u[n + i]);
      if (g[i] == 0.0) g[i] = 1e-99;
    }
    return g;
  }

  // An orthogonal matrix, row by row: Gram and Schmidt on normal columns.
  [[nodiscard]] vector rotation(long seed) const {
    vector b(d_ * d_);
    const vector g = normal(d_ * d_, seed);
    for (std::size_t i = 0; i < d_; ++i)
      for (std::size_t j = 0; j < d_; ++j) b[i * d_ + j] = g[j * d_ + i];
    for (std::size_t i = 0; i < d_; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        double dot = 0.0;
        for (std::size_t k = 0; k < d_; ++k) dot += b[k * d_ + i] * b[k * d_ + j];
        for (std::size_t k = 0; k < d_; ++k) b[k * d_ + i] -= dot * b[k * d_ + j];
      }
      double norm = 0.0;
      for (std::size_t k = 0; k < d_; ++k) norm += b[k * d_ + i] * b[k * d_ + i];
      for (std::size_t k = 0; k < d_; ++k) b[k * d_ + i] /= std::sqrt(norm);
    }
    return b;
  }

  [[nodiscard]] vector optimum(long seed) const {
    vector x = uniform(d_, seed);
    for (double& c : x) {
      c = 8.0 * std::floor(1e4 * c) / 1e4 - 4.0;
      if (c == 0.0) c = -1e-5;
    }
    return x;
  }

  static double offset(long function, int instance) {
    const long seed = function + 10000L * instance;
    const double ratio = normal(1, seed)[0] / normal(1, seed + 1)[0];
    return std::clamp(std::floor(1e4 * ratio + 0.5) / 100.0, -1000.0, 1000.0);
  }

  // What f9 and f19, which have no shift, rotate to ones: R'(1/2, 1/2, ...) over their scale.
  [[nodiscard]] vector middle_of_rotated() const {
    vector x(d_, 0.0);
    for (std::size_t i = 0; i < d_; ++i)
      for (std::size_t j = 0; j < d_; ++j) x[j] += 0.5 * r_[i * d_ + j] / rosenbrock_scale();
    return x;
  }

  static std::vector<std::size_t> order(const vector& u) {
    std::vector<std::size_t> index(u.size());
    std::iota(index.begin(), index.end(), std::size_t{0});
    std::sort(index.begin(), index.end(), [&](std::size_t a, std::size_t b) { return u[a] < u[b]; });
    return index;
  }

  void place_peaks(long seed, std::size_t count, double width, double shift, double first_condition) {
    const auto last = static_cast<double>(count - 2);
    const std::vector<std::size_t> conditions = order(uniform(count - 1, seed));
    const vector places = uniform(count * d_, seed);
    peaks_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      peak& p = peaks_[i];
      const auto number = static_cast<double>(i) - 1.0;
      const double condition =
          i == 0 ? first_condition : std::pow(1000.0, static_cast<double>(conditions[i - 1]) / last);
      p.height = i == 0 ? 10.0 : 1.1 + 8.0 * number / last;
      const std::vector<std::size_t> axes = order(uniform(d_, seed + 1000L * static_cast<long>(i)));
      p.scale.resize(d_);
      vector y(d_);
      for (std::size_t j = 0; j < d_; ++j) {
        p.scale[j] = std::pow(condition, static_cast<double>(axes[j]) / static_cast<double>(d_ - 1) - 0.5);
        y[j] = (width * places[i * d_ + j] - shift) * (i == 0 ? 0.8 : 1.0);
      }
      if (i == 0) xopt_ = y;
      p.at = times(r_, y);
    }
  }

  // ---- Transformations (section 0.2 of the report) -------------------------------------------------------------------

  [[nodiscard]] double along(std::size_t i) const { return static_cast<double>(i) / static_cast<double>(d_ - 1); }

  [[nodiscard]] vector times(const vector& matrix, const vector& x) const {
    vector y(d_, 0.0);
    for (std::size_t i = 0; i < d_; ++i)
      for (std::size_t j = 0; j < d_; ++j) y[i] += matrix[i * d_ + j] * x[j];
    return y;
  }
  [[nodiscard]] vector conditioned(double alpha, vector x) const {
    for (std::size_t i = 0; i < d_; ++i) x[i] *= std::pow(alpha, 0.5 * along(i));
    return x;
  }
  [[nodiscard]] vector asymmetric(double beta, vector x) const {
    for (std::size_t i = 0; i < d_; ++i)
      if (x[i] > 0.0) x[i] = std::pow(x[i], 1.0 + beta * along(i) * std::sqrt(x[i]));
    return x;
  }
  static double oscillated(double x) {
    if (x == 0.0) return 0.0;
    const double l = std::log(std::abs(x)) / 0.1;
    const double c1 = x > 0.0 ? 1.0 : 0.55;
    const double c2 = x > 0.0 ? 0.79 : 0.31;
    return (x > 0.0 ? 1.0 : -1.0) * std::exp(0.1 * (l + 0.49 * (std::sin(c1 * l) + std::sin(c2 * l))));
  }
  static vector oscillated(vector x) {
    for (double& c : x) c = oscillated(c);
    return x;
  }
  static double outside(const vector& x) {
    double sum = 0.0;
    for (const double c : x) sum += c > 5.0 ? (c - 5.0) * (c - 5.0) : c < -5.0 ? (c + 5.0) * (c + 5.0) : 0.0;
    return sum;
  }
  [[nodiscard]] vector shifted(vector x) const {
    for (std::size_t i = 0; i < d_; ++i) x[i] -= xopt_[i];
    return x;
  }

  // ---- The functions, by number --------------------------------------------------------------------------------------

  static double squares(const vector& z) {
    double sum = 0.0;
    for (const double c : z) sum += c * c;
    return sum;
  }
  [[nodiscard]] double ellipsoid(const vector& z, double condition) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < d_; ++i) sum += std::pow(condition, along(i)) * z[i] * z[i];
    return sum;
  }
  static double rastrigin(const vector& z) {
    double sum = 10.0 * static_cast<double>(z.size());
    for (const double c : z) sum -= 10.0 * std::cos(2.0 * std::numbers::pi * c);
    return sum + squares(z);
  }
  [[nodiscard]] double rosenbrock_scale() const { return (std::max)(1.0, std::sqrt(static_cast<double>(d_)) / 8.0); }
  static double rosenbrock_term(double a, double b) {
    return 100.0 * (a * a - b) * (a * a - b) + (a - 1.0) * (a - 1.0);
  }

  [[nodiscard]] double raised(const vector& x) const {
    const auto n = static_cast<double>(d_);
    switch (f_) {
      case 1:  // sphere
        return squares(shifted(x));
      case 2:  // ellipsoid
        return ellipsoid(oscillated(shifted(x)), 1e6);
      case 3:  // Rastrigin
        return rastrigin(conditioned(10.0, asymmetric(0.2, oscillated(shifted(x)))));
      case 4: {  // Bueche and Rastrigin
        vector z = conditioned(10.0, oscillated(shifted(x)));
        for (std::size_t i = 0; i < d_; i += 2)
          if (z[i] > 0.0) z[i] *= 10.0;
        return rastrigin(z) + 100.0 * outside(x);
      }
      case 5: {  // linear slope
        double sum = 0.0;
        for (std::size_t i = 0; i < d_; ++i) {
          const double slope = (xopt_[i] > 0.0 ? 1.0 : -1.0) * std::pow(10.0, along(i));
          sum += 5.0 * std::abs(slope) - slope * (x[i] * xopt_[i] < 25.0 ? x[i] : xopt_[i]);
        }
        return sum;
      }
      case 6: {  // attractive sector
        vector z = times(r_, conditioned(10.0, times(q_, shifted(x))));
        for (std::size_t i = 0; i < d_; ++i)
          if (z[i] * xopt_[i] > 0.0) z[i] *= 100.0;
        return std::pow(oscillated(squares(z)), 0.9);
      }
      case 7: {  // step ellipsoid
        vector z = conditioned(10.0, times(q_, shifted(x)));
        const double first = std::abs(z[0]);
        for (double& c : z) c = std::abs(c) > 0.5 ? std::floor(c + 0.5) : std::floor(10.0 * c + 0.5) / 10.0;
        return 0.1 * (std::max)(first / 1e4, ellipsoid(times(r_, z), 100.0)) + outside(x);
      }
      case 8:    // Rosenbrock
      case 9: {  // Rosenbrock, rotated
        const double scale = rosenbrock_scale();
        vector z = f_ == 8 ? shifted(x) : times(r_, x);
        for (double& c : z) c = scale * c + (f_ == 8 ? 1.0 : 0.5);
        double sum = 0.0;
        for (std::size_t i = 0; i + 1 < d_; ++i) sum += rosenbrock_term(z[i], z[i + 1]);
        return sum;
      }
      case 10:  // ellipsoid, rotated
        return ellipsoid(oscillated(times(r_, shifted(x))), 1e6);
      case 11: {  // discus
        const vector z = oscillated(times(r_, shifted(x)));
        return squares(z) + (1e6 - 1.0) * z[0] * z[0];
      }
      case 12: {  // bent cigar
        const vector z = times(r_, asymmetric(0.5, times(r_, shifted(x))));
        return 1e6 * (squares(z) - z[0] * z[0]) + z[0] * z[0];
      }
      case 13: {  // sharp ridge
        vector z = times(r_, conditioned(10.0, times(q_, shifted(x))));
        const double first = z[0] * z[0];
        z[0] = 0.0;
        return first + 100.0 * std::sqrt(squares(z));
      }
      case 14: {  // different powers
        const vector z = times(r_, shifted(x));
        double sum = 0.0;
        for (std::size_t i = 0; i < d_; ++i) sum += std::pow(std::abs(z[i]), 2.0 + 4.0 * along(i));
        return std::sqrt(sum);
      }
      case 15:  // Rastrigin, rotated
        return rastrigin(times(r_, conditioned(10.0, times(q_, asymmetric(0.2, oscillated(times(r_, shifted(x))))))));
      case 16: {  // Weierstrass
        const vector z = times(r_, conditioned(0.01, times(q_, oscillated(times(r_, shifted(x))))));
        double sum = 0.0;
        double least = 0.0;
        for (int k = 0; k < 12; ++k) {
          const double weight = std::pow(0.5, k);
          const double frequency = 2.0 * std::numbers::pi * std::pow(3.0, k);
          least += weight * std::cos(0.5 * frequency);
          for (const double c : z) sum += weight * std::cos(frequency * (c + 0.5));
        }
        return 10.0 * std::pow(sum / n - least, 3.0) + 10.0 / n * outside(x);
      }
      case 17:    // Schaffer's F7
      case 18: {  // and with a condition of 1000
        const vector z = conditioned(f_ == 17 ? 10.0 : 1000.0, times(q_, asymmetric(0.5, times(r_, shifted(x)))));
        double sum = 0.0;
        for (std::size_t i = 0; i + 1 < d_; ++i) {
          const double s = z[i] * z[i] + z[i + 1] * z[i + 1];
          const double wave = std::sin(50.0 * std::pow(s, 0.1));
          sum += std::pow(s, 0.25) * (1.0 + wave * wave);
        }
        return sum / (n - 1.0) * (sum / (n - 1.0)) + 10.0 * outside(x);
      }
      case 19: {  // Griewank and Rosenbrock
        vector z = times(r_, x);
        for (double& c : z) c = rosenbrock_scale() * c + 0.5;
        double sum = 0.0;
        for (std::size_t i = 0; i + 1 < d_; ++i) {
          const double s = rosenbrock_term(z[i], z[i + 1]);
          sum += s / 4000.0 - std::cos(s);
        }
        return 10.0 + 10.0 * sum / (n - 1.0);
      }
      case 20: {  // Schwefel
        vector y = x;
        for (std::size_t i = 0; i < d_; ++i) y[i] *= xopt_[i] > 0.0 ? 2.0 : -2.0;
        vector z = y;
        for (std::size_t i = 1; i < d_; ++i) z[i] += 0.25 * (y[i - 1] - 2.0 * std::abs(xopt_[i - 1]));
        double sum = 0.0;
        double penalty = 0.0;
        for (std::size_t i = 0; i < d_; ++i) {
          const double middle = 2.0 * std::abs(xopt_[i]);
          const double c = 100.0 * (std::pow(10.0, 0.5 * along(i)) * (z[i] - middle) + middle);
          sum += c * std::sin(std::sqrt(std::abs(c)));
          const double beyond = (std::max)(0.0, std::abs(c) - 500.0);
          penalty += beyond * beyond;
        }
        return 0.01 * (418.9828872724339 - sum / n + penalty);
      }
      case 21:    // Gallagher, 101 peaks
      case 22: {  // and 21
        const vector y = times(r_, x);
        double highest = 0.0;
        for (const peak& p : peaks_) {
          double sum = 0.0;
          for (std::size_t i = 0; i < d_; ++i) sum += p.scale[i] * (y[i] - p.at[i]) * (y[i] - p.at[i]);
          highest = (std::max)(highest, p.height * std::exp(-0.5 / n * sum));
        }
        const double deep = oscillated(10.0 - highest);
        return deep * deep + outside(x);
      }
      case 23: {  // Katsuura
        const vector z = times(r_, conditioned(100.0, times(q_, shifted(x))));
        double product = 1.0;
        for (std::size_t i = 0; i < d_; ++i) {
          double sum = 0.0;
          for (int j = 1; j <= 32; ++j) {
            const double c = std::ldexp(z[i], j);
            sum += std::ldexp(std::abs(c - std::floor(c + 0.5)), -j);
          }
          product *= std::pow(1.0 + static_cast<double>(i + 1) * sum, 10.0 / std::pow(n, 1.2));
        }
        return 10.0 / (n * n) * (product - 1.0) + outside(x);
      }
      case 24: {  // Lunacek's two Rastrigins
        const double depth = 1.0 - 0.5 / (std::sqrt(n + 20.0) - 4.1);
        const double other = -std::sqrt((2.5 * 2.5 - 1.0) / depth);
        vector y = x;
        double first = 0.0;
        double second = 0.0;
        for (std::size_t i = 0; i < d_; ++i) {
          y[i] *= xopt_[i] < 0.0 ? -2.0 : 2.0;
          first += (y[i] - 2.5) * (y[i] - 2.5);
          second += (y[i] - other) * (y[i] - other);
          y[i] -= 2.5;
        }
        const vector z = times(r_, conditioned(100.0, times(q_, y)));
        return (std::min)(first, n + depth * second) + rastrigin(z) - squares(z) + 1e4 * outside(x);
      }
      default:
        return 0.0;
    }
  }

  struct peak {
    double height = 0.0;
    vector at;
    vector scale;
  };

  int f_;
  std::size_t d_;
  double best_value_ = 0.0;
  vector xopt_;
  vector r_;
  vector q_;
  std::vector<peak> peaks_;
};

}  // namespace bbob
