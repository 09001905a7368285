#include "support.hpp"

#include <Eigen/Core>
#include <knobless/numeric/lbfgs.hpp>

using namespace knobless::detail;

namespace {

const Eigen::Vector3d curvature(1.0, 10.0, 100.0);

Eigen::VectorXd gradient_at(const Eigen::VectorXd& x) { return x.cwiseProduct(curvature); }

}  // namespace

TEST_CASE("lbfgs: after a step along each axis of a quadratic function it gives Newton's step") {
  lbfgs_memory memory;
  free_coordinates free;
  const Eigen::VectorXd x = Eigen::Vector3d(1.0, -2.0, 0.5);
  const Eigen::VectorXd wide = Eigen::VectorXd::Constant(3, 1e3);
  free.find(x, gradient_at(x), -wide, wide);
  for (Eigen::Index i = 0; i < 3; ++i) {
    Eigen::VectorXd next = x;
    next(i) += 0.25;
    memory.store(x, next, gradient_at(x), gradient_at(next));
  }
  Eigen::VectorXd step(3);
  free.downhill(gradient_at(x), step);
  memory.apply(free, step);
  for (Eigen::Index i = 0; i < 3; ++i) CHECK(step(i) == doctest::Approx(-x(i)));
}

TEST_CASE("lbfgs: a step along which the function bends down is not kept") {
  lbfgs_memory memory;
  const Eigen::VectorXd x = Eigen::Vector3d(1.0, 1.0, 1.0);
  const Eigen::VectorXd next = 2.0 * x;
  memory.store(x, next, x, -x);
  CHECK(memory.empty());
  memory.store(x, next, x, next);
  CHECK(!memory.empty());
  memory.forget();
  CHECK(memory.empty());
}

TEST_CASE("lbfgs: a coordinate stays at its bound while the descent pushes outwards") {
  free_coordinates free;
  const Eigen::VectorXd lower = Eigen::VectorXd::Zero(3);
  const Eigen::VectorXd upper = Eigen::VectorXd::Ones(3);
  const Eigen::VectorXd x = Eigen::Vector3d(0.0, 1.0, 0.0);
  const Eigen::VectorXd gradient = Eigen::Vector3d(1.0, -1.0, -1.0);
  free.find(x, gradient, lower, upper);
  Eigen::VectorXd step(3);
  free.downhill(gradient, step);
  CHECK(step == Eigen::VectorXd(Eigen::Vector3d(0.0, 0.0, 1.0)));
  free.add(2.0, gradient, step);
  CHECK(step == Eigen::VectorXd(Eigen::Vector3d(0.0, 0.0, -1.0)));
}
