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

#include "lab_space.hpp"

namespace {

class tuner : public multi::Sampler {
 public:
  tuner(const lab_multi& problem, knobless::any_sampler sampler, std::uint64_t seed)
      : problem_(problem), study_(space_of(parameters_of(problem)), std::move(sampler), {.seed = seed}) {}

  std::vector<double> ask() override {
    trial_.emplace(study_.ask());
    return values_of(trial_->config(), parameters_of(problem_));
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
