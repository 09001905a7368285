#include "support.hpp"

#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <knobless/base/elementary.hpp>
#include <knobless/model/gaussian_process.hpp>
#include <knobless/model/likelihood.hpp>
#include <knobless/random.hpp>
#include <vector>

#include <knobless/model/gaussian_process.ipp>  // for a kernel of one's own

using namespace knobless;

namespace {

// exp(-r^2 / 2), which is its own slope.
struct squared_exponential {
  static void values(double* r2, double shift, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) r2[i] = elementary::exp(-0.5 * (r2[i] > 0.0 ? r2[i] : 0.0)) + shift;
  }
  static void values_and_slopes(double* r2, double shift, double* slope, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) slope[i] = elementary::exp(-0.5 * (r2[i] > 0.0 ? r2[i] : 0.0));
    values(r2, shift, n);
  }
};

domain mixed() {
  return domain::make({parameter::real("x", {}).value(), parameter::categorical("c", {"p", "q", "r"}).value(),
                       parameter::real("y", {}).value().when(1, 0b011U)})
      .value();
}

struct fixture {
  domain space = mixed();
  detail::features layout{space};
  detail::encoded points;
  Eigen::VectorXd values = Eigen::VectorXd::Zero(10);
  detail::gp_priors priors{layout, {}};

  fixture() {
    random_stream rng(3, 4);
    std::vector<point> all;
    for (Eigen::Index i = 0; i < 10; ++i) {
      point p(space.size());
      for (double& u : p.unit) u = rng.uniform();
      space.complete(p);
      values(i) = std::sin(5.0 * p.unit[0]) + 0.3 * p.unit[1] + p.unit[2];
      all.push_back(p);
    }
    points = layout.encode(space, all);
  }
};

template <class Kernel>
void check_gradient() {
  fixture f;
  detail::gp_likelihood<Kernel> likelihood(f.layout, f.priors, f.points, f.values);
  const Eigen::VectorXd at = (Eigen::VectorXd(4) << -0.7, 0.4, -0.2, -3.0).finished();
  Eigen::VectorXd gradient;
  Eigen::VectorXd unused;
  (void)likelihood(at, gradient);
  for (Eigen::Index k = 0; k < 4; ++k) {
    const double step = 1e-5;
    Eigen::VectorXd above = at;
    Eigen::VectorXd below = at;
    above(k) += step;
    below(k) -= step;
    const double difference = likelihood(above, unused) - likelihood(below, unused);
    CHECK(gradient(k) == doctest::Approx(difference / (2.0 * step)).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("likelihood: the gradient is that of the value, with each kernel") {
  check_gradient<detail::matern_5_2>();
  check_gradient<squared_exponential>();
}

TEST_CASE("likelihood: without points the priors remain, lowest at their centres") {
  fixture f;
  const detail::encoded none = f.layout.room(0);
  detail::gp_likelihood<detail::matern_5_2> likelihood(f.layout, f.priors, none, Eigen::VectorXd{});
  Eigen::VectorXd centre(4);
  centre << f.priors.length_centre, f.priors.noise_centre;
  Eigen::VectorXd gradient;
  const double least = likelihood(centre, gradient);
  CHECK(gradient.cwiseAbs().maxCoeff() == doctest::Approx(0.0));
  for (Eigen::Index k = 0; k < 4; ++k) {
    Eigen::VectorXd away = centre;
    away(k) += 2.0;
    const double width = k == 3 ? 2.0 : 1.0;
    CHECK(likelihood(away, gradient) - least == doctest::Approx(0.5 * (2.0 / width) * (2.0 / width)));
  }
}

TEST_CASE("kernel: a kernel of one's own makes a process that goes through its points") {
  fixture f;
  detail::basic_gaussian_process<squared_exponential> model(f.layout);
  model.learn(f.points, f.values);
  model.set(f.points);
  model.condition(f.values);
  Eigen::VectorXd mean;
  Eigen::VectorXd deviation;
  model.predict(f.points, mean, deviation);
  for (Eigen::Index i = 0; i < 10; ++i) {
    CHECK(std::abs(mean(i) - f.values(i)) < 0.1);
    CHECK(mean(i) == doctest::Approx(model.fitted()(i)).epsilon(1e-6));
  }
}
