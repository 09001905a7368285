// Bytes as a search space and a sequence of calls on a study of it; every invariant that a user may rely on is checked after
// each call.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <knobless/knobless.hpp>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using knobless::assignment;
using knobless::domain;
using knobless::trial_state;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// Reads numbers off the input; zeros when it is used up.
struct source {
  const std::uint8_t* at;
  const std::uint8_t* end;

  [[nodiscard]] bool empty() const { return at == end; }
  unsigned byte() { return at == end ? 0U : *at++; }
  unsigned below(unsigned n) { return byte() % n; }
  double number() {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8U | byte();
    return std::bit_cast<double>(bits);
  }
  // Mostly tame, sometimes any bits at all.
  double bound() { return below(8) == 0 ? number() : (static_cast<double>(byte()) - 100.0) / 8.0; }
};

std::optional<knobless::space<assignment>> space_from(source& in) {
  knobless::runtime_space_builder builder;
  std::vector<std::pair<std::string, std::vector<std::string>>> parents;
  const unsigned count = 1 + in.below(8);
  for (unsigned i = 0; i < count; ++i) {
    const std::string name = "p" + std::to_string(in.below(32) == 0 ? 0U : i);
    knobless::active_when condition;
    if (!parents.empty() && in.below(2) == 0) {
      const auto& [parent, values] = parents[in.below(static_cast<unsigned>(parents.size()))];
      condition.parent = parent;
      for (const std::string& v : values)
        if (in.below(2) == 0) condition.values.push_back(v);
    }
    const auto scale = in.below(3) == 0 ? knobless::log : knobless::linear;
    switch (in.below(5)) {
      case 0:
        builder.real(
            name, {.low = in.bound(), .high = in.bound(), .scale = scale, .step = in.below(4) == 0 ? in.bound() : 0.0},
            condition);
        break;
      case 1: {
        const auto low = static_cast<std::int64_t>(in.below(20)) - 4;
        builder.integer(name, {.low = low, .high = low + in.below(70), .scale = scale, .step = 1 + in.below(3)},
                        condition);
        break;
      }
      case 2: {
        builder.flag(name, condition);
        parents.push_back({name, {"false", "true"}});
        break;
      }
      default: {
        std::vector<std::string> labels;
        for (unsigned k = 0, n = in.below(5); k <= n; ++k) labels.push_back("v" + std::to_string(k));
        if (in.below(2) == 0)
          builder.ordinal(name, labels, condition);
        else
          builder.choice(name, labels, condition);
        parents.push_back({name, labels});
      }
    }
  }
  knobless::result<knobless::space<assignment>> made = builder.try_build();
  if (!made) {
    require(!made.error().what.empty(), "an error has a sentence");
    return std::nullopt;
  }
  knobless::space<assignment> space = std::move(made).value();
  if (in.below(4) == 0) {
    // About every other configuration is admitted.
    const unsigned salt = in.byte();
    space = space.require([salt](const assignment& a) {
      std::uint64_t h = salt;
      for (std::size_t i = 0; i < a.size(); ++i) h = h * 31 + std::bit_cast<std::uint64_t>(a[i]) % 1021;
      return h % 2 == 0;
    });
  }
  return space;
}

knobless::any_sampler sampler_from(source& in) {
  switch (in.below(6)) {
    case 0:
      return knobless::random_search{};
    case 1:
      return knobless::sobol{};
    case 2:
      return knobless::grid{in.byte()};
    case 3:
      return knobless::latin_hypercube{in.byte()};
    default:
      return knobless::tpe{};
  }
}

void check_point(const domain& space, const knobless::point& p) {
  knobless::point again = p;
  space.complete(again);
  require(again == p, "a suggested point is complete: snapped, with the mask that follows from the parents");
  require(space.contains(p), "a suggested point lies within the bounds");
  require(space.admits(p), "a suggested point keeps the constraints");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  source in{data, data + size};
  std::optional<knobless::space<assignment>> space = space_from(in);
  if (!space) return 0;
  const auto direction = in.below(2) == 0 ? knobless::direction::minimize : knobless::direction::maximize;
  knobless::study<assignment> study{*space, sampler_from(in), {.seed = in.byte(), .direction = direction}};
  std::vector<knobless::trial<assignment>> running;
  std::size_t told = 0;
  std::size_t failed = 0;

  const auto take = [&] {
    const std::size_t i = in.below(static_cast<unsigned>(running.size()));
    knobless::trial<assignment> t = std::move(running[i]);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
    return t;
  };

  for (int steps = 0; steps < 200 && !in.empty(); ++steps) {
    switch (const unsigned call = in.below(16); call) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: {
        knobless::result<knobless::trial<assignment>> next = study.try_ask();
        if (!next) {
          require(next.error().code == knobless::error_code::space_exhausted ||
                      next.error().code == knobless::error_code::no_admitted_point,
                  "an ask fails for one of two reasons");
          break;
        }
        check_point(space->domain(), study.trials().pending().back().where);
        running.push_back(std::move(next).value());
        break;
      }
      case 6:
        if (!running.empty()) running[in.below(static_cast<unsigned>(running.size()))].report(in.byte(), in.number());
        break;
      case 7:
        if (!running.empty()) (void)take();
        break;
      case 8: {
        // Another space of the same names: what was told is kept.
        if (std::optional<knobless::space<assignment>> other = space_from(in)) {
          space = other;
          study.change_space(*space);
        }
        break;
      }
      case 9: {
        knobless::random rng(in.byte());
        knobless::point p = knobless::detail::random_point(space->domain(), rng);
        // There and back a real may change its last bit, and this constraint looks at every bit.
        const knobless::result<knobless::point> back = space->encode(space->decode(p));
        require(static_cast<bool>(back), "what a point stands for is a configuration of the space");
        if (!space->domain().admits(back.value())) break;
        study.enqueue(space->decode(p));
        break;
      }
      default: {
        if (running.empty()) break;
        knobless::trial<assignment> t = take();
        const double value = call < 14 ? in.bound() : in.number();
        const bool is_failure = !knobless::elementary::is_finite(value) && call != 10;
        if (call == 10)
          study.tell(std::move(t), knobless::pruned);
        else
          study.tell(std::move(t), value);
        ++told;
        failed += is_failure ? 1 : 0;
      }
    }

    const knobless::history& seen = study.trials();
    require(seen.size() == told, "nothing that was told is lost");
    require(seen.pending().size() == running.size(), "trials run until they are told or dropped");
    std::size_t failures = 0;
    std::optional<double> lowest;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const knobless::observation o = seen[i];
      require(o.state != trial_state::running, "what was told does not run");
      failures += o.state == trial_state::failed ? 1 : 0;
      const bool eligible =
          o.state == trial_state::complete && space->domain().contains(o.where()) && space->domain().admits(o.where());
      if (eligible && (!lowest || o.value < *lowest)) lowest = o.value;
    }
    require(failures <= failed, "only NaN and infinity fail");
    require(study.has_best() == lowest.has_value(), "there is a best where a trial within the space is complete");
    if (lowest) {
      require(study.core().signed_value(study.best().value) == *lowest, "the best is the lowest");
      require(knobless::elementary::is_finite(study.best_estimated().value), "the estimate is a number");
    }
  }
  const std::string rows = study.csv();
  std::size_t lines = 0;
  for (const char c : rows) lines += c == '\n' ? 1 : 0;
  require(lines == told + 1, "a row for each told trial");
  return 0;
}
