/// \file
/// Gradient boosting on the bicycle data: XGBoost's boosters as live objects. A booster that is promoted gets more rounds; it
/// never starts again, and nothing goes through a file.
///   bikeshare_boosting [--data hour.csv] [--seed N] [--quick]       without a file: simulated hours
#include <xgboost/c_api.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <knobless/advance.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "dataset.hpp"

namespace {

void check(int status) {
  if (status != 0) throw std::runtime_error(XGBGetLastError());
}

struct free_matrix {
  void operator()(void* handle) const { XGDMatrixFree(handle); }
};
struct free_booster {
  void operator()(void* handle) const { XGBoosterFree(handle); }
};
using data_matrix = std::unique_ptr<std::remove_pointer_t<DMatrixHandle>, free_matrix>;

data_matrix to_matrix(const bikeshare::samples& records) {
  // XGBoost wants rows one after the other: what Eigen has as columns.
  DMatrixHandle handle = nullptr;
  check(XGDMatrixCreateFromMat(records.inputs.data(), static_cast<bst_ulong>(records.inputs.cols()),
                               static_cast<bst_ulong>(records.inputs.rows()), -1e30F, &handle));
  data_matrix made(handle);
  check(XGDMatrixSetFloatInfo(handle, "label", records.targets.data(), static_cast<bst_ulong>(records.targets.size())));
  return made;
}

struct setting {
  double eta = 0.3;
  int max_depth = 6;
  double min_child_weight = 1.0;
  double subsample = 1.0;
  double colsample = 1.0;
  double lambda = 1.0;
};

// Only moves.
class booster {
 public:
  booster(const setting& s, DMatrixHandle train, DMatrixHandle validation, const bikeshare::row_vector& targets)
      : train_(train), validation_(validation), targets_(targets) {
    BoosterHandle made = nullptr;
    DMatrixHandle cached[] = {train, validation};
    check(XGBoosterCreate(cached, 2, &made));
    handle_.reset(made);
    const auto set = [&](const char* name, const std::string& value) {
      check(XGBoosterSetParam(made, name, value.c_str()));
    };
    set("nthread", "1");
    set("verbosity", "0");
    set("seed", "1");
    set("tree_method", "hist");
    set("eta", std::to_string(s.eta));
    set("max_depth", std::to_string(s.max_depth));
    set("min_child_weight", std::to_string(s.min_child_weight));
    set("subsample", std::to_string(s.subsample));
    set("colsample_bytree", std::to_string(s.colsample));
    set("lambda", std::to_string(s.lambda));
  }

  double boost(int rounds) {
    for (int i = 0; i < rounds; ++i) check(XGBoosterUpdateOneIter(handle_.get(), rounds_++, train_));
    bst_ulong size = 0;
    const float* output = nullptr;
    check(XGBoosterPredict(handle_.get(), validation_, 0, 0, 0, &size, &output));
    double sum = 0.0;
    for (Eigen::Index i = 0; i < targets_.size(); ++i) {
      const double gap = static_cast<double>(output[i]) - static_cast<double>(targets_(i));
      sum += gap * gap;
    }
    return sum / static_cast<double>(targets_.size());
  }
  [[nodiscard]] int rounds() const { return rounds_; }

 private:
  std::unique_ptr<std::remove_pointer_t<BoosterHandle>, free_booster> handle_;
  DMatrixHandle train_;
  DMatrixHandle validation_;
  const bikeshare::row_vector& targets_;
  int rounds_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  try {
    std::string file;
    std::uint64_t seed = 1;
    int rounds = 500;
    double budget = 20.0;
    for (int i = 1; i < count; ++i) {
      const std::string_view option = arguments[i];
      const bool last = i + 1 == count;
      if (option == "--quick") {
        rounds = 9;
        budget = 3.0;
      } else if (option == "--data" && !last) {
        file = arguments[++i];
      } else if (option == "--seed" && !last) {
        seed = std::stoull(arguments[++i]);
      } else {
        std::fprintf(stderr, "usage: %s [--data hour.csv] [--seed N] [--quick]\n", arguments[0]);
        return EXIT_FAILURE;
      }
    }
    const bikeshare::dataset data = bikeshare::prepare(file.empty() ? bikeshare::simulated() : bikeshare::read(file));
    std::printf("Data: %s\n", file.empty() ? "SIMULATED hours" : file.c_str());
    const data_matrix train = to_matrix(data.train);
    const data_matrix validation = to_matrix(data.validation);

    // [boosting]
    using knobless::integer, knobless::real;
    const knobless::space<setting> space{
        real("eta", &setting::eta, {.low = 0.005, .high = 1.0, .scale = knobless::scaling::log}),
        integer("max_depth", &setting::max_depth, {.low = 1, .high = 12}),
        real("min_child_weight", &setting::min_child_weight,
             {.low = 0.1, .high = 50.0, .scale = knobless::scaling::log}),
        real("subsample", &setting::subsample, {.low = 0.3, .high = 1.0}),
        real("colsample", &setting::colsample, {.low = 0.3, .high = 1.0}),
        real("lambda", &setting::lambda, {.low = 1e-3, .high = 100.0, .scale = knobless::scaling::log})};
    auto top = knobless::multi_fidelity(
        space, [&](const setting& s) { return booster(s, train.get(), validation.get(), data.validation.targets); },
        [](booster& b, int more) { return b.boost(more); }, {.max_resource = rounds, .budget = budget, .seed = seed});
    // [boosting]

    const auto best = top.best();
    std::printf("%zu boosters, %zu of them with all %d rounds, %zu at once at most; %zu rounds in all\n",
                top.taken().trials, top.taken().complete, rounds, top.taken().peak_live, top.taken().trained);
    std::printf(
        "validation loss %.4f after %d rounds: eta %.4f, depth %d, child weight %.2f, subsample %.2f, "
        "colsample %.2f, lambda %.3f\n",
        best.value, best.object.rounds(), best.config.eta, best.config.max_depth, best.config.min_child_weight,
        best.config.subsample, best.config.colsample, best.config.lambda);
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
