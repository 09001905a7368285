// A tuner for a folder of test problems with several objectives and measured limits (the one that KNOBLESS_LAB names):
//   multi_driver sampler problem trials seed           one run, as one line of JSON
// The problems' interface is multi.h of that folder, the run is its drivers/multi_driver.hpp. Only the public API of knobless is used.
#include <drivers/multi_driver.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <knobless/knobless.hpp>

namespace {

knobless::space<knobless::assignment> space_of(const lab_multi& problem) {
  knobless::runtime_space_builder builder;
  for (int i = 0; i < problem.dim; ++i) {
    const lab_param& p = problem.params[i];
    knobless::active_when condition;
    if (p.parent >= 0) {
      condition.parent = problem.params[p.parent].name;
      for (int k = 0; k <= static_cast<int>(problem.params[p.parent].hi); ++k)
        if ((p.when >> k & 1U) != 0) condition.values.push_back(std::to_string(k));
    }
    const auto scale =
        p.kind == LAB_LOG_FLOAT || p.kind == LAB_LOG_INT ? knobless::scaling::log : knobless::scaling::linear;
    if (p.kind == LAB_FLOAT || p.kind == LAB_LOG_FLOAT) {
      builder.real(p.name, {.low = p.lo, .high = p.hi, .scale = scale}, condition);
    } else if (p.kind == LAB_INT || p.kind == LAB_LOG_INT) {
      builder.integer(p.name,
                      {.low = static_cast<std::int64_t>(p.lo), .high = static_cast<std::int64_t>(p.hi), .scale = scale},
                      condition);
    } else {
      std::vector<std::string> labels;
      for (int k = 0; k <= static_cast<int>(p.hi); ++k) labels.push_back(std::to_string(k));
      builder.choice(p.name, std::move(labels), condition);
    }
  }
  return builder.build();
}

class tuner : public multi::Sampler {
 public:
  tuner(const lab_multi& problem, knobless::any_sampler sampler, std::uint64_t seed)
      : problem_(problem), study_(space_of(problem), std::move(sampler), {.seed = seed}) {}

  std::vector<double> ask() override {
    trial_.emplace(study_.ask());
    const knobless::assignment& config = trial_->config();
    std::vector<double> x;
    for (int i = 0; i < problem_.dim; ++i) {
      const auto k = static_cast<std::size_t>(i);
      // An inactive parameter has no influence: any value in range will do.
      x.push_back(config.active(k) ? config[k] : problem_.params[i].lo);
    }
    return x;
  }
  void tell(const std::vector<double>&, const std::vector<double>& values,
            const std::vector<double>& constraints) override {
    knobless::outcome out(values);
    for (std::size_t c = 0; c < constraints.size(); ++c) out.limit("limit " + std::to_string(c), constraints[c]);
    study_.tell(std::move(*trial_), out);
  }

 private:
  const lab_multi& problem_;
  knobless::study<knobless::assignment> study_;
  std::optional<knobless::trial<knobless::assignment>> trial_;
};

std::unique_ptr<multi::Sampler> make(const std::string& name, const lab_multi* problem, std::uint64_t seed, int) {
  const auto with = [&](knobless::any_sampler sampler) -> std::unique_ptr<multi::Sampler> {
    return std::make_unique<tuner>(*problem, std::move(sampler), seed);
  };
  if (name == "random") return with(knobless::random_search{});
  if (name == "sobol") return with(knobless::sobol{});
  if (name == "tpe") return with(knobless::tpe{});
  if (name == "gp_ei") return with(knobless::gp_ei{});
  if (name == "nsga2") return with(knobless::nsga2{});
  if (name == "automatic") return with(knobless::automatic{});
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) { return multi::main(argc, argv, make); }
