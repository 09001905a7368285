#include <knobless/advance.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support.hpp"

using namespace knobless;

namespace {

struct setting {
  double x = 0.5;
};

space<setting> line() { return space<setting>{real("x", &setting::x, {.low = 0.0, .high = 1.0})}; }

// Knows all models of a test: how many live, and what each was trained.
struct registry {
  std::size_t live = 0;
  std::size_t peak = 0;
  std::size_t built = 0;
  std::size_t destroyed = 0;
  std::size_t trained = 0;
  std::vector<std::size_t> live_at_leg;  // models that lived at each leg's beginning
  std::vector<int> leg_from;             // what its model had been trained before
};

// Can be neither copied nor moved.
class model {
 public:
  model(registry& all, double x) : all_(all), x_(x) {
    ++all_.built;
    all_.peak = (std::max)(all_.peak, ++all_.live);
  }
  model(const model&) = delete;
  model& operator=(const model&) = delete;
  ~model() {
    --all_.live;
    ++all_.destroyed;
  }
  double train(int more) {
    all_.live_at_leg.push_back(all_.live);
    all_.leg_from.push_back(steps_);
    steps_ += more;
    all_.trained += static_cast<std::size_t>(more);
    return (x_ - 0.3) * (x_ - 0.3) + 1.0 / static_cast<double>(steps_);
  }
  [[nodiscard]] int steps() const { return steps_; }
  [[nodiscard]] double x() const { return x_; }

 private:
  registry& all_;
  double x_;
  int steps_ = 0;
};

const auto train = [](model& m, int more) { return m.train(more); };

}  // namespace

TEST_CASE(
    "successive_halving: nothing is trained twice, the rung's models live and no more, losers go before the next "
    "rung") {
  registry all;
  {
    auto top = successive_halving(line(), [&](const setting& s) { return model(all, s.x); }, train,
                                  {.max_resource = 27, .seed = 3});
    CHECK(all.built == 27);
    CHECK(all.peak == 27);
    CHECK(all.trained == 27 * 1 + 9 * 2 + 3 * 6 + 1 * 18);
    // The first leg of each rung finds as many models as the rung has.
    REQUIRE(all.leg_from.size() == 27 + 9 + 3 + 1);
    for (std::size_t i = 0; i < 27; ++i) CHECK(all.live_at_leg[i] == i + 1);
    for (std::size_t i = 27; i < 36; ++i) CHECK(all.live_at_leg[i] == 9);
    for (std::size_t i = 36; i < 39; ++i) CHECK(all.live_at_leg[i] == 3);
    CHECK(all.live_at_leg[39] == 1);
    CHECK(all.leg_from == [] {
      std::vector<int> from(27, 0);
      from.insert(from.end(), 9, 1);
      from.insert(from.end(), 3, 3);
      from.push_back(9);
      return from;
    }());

    REQUIRE(top.has_best());
    auto best = top.best();
    CHECK(best.resource == 27);
    CHECK(best.object.steps() == 27);
    CHECK(best.object.x() == best.config.x);
    CHECK(best.value == doctest::Approx((best.config.x - 0.3) * (best.config.x - 0.3) + 1.0 / 27.0));
    CHECK(std::abs(best.config.x - 0.3) < 0.1);
    CHECK(all.live == 1);
    CHECK(top.taken().trials == 27);
    CHECK(top.taken().complete == 1);
    CHECK(top.taken().failed == 0);
    CHECK(top.taken().trained == all.trained);
    CHECK(top.taken().peak_live == 27);
    CHECK(top.taken().rebuilt == 0);
    // The model goes on.
    best.object.train(10);
    CHECK(top.take()->steps() == 37);
    CHECK(all.live == 0);
    CHECK_FALSE(top.has_best());
  }
  CHECK(all.destroyed == all.built);
}

TEST_CASE("hyperband, asha, multi_fidelity: the same promises") {
  enum { hb, as, mf };
  for (const int which : {hb, as, mf}) {
    registry all;
    const auto build = [&](const setting& s) { return model(all, s.x); };
    const training_options<setting> options{.max_resource = 27, .budget = 12.0, .seed = 4};
    auto top = which == hb   ? hyperband(line(), build, train, options)
               : which == as ? asha(line(), build, train, options)
                             : multi_fidelity(line(), build, train, options);
    CAPTURE(which);
    CHECK(top.taken().trained == all.trained);
    CHECK(all.trained <= 12 * 27);
    CHECK(all.trained > 11 * 27 / 2);
    CHECK(top.taken().peak_live == all.peak);
    CHECK(top.taken().rebuilt == 0);
    CHECK(top.taken().trials == all.built);
    CHECK(all.live == 1);
    CHECK(top.best().object.steps() == 27);
    CHECK(std::abs(top.best().config.x - 0.3) < 0.1);
    // Each piece of training begins where the model's last one ended: the sum over the trials is all of it.
    std::size_t sum = 0;
    for (const training& t : top.trials()) sum += t.resource();
    CHECK(sum == all.trained);
  }
}

TEST_CASE("hyperband: in each bracket the rung's models live, beside the best of the brackets before, and no more") {
  registry all;
  auto top =
      hyperband(line(), [&](const setting& s) { return model(all, s.x); }, train, {.max_resource = 9, .seed = 3});
  std::size_t leg = 0;
  std::size_t kept = 0;
  for (const detail::bracket& b : detail::hyperband_brackets({.max_resource = 9})) {
    for (std::size_t rung = 0; rung < b.rungs.size(); ++rung)
      for (std::size_t i = 0; i < b.rungs[rung].trials; ++i, ++leg) {
        REQUIRE(leg < all.leg_from.size());
        CAPTURE(leg);
        CHECK(static_cast<std::size_t>(all.leg_from[leg]) == (rung == 0 ? 0 : b.rungs[rung - 1].resource));
        // The first rung fills while it is trained.
        CHECK(all.live_at_leg[leg] <= kept + (rung == 0 ? i + 1 : b.rungs[rung].trials));
      }
    kept = 1;
  }
  CHECK(leg == all.leg_from.size());
  CHECK(all.peak == top.taken().peak_live);
  CHECK(top.taken().rebuilt == 0);
}

TEST_CASE("live objects: a memory cap is kept, by training again, which is counted; the outcome is the same") {
  for (const std::size_t cap : {1U, 2U, 5U, 20U}) {
    registry free;
    registry capped;
    auto a = successive_halving(line(), [&](const setting& s) { return model(free, s.x); }, train,
                                {.max_resource = 9, .seed = 3});
    auto b = successive_halving(line(), [&](const setting& s) { return model(capped, s.x); }, train,
                                {.max_resource = 9, .max_live = cap, .seed = 3});
    CAPTURE(cap);
    CHECK(capped.peak <= cap);
    CHECK(b.taken().peak_live == capped.peak);
    CHECK(b.taken().rebuilt == capped.built - free.built);
    CHECK(b.taken().retrained == capped.trained - free.trained);
    // Those that go on are seldom the ones that had to make room.
    if (cap >= 9) CHECK(b.taken().rebuilt == 0);
    if (cap <= 2) CHECK(b.taken().rebuilt > 0);
    CHECK(b.best().config.x == a.best().config.x);
    CHECK(b.best().value == a.best().value);
    CHECK(b.best().object.steps() == 9);
    CHECK(capped.live == 1);
  }
}

TEST_CASE("live objects: beyond a memory cap those go whose training is least, then the worst, the best one last") {
  // A rung of nine, of which three go on, needs room for three and the one that is trained: none of the three is let go.
  registry all;
  auto top = successive_halving(line(), [&](const setting& s) { return model(all, s.x); }, train,
                                {.max_resource = 9, .min_resource = 1, .budget = 3.0, .max_live = 4, .seed = 3});
  CHECK(all.peak == 4);
  CHECK(top.taken().rebuilt == 0);
}

TEST_CASE("live objects: a trial whose best value is among those that can't be kept is rebuilt for the result") {
  registry all;
  auto top = multi_fidelity(line(), [&](const setting& s) { return model(all, s.x); }, train,
                            {.max_resource = 9, .budget = 6.0, .max_live = 1, .seed = 1});
  CHECK(all.peak == 1);
  CHECK(top.taken().trained == all.trained);
  CHECK(top.best().object.steps() == 9);
  CHECK(top.best().object.x() == top.best().config.x);
}

TEST_CASE("live objects: models that only move, and models behind pointers") {
  auto top = hyperband(
      line(), [](const setting& s) { return std::make_unique<double>(s.x); },
      [](std::unique_ptr<double>& m, int) { return std::abs(*m - 0.7); }, {.max_resource = 9});
  const std::unique_ptr<std::unique_ptr<double>> kept = top.take();
  CHECK(std::abs(**kept - 0.7) < 0.2);
}

TEST_CASE("live objects: maximised, values are those of advance") {
  auto top = successive_halving(
      line(), [](const setting& s) { return s.x; },
      [](double& m, int more) {
        m += 0.0 * more;
        return 5.0 - (m - 0.3) * (m - 0.3);
      },
      {.max_resource = 9, .seed = 2, .direction = direction::maximize});
  CHECK(top.best().value <= 5.0);
  CHECK(top.best().value > 4.99);
  CHECK(top.best().value == 5.0 - (top.best().config.x - 0.3) * (top.best().config.x - 0.3));
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("live objects: what build or advance throws costs one trial") {
  int builds = 0;
  int live = 0;
  struct fragile {
    int* live;
    double x;
    int steps = 0;
    fragile(int* all, double at) : live(all), x(at) { ++*live; }
    fragile(const fragile&) = delete;
    fragile& operator=(const fragile&) = delete;
    ~fragile() { --*live; }
  };
  auto top = successive_halving(
      line(),
      [&](const setting& s) {
        if (++builds % 5 == 2) throw std::runtime_error("no memory for this one");
        return fragile(&live, s.x);
      },
      [](fragile& m, int more) {
        m.steps += more;
        if (m.steps >= 3 && m.x < 0.3) throw 7;
        return std::abs(m.x - 0.3);
      },
      {.max_resource = 27, .seed = 3});
  CHECK(top.taken().trials == 27);
  CHECK(top.taken().failed >= 6);
  CHECK(top.first_failure() == "no memory for this one");
  CHECK(top.best().config.x >= 0.3);
  CHECK(top.best().resource == 27);
  CHECK(live == 1);
  std::size_t failures = 0;
  for (const training& t : top.trials()) failures += t.state == trial_state::failed ? 1U : 0U;
  CHECK(failures == top.taken().failed);
}

TEST_CASE("live objects: a search in which nothing works ends after 100 trials") {
  const space<std::tuple<double>> line{real("x", {.low = 0.0, .high = 1.0})};
  const auto builds = [&](auto search) {
    int count = 0;
    const auto found = search(
        line,
        [&](const std::tuple<double>&) {
          ++count;
          return 0;
        },
        [](int&, int) -> outcome { return failed("no such file"); });
    CHECK_FALSE(found.has_best());
    CHECK(found.first_failure() == "no such file");
    return count;
  };
  training_options<std::tuple<double>> options;
  options.budget = 1000.0;
  CHECK(builds([&](auto... parts) { return multi_fidelity(parts..., options); }) == 100);
  CHECK(builds([&](auto... parts) { return asha(parts..., options); }) == 100);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("live objects: a first guess that breaks a constraint is refused") {
  struct holder {
    double x = 0.9;
  };
  const auto space = knobless::space<holder>{real("x", &holder::x, {.low = 0.0, .high = 1.0})}.require(
      [](const holder& h) { return h.x < 0.5; });
  int built = 0;
  const auto build = [&](const holder&) { return ++built; };
  training_options<holder> options;
  options.first_guesses = {holder{}};
  CHECK_THROWS_AS((void)multi_fidelity(
                      space, build, [](int&, int) { return 1.0; }, options),
                  knobless::exception);
  CHECK(built == 0);
}
#endif

TEST_CASE("live objects: where every trial fails there is no survivor, and the sentence says why") {
  for (int which = 0; which < 4; ++which) {
    const auto build = [](const setting&) -> int { throw std::runtime_error("no such file"); };
    const auto advance = [](int&, int) { return 1.0; };
    const training_options<setting> options{.max_resource = 9, .budget = 3.0};
    auto top = which == 0   ? successive_halving(line(), build, advance, options)
               : which == 1 ? hyperband(line(), build, advance, options)
               : which == 2 ? asha(line(), build, advance, options)
                            : multi_fidelity(line(), build, advance, options);
    CHECK_FALSE(top.has_best());
    CHECK(top.taken().failed == top.taken().trials);
    try {
      (void)top.best();
      FAIL("no error");
    } catch (const exception& e) {
      CHECK(test::says(e.what(), "no such file"));
    }
  }
}

TEST_CASE("live objects: options that make no sense are refused") {
  const auto build = [](const setting& s) { return s.x; };
  const auto advance = [](double& m, int) { return m; };
  for (const training_options<setting>& wrong :
       {training_options<setting>{.max_resource = 0}, training_options<setting>{.max_resource = -3},
        training_options<setting>{.min_resource = 0}, training_options<setting>{.max_resource = 5, .min_resource = 6},
        training_options<setting>{.factor = 1}, training_options<setting>{.budget = -1.0},
        training_options<setting>{.budget = test::nan}}) {
    CHECK_THROWS_AS((void)multi_fidelity(line(), build, advance, wrong), exception);
    CHECK_THROWS_AS((void)successive_halving(line(), build, advance, wrong), exception);
  }
}
#endif

#if KNOBLESS_EXCEPTIONS
TEST_CASE("live objects: what is refused is said, with what was given") {
  const auto refusal = [](const training_options<setting>& wrong) {
    return test::refusal([&] {
      (void)asha(
          line(), [](const setting& s) { return s.x; }, [](double& m, int) { return m; }, wrong);
    });
  };
  CHECK(refusal({.max_resource = -3}) == "knobless: max_resource: -3 given, but it must be at least 1");
  CHECK(refusal({.max_resource = 5, .min_resource = 6}) ==
        "knobless: min_resource: 6 given, but it must lie between 1 and max_resource");
  CHECK(refusal({.factor = 1}) == "knobless: factor: 1 given, but it must be at least 2");
  CHECK(refusal({.budget = -1.5}) == "knobless: budget: -1.5 given, but it must lie between 0 (the default) and 1e9");
}
#endif

TEST_CASE("live objects: NaN ends a trial, at any rung; ties keep the earlier one") {
  for (int which = 0; which < 4; ++which) {
    CAPTURE(which);
    int number = 0;
    struct counted {
      int number;
      int steps = 0;
    };
    const auto build = [&](const setting&) { return counted{number++}; };
    const auto advance = [](counted& m, int more) {
      m.steps += more;
      return m.number % 3 == 0 || (m.number % 3 == 1 && m.steps >= 3) ? test::nan : 1.0;
    };
    const training_options<setting> options{.max_resource = 9, .budget = 8.0, .seed = 6};
    auto top = which == 0   ? successive_halving(line(), build, advance, options)
               : which == 1 ? hyperband(line(), build, advance, options)
               : which == 2 ? asha(line(), build, advance, options)
                            : multi_fidelity(line(), build, advance, options);
    REQUIRE(top.has_best());
    CHECK(top.best().value == 1.0);
    CHECK(top.best().resource == 9);
    CHECK(top.best().object.number % 3 == 2);
    CHECK(top.best().object.number == static_cast<int>(top.best().number));
    for (const training& t : top.trials())
      for (const report& r : t.curve) CHECK(r.value == 1.0);
  }
}

TEST_CASE("live objects: resource 1, a budget of one training, and more factor than trials") {
  for (int which = 0; which < 4; ++which) {
    CAPTURE(which);
    const auto run = [&](const training_options<setting>& options) {
      registry all;
      const auto build = [&](const setting& s) { return model(all, s.x); };
      auto top = which == 0   ? successive_halving(line(), build, train, options)
                 : which == 1 ? hyperband(line(), build, train, options)
                 : which == 2 ? asha(line(), build, train, options)
                              : multi_fidelity(line(), build, train, options);
      CHECK(all.trained == top.taken().trained);
      CHECK(all.live == (top.has_best() ? 1 : 0));
      return std::pair{all.trained, top.has_best() ? top.best().resource : 0};
    };
    CHECK(run({.max_resource = 1, .budget = 5.0}) == std::pair<std::size_t, int>{5, 1});
    CHECK(run({.max_resource = 5, .min_resource = 5, .budget = 1.0}) == std::pair<std::size_t, int>{5, 5});
    const auto [trained, reached] = run({.max_resource = 10, .factor = 100, .budget = 3.0});
    CHECK(trained <= 30);
    CHECK(trained > 20);
    CHECK(reached == 10);
  }
}

TEST_CASE("live objects: where the last one fails after all others were destroyed, the best of them is built again") {
  registry all;
  auto top = successive_halving(
      line(), [&](const setting& s) { return model(all, s.x); },
      [](model& m, int more) { return m.steps() + more == 9 ? test::nan : m.train(more); },
      {.max_resource = 9, .seed = 3});
  CHECK(all.built == 9 + 1);
  CHECK(all.peak == 9);
  CHECK(top.taken().failed == 1);
  CHECK(top.taken().rebuilt == 1);
  CHECK(top.taken().retrained == 3);
  CHECK(top.best().resource == 3);
  CHECK(top.best().object.steps() == 3);
  CHECK(top.best().object.x() == top.best().config.x);
  CHECK(all.live == 1);
}

TEST_CASE("asha: where fewer trials were begun than a promotion takes, the best of the first rung is the result") {
  registry all;
  auto top = asha(line(), [&](const setting& s) { return model(all, s.x); }, train,
                  {.max_resource = 81, .factor = 9, .budget = 7.0 / 81.0, .seed = 1});
  CHECK(all.trained == 7);
  CHECK(top.taken().trials == 7);
  CHECK(top.best().resource == 1);
  CHECK(top.best().object.steps() == 1);
  for (const training& t : top.trials()) CHECK(t.value() >= top.best().value);
}

TEST_CASE("live objects: first guesses come first; a stop flag ends the search; the same seed is the same search") {
  for (int which = 0; which < 4; ++which) {
    CAPTURE(which);
    const auto run = [&](const training_options<setting>& options) {
      const auto build = [](const setting& s) { return s.x; };
      const auto advance = [](double& m, int) { return std::abs(m - 0.3); };
      auto top = which == 0   ? successive_halving(line(), build, advance, options)
                 : which == 1 ? hyperband(line(), build, advance, options)
                 : which == 2 ? asha(line(), build, advance, options)
                              : multi_fidelity(line(), build, advance, options);
      std::vector<double> xs;
      for (std::size_t i = 0; i < top.trials().size(); ++i) xs.push_back(top.config(i).x);
      return xs;
    };
    const training_options<setting> options{
        .max_resource = 9, .budget = 4.0, .seed = 5, .first_guesses = {{0.125}, {0.625}}};
    const std::vector<double> once = run(options);
    REQUIRE(once.size() > 3);
    CHECK(once[0] == 0.125);
    CHECK(once[1] == 0.625);
    CHECK(once == run(options));
    training_options<setting> other = options;
    other.seed = 6;
    CHECK(once != run(other));
    const std::atomic<bool> stop{true};
    other.stop = &stop;
    CHECK(run(other).empty());
  }
}

TEST_CASE("live objects: a space of few points is searched to its end") {
  struct few {
    int k = 0;
  };
  const space<few> small{integer("k", &few::k, {.low = 1, .high = 4})};
  auto top = successive_halving(
      small, [](const few& f) { return f.k; }, [](int& m, int) { return std::abs(m - 3.0); },
      {.max_resource = 27, .seed = 1});
  CHECK(top.best().config.k == 3);
  CHECK(top.best().resource == 27);
}

TEST_CASE("live objects: a budget for a single trial of a single unit") {
  for (int which = 0; which < 4; ++which) {
    CAPTURE(which);
    registry all;
    const auto build = [&](const setting& s) { return model(all, s.x); };
    const training_options<setting> options{.max_resource = 1, .budget = 1.0};
    auto top = which == 0   ? successive_halving(line(), build, train, options)
               : which == 1 ? hyperband(line(), build, train, options)
               : which == 2 ? asha(line(), build, train, options)
                            : multi_fidelity(line(), build, train, options);
    CHECK(top.taken().trials == 1);
    CHECK(top.best().resource == 1);
    CHECK(all.built == 1);
    CHECK(all.trained == 1);
  }
}

TEST_CASE("multi_fidelity: nothing need be said, and of 81 units most models get few") {
  registry all;
  auto top = multi_fidelity(
      line(), [&](const setting& s) { return model(all, s.x); }, train);
  CHECK(top.best().resource == 81);
  CHECK(std::abs(top.best().config.x - 0.3) < 0.05);
  CHECK(all.trained <= 20 * 81);
  CHECK(all.built > 20);
}

TEST_CASE("live objects: under noise the best estimated trial is truly better than the best observed") {
  struct noisy {
    double x;
    knobless::random_stream* rng;
  };
  const auto distance = [](double x) { return (x - 0.3) * (x - 0.3); };
  for (const double sign : {1.0, -1.0}) {
    double observed = 0.0;
    double estimated = 0.0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      knobless::random_stream rng(seed, 77);
      const auto advance = [&](noisy& m, int) { return sign * (distance(m.x) + 0.05 * m.rng->normal()); };
      auto top = hyperband(line(),
                           [&](const setting& s) {
                             return noisy{s.x, &rng};
                           },
                           advance,
                           {.max_resource = 1,
                            .budget = 40.0,
                            .seed = seed,
                            .direction = sign > 0.0 ? direction::minimize : direction::maximize});
      const auto judged = top.best_estimated();
      CHECK(judged.resource == 1);
      CHECK(judged.config.x == top.config(judged.number).x);
      CHECK(std::abs(sign * judged.value - distance(judged.config.x)) < 0.1);
      observed += distance(top.best().config.x);
      estimated += distance(judged.config.x);
    }
    MESSAGE("observed ", observed / 30.0, ", estimated ", estimated / 30.0);
    CHECK(estimated < 0.8 * observed);
  }
}

template <class Result>
concept lends_its_model = requires(Result&& found) {
  std::forward<Result>(found).best();
};

TEST_CASE("training: a result that is constant has its best, as that of a search") {
  struct config {
    double x = 0.0;
  };
  static_assert(requires(const training_result<config, int>& found) { found.best(); });
  // The model would be gone with the result.
  static_assert(!lends_its_model<training_result<config, int>>);
  const space<config> where{real("x", &config::x, {.low = 0.0, .high = 1.0})};
  const auto found = asha(
      where, [](const config& c) { return c.x; }, [](double& x, int) { return x; }, {.budget = 2.0});
  CHECK(found.best().value == found.best().object);
#if KNOBLESS_EXCEPTIONS
  const auto none = asha(
      where, [](const config& c) { return c.x; }, [](double&, int) { return test::nan; }, {.budget = 2.0});
  CHECK_FALSE(none.has_best());
  CHECK_THROWS_AS((void)none.best(), knobless::exception);
#endif
}

TEST_CASE("live objects: only who was trained furthest is judged, and nobody where all failed") {
  auto top = successive_halving(
      line(), [](const setting& s) { return s.x; },
      // Early values praise what is bad in the end.
      [](double& x, int more) { return more == 1 ? -x : x; }, {.max_resource = 9, .seed = 1});
  const auto judged = top.best_estimated();
  CHECK(judged.resource == 9);
  CHECK(judged.number == top.best().number);
#if KNOBLESS_EXCEPTIONS
  auto none = successive_halving(
      line(), [](const setting& s) { return s.x; }, [](double&, int) -> double { throw std::runtime_error("no disk"); },
      {.max_resource = 3});
  try {
    (void)none.best_estimated();
    FAIL("no error");
  } catch (const exception& e) {
    CHECK(test::says(e.what(), "no trial has survived; the first failure: no disk"));
  }
#endif
}

TEST_CASE("live objects: a model that breaks a limit has failed, and notes are kept") {
  registry all;
  const auto build = [&](const setting& s) { return model(all, s.x); };
  const auto advance = [](model& m, int more) {
    const double value = m.train(more);
    return outcome{value}.limit("length", 0.5 - m.x()).note("steps", m.steps());
  };
  const auto check_one = [](const auto& top) {
    const record& happened = top.happened();
    CHECK(top.best().config.x >= 0.5);
    std::size_t failures = 0;
    for (std::size_t i = 0; i < happened.seen().size(); ++i) {
      const observation o = happened.seen()[i];
      CHECK(o.feasible == (o.state != trial_state::failed));
      if (o.state == trial_state::failed) {
        ++failures;
        CHECK(happened.why(i) == "it breaks the limit \"length\"");
        CHECK(happened.values(i).empty());
      }
      if (o.state == trial_state::complete) {
        REQUIRE(happened.notes(i).size() == 1);
        CHECK(std::get<double>(happened.notes(i)[0].value) == 9.0);
      }
    }
    CHECK(failures > 0);
    CHECK(failures < happened.seen().size());
    CHECK(test::says(top.csv(), ",length,steps,why\n"));
  };
  check_one(successive_halving(line(), build, advance, {.max_resource = 9, .seed = 1}));
  check_one(hyperband(line(), build, advance, {.max_resource = 9, .seed = 1}));
}

TEST_CASE("live objects: several values cost the trial") {
  const auto top = successive_halving(
      line(), [](const setting& s) { return s; },
      [](setting& s, int) -> outcome {
        return {s.x, 1.0};
      },
      {.max_resource = 3, .seed = 1});
  CHECK_FALSE(top.has_best());
  CHECK(top.first_failure() == "2 values given, but live models are compared by one");
}
