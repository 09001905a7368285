// A training loop in the manner of LibTorch, as live models: a small network on two spirals, by hand, so that it builds
// without anything. Where it says so, LibTorch's line stands beside.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <knobless/advance.hpp>
#include <knobless/population.hpp>
#include <knobless/random.hpp>
#include <vector>

namespace {

struct sample {
  double x, y, label;
};

std::vector<sample> spirals(std::size_t n, std::uint64_t seed) {
  knobless::random_stream rng(seed);
  std::vector<sample> all;
  for (std::size_t i = 0; i < n; ++i) {
    const double label = i % 2 == 0 ? -1.0 : 1.0;
    const double r = 0.3 + 0.7 * rng.uniform();
    const double angle = 4.0 * r + (label > 0.0 ? 3.14159 : 0.0) + 0.1 * rng.normal();
    all.push_back({r * std::cos(angle), r * std::sin(angle), label});
  }
  return all;
}

// [setting]
struct setting {
  double rate = 0.05;
  double momentum = 0.9;
  int hidden = 8;
};
// [setting]

// One hidden layer of tanh, mean squared error, stochastic gradient descent with momentum.
class network {
 public:
  explicit network(const setting& s) : width_(static_cast<std::size_t>(s.hidden)), weights_(4 * width_ + 1) {
    knobless::random_stream rng(1);
    for (double& w : weights_) w = rng.normal();
    speed_.assign(weights_.size(), 0.0);
  }

  double step(const sample& s, double rate, double momentum) {
    hidden_.resize(width_);
    double out = weights_.back();
    for (std::size_t j = 0; j < width_; ++j) {
      const double* w = &weights_[4 * j];
      hidden_[j] = std::tanh(w[0] * s.x + w[1] * s.y + w[2]);
      out += w[3] * hidden_[j];
    }
    const double gap = out - s.label;
    const auto move = [&](std::size_t i, double gradient) {
      speed_[i] = momentum * speed_[i] - rate * gradient;
      weights_[i] += speed_[i];
    };
    for (std::size_t j = 0; j < width_; ++j) {
      const double back = gap * weights_[4 * j + 3] * (1.0 - hidden_[j] * hidden_[j]);
      move(4 * j + 3, gap * hidden_[j]);
      move(4 * j, back * s.x);
      move(4 * j + 1, back * s.y);
      move(4 * j + 2, back);
    }
    move(weights_.size() - 1, gap);
    return gap * gap;
  }
  [[nodiscard]] double loss(const std::vector<sample>& on) const {
    network copy = *this;
    double sum = 0.0;
    for (const sample& s : on) sum += copy.step(s, 0.0, 0.0);
    return sum / static_cast<double>(on.size());
  }

 private:
  std::size_t width_;
  std::vector<double> weights_, speed_, hidden_;
};

// [trainer]
// What a training program has anyway: the model, its optimiser's settings, and a loop over the data.
class trainer {
 public:
  // LibTorch: model_(s.hidden), optimizer_(model_->parameters(), SGDOptions(s.rate).momentum(s.momentum))
  trainer(const setting& s, const std::vector<sample>& data, const std::vector<sample>& held_out)
      : model_(s), setting_(s), data_(data), held_out_(held_out) {}

  void use(const setting& s) { setting_ = s; }  // LibTorch: the same in optimizer_.param_groups()

  double train(int epochs) {  // goes on where it stopped
    for (; epochs > 0; --epochs)
      for (const sample& s : data_) model_.step(s, setting_.rate, setting_.momentum);
    return model_.loss(held_out_);  // LibTorch: under a NoGradGuard
  }

 private:
  network model_;
  setting setting_;
  const std::vector<sample>& data_;
  const std::vector<sample>& held_out_;
};
// [trainer]

}  // namespace

int main() {
  const std::vector<sample> data = spirals(60, 1);
  const std::vector<sample> held_out = spirals(60, 2);

  // [search]
  const knobless::space<setting> space{
      knobless::real("rate", &setting::rate, {.low = 1e-4, .high = 0.3, .scale = knobless::scaling::log}),
      knobless::real("momentum", &setting::momentum, {.low = 0.0, .high = 0.95}),
      knobless::integer("hidden", &setting::hidden, {.low = 2, .high = 16, .scale = knobless::scaling::log})};

  const auto build = [&](const setting& s) { return trainer(s, data, held_out); };
  auto top = knobless::multi_fidelity(
      space, build, [](trainer& t, int epochs) { return t.train(epochs); },
      {.max_resource = 30, .budget = 5.0, .max_live = 8, .seed = 7, .first_guesses = {setting{}}});

  const auto best = top.best();
  const double later = best.object.train(30);  // the network itself, trained on
  // [search]
  std::printf("rate %.4f, momentum %.2f, %d hidden: %.4f after %d epochs, %.4f after 30 more; %zu networks\n",
              best.config.rate, best.config.momentum, best.config.hidden, best.value, best.resource, later,
              top.taken().trials);

  // [evolve]
  // A rate and a momentum that change on the way; the width is what it was built with, so it is not searched here.
  const knobless::space<setting> on_the_way{
      knobless::real("rate", &setting::rate, {.low = 1e-4, .high = 0.3, .scale = knobless::scaling::log}),
      knobless::real("momentum", &setting::momentum, {.low = 0.0, .high = 0.95})};
  const auto evolved = knobless::evolve(
      on_the_way, build,
      [](trainer& t, const setting& s, int epochs) {
        t.use(s);
        return t.train(epochs);
      },
      {.members = 4, .max_resource = 20, .interval = 5, .seed = 7},
      [](const trainer& t) { return t; });  // how to copy one; LibTorch: clone() the module, load the optimiser's state
  // [evolve]
  std::printf("a population of 4: %.4f\n", evolved.value);
  return best.value < 1.0 && evolved.object != nullptr ? 0 : 1;
}
