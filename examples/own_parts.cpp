// Parts of one's own: a sampler, a kernel, a scheduler and a promotion rule, each as small as it goes.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <knobless/kit.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/tpe.hpp>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace kit = knobless::kit;

namespace {

struct setting {
  double x = 0.0;
  double y = 0.0;
};

double distance(const setting& s) { return (s.x - 2.0) * (s.x - 2.0) + (s.y + 1.0) * (s.y + 1.0); }

// [sampler]
// An evolution strategy with one parent: a normal step from the best point. Steps become longer when they lead to a better
// value and shorter when they don't, so that one in five succeeds.
class one_plus_one {
 public:
  static constexpr std::string_view name = "one_plus_one";  // optional: logs have it

  [[nodiscard]] std::optional<knobless::point> ask(const knobless::ask_context& context) {
    read(context.seen);
    const auto best = context.seen.best();
    if (context.proposed < 8 || !best) return kit::first_point(context, 8);  // the centre, then a Latin hypercube
    knobless::point p = context.seen[*best].where();
    for (double& u : p.unit) u += step_ * context.rng.normal();
    context.space.complete(p);  // snaps coordinates to values within the bounds, and says which are active
    return kit::admitted_beside(context, std::move(p));
  }

 private:
  // What the sampler keeps is a cache of the history: it reads the new rows, or all of them where the space has changed.
  void read(const knobless::history& seen) {
    if (!cursor_.follows(seen)) {
      *this = {};
      cursor_ = kit::history_cursor(seen);
    }
    for (; cursor_.more(seen); cursor_.advance()) {
      const knobless::observation row = seen[cursor_.row()];
      const bool better = row.has_value && row.value < least_;
      if (better) least_ = row.value;
      step_ *= better ? 1.5 : 0.9;
    }
  }

  kit::history_cursor cursor_;
  double step_ = 0.3;
  double least_ = (std::numeric_limits<double>::max)();
};
// [sampler]

// [kernel]
// The rational quadratic kernel k = 1 / (1 + r^2 / 2) (Rasmussen and Williams 2006, eq. 4.19 with alpha = 1). Its derivative
// by -r^2 / 2 is k^2.
struct rational_quadratic {
  static void values(double* r2, double shift, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) r2[i] = 1.0 / (1.0 + 0.5 * (std::max)(r2[i], 0.0)) + shift;
  }
  static void values_and_slopes(double* r2, double shift, double* slope, std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) {
      const double k = 1.0 / (1.0 + 0.5 * (std::max)(r2[i], 0.0));
      slope[i] = k * k;
      r2[i] = k + shift;
    }
  }
};
static_assert(kit::radial_kernel<rational_quadratic>);
// [kernel]

// [model]
// A Gaussian process with that kernel, which proposes where it expects the most improvement.
struct by_own_kernel {
  [[nodiscard]] std::optional<knobless::point> ask(const knobless::ask_context& context) const {
    if (context.seen.complete() < 8) return kit::first_point(context, 8);
    std::vector<knobless::point> points;
    std::vector<double> told;
    for (std::size_t i = 0; i < context.seen.size(); ++i) {
      const knobless::observation row = context.seen[i];
      if (row.state != knobless::trial_state::complete) continue;
      points.push_back(row.where());
      told.push_back(row.value);
    }
    const kit::output_transform in_units(told);  // of the good half's spread
    Eigen::VectorXd values(static_cast<Eigen::Index>(told.size()));
    for (std::size_t i = 0; i < told.size(); ++i) values(static_cast<Eigen::Index>(i)) = in_units(told[i]);

    const kit::features layout(context.space);
    const kit::encoded inputs = layout.encode(context.space, points);
    kit::basic_gaussian_process<rational_quadratic> model(layout);
    model.learn(inputs, values);  // lengthscales and noise
    model.set(inputs);
    model.condition(values);
    const kit::basic_expected_gain<rational_quadratic> gain(model, values.minCoeff());
    const knobless::point best = context.seen[*context.seen.best()].where();
    return kit::acquisition_search(context.space, layout, gain)
        .find(kit::everywhere_and_around(context, {best}), [&](const knobless::point& p) { return !context.known(p); });
  }
};
// [model]

// [scheduler]
// Stops trials that are worse than twice the best value that any trial has reported at the same step. Values are positive.
class twice_the_best {
 public:
  [[nodiscard]] bool stops(const knobless::running_trial& t) {
    const knobless::report& latest = t.curve.back();
    if (best_.size() <= latest.step) best_.resize(latest.step + 1, (std::numeric_limits<double>::max)());
    best_[latest.step] = (std::min)(best_[latest.step], latest.value);
    return latest.value / 2 > best_[latest.step];
  }
  void ended(const knobless::running_trial&, knobless::trial_state) {}

 private:
  std::vector<double> best_;  // by step
};
// [scheduler]

// [rule]
// Trains some configurations a little, and the best of them in full.
class screening {
 public:
  static constexpr std::string_view name = "screening";  // optional: logs have it
  screening(std::size_t width, std::size_t little) : width_(width), little_(little) {}

  [[nodiscard]] std::optional<knobless::leg> next(const knobless::promotion_context& context,
                                                  std::vector<std::size_t>& out) {
    const std::size_t begun = context.trials.size();
    if (begun < width_ && !context.exhausted) return knobless::leg{begun, little_};
    if (chosen_) return std::nullopt;  // the end, once that trial is trained
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < begun; ++i) {
      if (context.trials[i].busy) return std::nullopt;  // it may be better than all others
      if (context.trials[i].state == knobless::trial_state::running) waiting.push_back(i);
    }
    if (waiting.empty()) return std::nullopt;  // all have failed
    const auto worse = [&](std::size_t a, std::size_t b) {
      return context.trials[a].value() < context.trials[b].value();
    };
    std::stable_sort(waiting.begin(), waiting.end(), worse);
    out.insert(out.end(), waiting.begin() + 1, waiting.end());  // their models are destroyed
    chosen_ = true;
    return knobless::leg{waiting.front(), context.max_resource};
  }
  void told(const knobless::promotion_context&, std::size_t) {}

 private:
  std::size_t width_;
  std::size_t little_;
  bool chosen_ = false;
};
// [rule]

// A loss that falls toward the distance.
struct model {
  explicit model(const setting& s) : limit(distance(s)) {}
  double train(int epochs) {
    for (; epochs > 0; --epochs) loss += 0.1 * (limit - loss);
    return loss;
  }
  double limit;
  double loss = 20.0;
};

}  // namespace

int main() {
  const knobless::space<setting> space{knobless::real("x", &setting::x, {.low = -5.0, .high = 5.0}),
                                       knobless::real("y", &setting::y, {.low = -5.0, .high = 5.0})};
  // [sampler_use]
  const auto stepped = knobless::minimize(space, one_plus_one{}, distance, {.trials = 100, .seed = 7});
  const auto modelled = knobless::minimize(space, by_own_kernel{}, distance, {.trials = 25, .seed = 7});
  // [sampler_use]

  // [scheduler_use]
  const auto train = [](knobless::trial<setting>& t) -> knobless::outcome {
    model m(t.config());
    for (std::size_t epoch = 1; epoch <= 50; ++epoch) {
      t.report(epoch, m.train(1));
      if (t.should_stop()) return knobless::pruned;
    }
    return m.loss;
  };
  const auto stopped =
      knobless::minimize(space, knobless::tpe{}, train, {.trials = 40, .seed = 7, .scheduler = twice_the_best{}});
  // [scheduler_use]

  // [rule_use]
  const auto build = [](const setting& s) { return model(s); };
  const auto advance = [](model& m, int epochs) { return m.train(epochs); };
  const auto trained =
      knobless::train_by(space, screening{20, 5}, one_plus_one{}, build, advance, {.max_resource = 50, .seed = 7});
  // [rule_use]

  std::printf("%g by steps, %g by a model, %g stopped early, %g trained in full\n", stepped.best().value,
              modelled.best().value, stopped.best().value, trained.best().value);
  const bool good = stepped.best().value < 0.01 && modelled.best().value < 0.01 && stopped.best().value < 3.0;
  return good && trained.best().resource == 50 && trained.taken().complete == 1 ? 0 : 1;
}
