/// \file
/// The network of the course whose students tuned it by hand: one hidden layer of sigmoid units, one linear output, no
/// biases, mean squared error, plain stochastic gradient descent.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>
#include <knobless/random.hpp>
#include <utility>

namespace bikeshare {

// Single precision: its rounding is far below the noise of the batches, and a step takes half the time.
using matrix = Eigen::MatrixXf;
using vector = Eigen::VectorXf;
using row_vector = Eigen::RowVectorXf;

/// Records with a target each: one column a record.
struct samples {
  matrix inputs;       ///< inputs x records
  row_vector targets;  ///< 1 x records

  [[nodiscard]] Eigen::Index size() const { return inputs.cols(); }
};

/// A network of one output. Scratch space is kept between steps, so that training doesn't allocate.
class network {
 public:
  /// Weights drawn from normal distributions with standard deviation 1 / sqrt(number of units they come from).
  network(Eigen::Index inputs, Eigen::Index hidden, knobless::random_stream& random)
      : to_hidden_(hidden, inputs), to_output_(hidden) {
    const auto fill = [&random](auto& weights, Eigen::Index fan_in) {
      const double sd = 1.0 / std::sqrt(static_cast<double>(fan_in));
      for (float& weight : weights.reshaped()) weight = static_cast<float>(random.normal() * sd);
    };
    fill(to_hidden_, inputs);
    fill(to_output_, hidden);
  }

  /// Given weights: hidden x inputs, and one for each hidden unit.
  network(matrix to_hidden, vector to_output) : to_hidden_(std::move(to_hidden)), to_output_(std::move(to_output)) {}

  /// One step down the gradient of the squared error averaged over the batch (the factor 2 goes into the rate).
  /// O(hidden x inputs x records).
  void train(const samples& batch, float learning_rate) {
    forward(batch.inputs);
    error_.noalias() = batch.targets - output_;
    back_.noalias() = to_output_ * error_;
    back_.array() *= hidden_.array() * (1.0F - hidden_.array());
    const float step = learning_rate / static_cast<float>(batch.size());
    to_output_.noalias() += step * hidden_ * error_.transpose();
    to_hidden_.noalias() += step * back_ * batch.inputs.transpose();
  }

  /// The output for each column of `inputs`. O(hidden x inputs x records).
  [[nodiscard]] const row_vector& run(const matrix& inputs) {
    forward(inputs);
    return output_;
  }

  /// Mean squared error. Not finite where training diverged. O(hidden x inputs x records).
  [[nodiscard]] double loss(const samples& records) {
    forward(records.inputs);
    return (output_ - records.targets).cast<double>().squaredNorm() / static_cast<double>(records.size());
  }

  [[nodiscard]] const matrix& to_hidden() const { return to_hidden_; }
  [[nodiscard]] const vector& to_output() const { return to_output_; }

 private:
  void forward(const matrix& inputs) {
    hidden_.noalias() = to_hidden_ * inputs;
    hidden_ = (1.0F + (-hidden_.array()).exp()).inverse();
    output_.noalias() = to_output_.transpose() * hidden_;
  }

  matrix to_hidden_;
  vector to_output_;
  matrix hidden_;
  matrix back_;
  row_vector output_;
  row_vector error_;
};

/// What is tuned. The values are those that the course's template starts from.
struct setting {
  int iterations = 100;
  double learning_rate = 0.1;
  int hidden = 2;
};

/// A network in training as the course prescribes: steps on 128 records each, drawn with replacement. It may be paused and
/// go on: what it becomes depends on its seed and on how many steps it has had in all.
class training {
 public:
  training(int hidden, const samples& records, std::uint64_t seed)
      : records_(&records),
        random_(seed),
        net_(records.inputs.rows(), hidden, random_),
        batch_{matrix(records.inputs.rows(), batch_size), row_vector(batch_size)} {}

  /// O(iterations x hidden x inputs).
  void go_on(int iterations, double learning_rate) {
    for (int iteration = 0; iteration < iterations; ++iteration) {
      for (Eigen::Index i = 0; i < batch_size; ++i) {
        const auto record = static_cast<Eigen::Index>(random_.below(static_cast<std::uint64_t>(records_->size())));
        batch_.inputs.col(i) = records_->inputs.col(record);
        batch_.targets(i) = records_->targets(record);
      }
      net_.train(batch_, static_cast<float>(learning_rate));
    }
  }

  [[nodiscard]] network& net() { return net_; }

 private:
  static constexpr Eigen::Index batch_size = 128;
  const samples* records_;
  knobless::random_stream random_;
  network net_;
  samples batch_;
};

/// A network after all of its training. The same seed gives the same network. O(iterations x hidden x inputs).
[[nodiscard]] inline network trained(const setting& chosen, const samples& records, std::uint64_t seed) {
  training t(chosen.hidden, records, seed);
  t.go_on(chosen.iterations, chosen.learning_rate);
  return std::move(t.net());
}

}  // namespace bikeshare
