#include <knobless/advance.hpp>
#include <knobless/executor/threads.hpp>
#include <knobless/parallel_advance.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/training/asha_rule.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../support.hpp"

using namespace knobless;

namespace {

struct setting {
  double x = 0.5;
};

space<setting> line() { return space<setting>{real("x", &setting::x, {.low = 0.0, .high = 1.0})}; }

struct model {
  explicit model(const setting& s) : x(s.x) {}
  double x;
  int steps = 0;
};

const auto build = [](const setting& s) { return model(s); };
const auto advance = [](model& m, int more) {
  m.steps += more;
  return (m.x - 0.3) * (m.x - 0.3) + 1.0 / m.steps;
};

// Trains so many for a third, then the best of them in full. It can only be moved.
class screening {
 public:
  static constexpr std::string_view name = "screening";
  explicit screening(std::size_t width) : width_(std::make_unique<std::size_t>(width)) {}

  std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) {
    const auto trials = context.trials;
    if (trials.size() < *width_) return leg{trials.size(), context.max_resource / 3};
    std::size_t best = 0;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (trials[i].busy) return std::nullopt;
      if (trials[i].value() < trials[best].value()) best = i;
    }
    if (std::exchange(chosen_, true)) return std::nullopt;
    for (std::size_t i = 0; i < trials.size(); ++i)
      if (i != best) out.push_back(i);
    return leg{best, context.max_resource};
  }
  void told(const promotion_context&, std::size_t) {}

 private:
  std::unique_ptr<std::size_t> width_;
  bool chosen_ = false;
};

// A rule of one function.
struct told_to {
  std::function<std::optional<leg>(const promotion_context&, std::vector<std::size_t>&)> decide;
  std::optional<leg> next(const promotion_context& context, std::vector<std::size_t>& out) {
    return decide(context, out);
  }
  void told(const promotion_context&, std::size_t) {}
};

template <class Result>
std::vector<std::pair<double, std::size_t>> story(const Result& top) {
  std::vector<std::pair<double, std::size_t>> all;
  for (std::size_t i = 0; i < top.trials().size(); ++i) all.emplace_back(top.config(i).x, top.trials()[i].resource());
  return all;
}

}  // namespace

TEST_CASE("train_by: a rule and a sampler of one's own decide, and the rule says when the search is over") {
  const auto top = train_by(line(), screening(12), random_search{}, build, advance, {.max_resource = 9, .seed = 4});
  CHECK(top.taken().trials == 12);
  CHECK(top.taken().complete == 1);
  CHECK(top.taken().trained == 12 * 3 + 6);
  CHECK(top.reason() == termination::trials_done);
  const auto best = top.best();
  CHECK(best.object.steps == 9);
  for (std::size_t i = 0; i < 12; ++i) {
    CHECK(std::abs(top.config(i).x - 0.3) >= std::abs(best.config.x - 0.3));
    CHECK(top.trials()[i].state == (i == best.number ? trial_state::complete : trial_state::pruned));
  }
}

TEST_CASE("train_by: the library's rule and sampler make the search that its function makes") {
  const training_options<setting> options{.max_resource = 27, .budget = 6.0, .seed = 5};
  const auto by_name = asha(line(), build, advance, options);
  const auto by_rule = train_by(line(), asha_rule(geometric_rungs(1, 27, 3), 3), tpe{}, build, advance, options);
  CHECK(story(by_name) == story(by_rule));
  const auto at_random =
      train_by(line(), asha_rule(geometric_rungs(1, 27, 3), 3), random_search{}, build, advance, options);
  CHECK(story(by_name) != story(at_random));
}

TEST_CASE("train_by: in parallel, legs that are told in order make the same search on any number of threads") {
  const parallel_options how{.legs = 4, .deterministic = true};
  const auto on = [&](std::size_t workers) {
    return story(train_by(threads{workers}, line(), screening(12), random_search{}, build, advance,
                          {.max_resource = 9, .seed = 4}, how));
  };
  CHECK(on(1) == on(3));
  CHECK(on(1) ==
        story(train_by(line(), screening(12), random_search{}, build, advance, {.max_resource = 9, .seed = 4})));
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("train_by: a rule that wants what can't be is refused with what it wanted, before anything is trained") {
  const auto refused = [](auto decide) {
    int legs = 0;
    const auto count = [&](model& m, int more) {
      ++legs;
      return advance(m, more);
    };
    const std::string said = test::refusal(
        [&] { (void)train_by(line(), told_to{decide}, random_search{}, build, count, {.max_resource = 9}); });
    return std::pair{said, legs};
  };
  using context = promotion_context;
  using list = std::vector<std::size_t>;
  // The first leg is fine; what the rule wants next is not.
  const auto second = [&](leg wanted, std::size_t first_to = 3) {
    return refused([=](const context& c, list&) -> std::optional<leg> {
      return c.trials.empty() ? leg{0, first_to} : wanted;
    });
  };
  const auto says = [](const std::pair<std::string, int>& got, const char* words) {
    CAPTURE(got.first);
    return test::says(got.first, words) && test::says(got.first, "promotion_rule.next") && got.second == 1;
  };
  CHECK(says(second({5, 3}), "trial 5 trained, but the next new trial is 1"));
  CHECK(says(second({0, 3}), "trial 0 trained up to 3, but that must be from 4 to 9"));
  CHECK(says(second({0, 2}), "trial 0 trained up to 2, but that must be from 4 to 9"));
  CHECK(says(second({0, 10}), "trial 0 trained up to 10, but that must be from 4 to 9"));
  CHECK(says(second({1, 0}), "trial 1 trained up to 0, but that must be from 1 to 9"));
  CHECK(says(second({0, 9}, 9), "trial 0 trained, but it has ended"));
  CHECK(says(second({1, 3, point(2)}), "trial 1 at a point of 2 coordinates, but the space has 1"));

  const auto lets_go = [&](list out) {
    return refused([=](const context& c, list& into) -> std::optional<leg> {
      if (c.trials.empty()) return leg{0, 3};
      into = out;
      return leg{1, 3};
    });
  };
  CHECK(says(lets_go({7}), "trial 7 go, but only one that waits can go, and once"));
  CHECK(says(lets_go({0, 0}), "trial 0 go, but only one that waits can go, and once"));

  // The same where legs are trained side by side.
  const std::string busy = test::refusal([] {
    const auto again = [](const context&, list&) -> std::optional<leg> { return leg{0, 3}; };
    (void)train_by(threads{2}, line(), told_to{again}, random_search{}, build, advance, {.max_resource = 9},
                   {.legs = 2, .deterministic = true});
  });
  CHECK(test::says(busy, "trial 0 trained, but it is being trained"));
  CHECK(test::says(
      test::refusal([] { (void)train_by(line(), screening(3), random_search{}, build, advance, {.max_resource = 0}); }),
      "max_resource"));
}

TEST_CASE("train_by: a search goes on from its log, but not from that of another rule or sampler") {
  const training_options<setting> options{.max_resource = 9, .seed = 4};
  const auto whole = train_by(line(), screening(12), random_search{}, build, advance, options);
  training_options<setting> more = options;
  more.budget = 2.0;
  more.continue_from = train_by(line(), screening(12), random_search{}, build, advance, more).log();
  CHECK_FALSE(more.continue_from == whole.log());
  more.budget = 0.0;
  CHECK(story(train_by(line(), screening(12), random_search{}, build, advance, more)) == story(whole));
  CHECK(test::says(test::refusal([&] { (void)train_by(line(), screening(12), tpe{}, build, advance, more); }),
                   "screening"));
  const told_to nameless{[](const promotion_context&, std::vector<std::size_t>&) { return std::optional<leg>(); }};
  CHECK_FALSE(test::refusal([&] { (void)train_by(line(), nameless, random_search{}, build, advance, more); }).empty());
}
#endif

TEST_CASE("train_by: a rule that has nothing to train makes a search of nothing") {
  const told_to nothing{[](const promotion_context&, std::vector<std::size_t>&) { return std::optional<leg>(); }};
  const auto top = train_by(line(), nothing, random_search{}, build, advance, {.max_resource = 9});
  CHECK_FALSE(top.has_best());
  CHECK(top.trials().empty());
}
