#include "../support.hpp"

#include <knobless/sampler.hpp>

#include <memory>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

domain line() { return domain::make({parameter::real("x", {}).value()}).value(); }

point at(double x) {
  point p(1);
  p.unit[0] = x;
  p.active[0] = 1;
  return p;
}

// Counts its asks and ends after three. Can't be copied.
struct counting {
  std::unique_ptr<int> asked = std::make_unique<int>(0);
  std::optional<point> ask(const ask_context&) {
    if (*asked == 3) return std::nullopt;
    return at(0.25 * (*asked)++);
  }
};

struct without_ask {};
struct asks_for_less {
  std::optional<point> ask() { return {}; }
};
struct answers_otherwise {
  point ask(const ask_context&) { return {}; }
};
struct can_not_move {
  can_not_move() = default;
  can_not_move(const can_not_move&) = delete;
  std::optional<point> ask(const ask_context&) { return {}; }
};

}  // namespace

static_assert(sampler<counting>);
static_assert(sampler<any_sampler>);
static_assert(!sampler<without_ask>);
static_assert(!sampler<asks_for_less>);
static_assert(!sampler<answers_otherwise>);
static_assert(!sampler<can_not_move>);
static_assert(std::is_convertible_v<counting, any_sampler>);
static_assert(!std::is_convertible_v<without_ask, any_sampler>);
static_assert(std::is_nothrow_move_constructible_v<any_sampler>);
static_assert(!std::is_copy_constructible_v<any_sampler>);

TEST_CASE("sampler: any_sampler asks the one that it holds, which keeps its state") {
  const domain d = line();
  const history seen(1);
  knobless::random_stream rng(1);
  any_sampler held = counting{};
  for (int i = 0; i < 3; ++i) {
    const std::optional<point> p = held.ask({d, seen, rng});
    REQUIRE(p);
    CHECK(*p == at(0.25 * i));
  }
  CHECK_FALSE(held.ask({d, seen, rng}));
}

TEST_CASE("sampler: any_sampler takes its state along when it moves") {
  const domain d = line();
  const history seen(1);
  knobless::random_stream rng(1);
  any_sampler first = counting{};
  CHECK(first.ask({d, seen, rng}) == at(0.0));
  any_sampler second = std::move(first);
  CHECK(second.ask({d, seen, rng}) == at(0.25));
  first = std::move(second);
  CHECK(first.ask({d, seen, rng}) == at(0.5));
}

TEST_CASE("sampler: the context reaches the sampler as it is") {
  struct looks {
    const domain* space;
    const history* seen;
    std::optional<point> ask(const ask_context& c) const {
      CHECK(&c.space == space);
      CHECK(&c.seen == seen);
      CHECK(c.seed == 9);
      CHECK(c.proposed == 4);
      return at(c.rng.uniform());
    }
  };
  const domain d = line();
  const history seen(1);
  knobless::random_stream rng(3, 7);
  any_sampler held = looks{&d, &seen};
  const std::optional<point> p = held.ask({d, seen, rng, 9, 4});
  CHECK(p == at(knobless::random_stream(3, 7).uniform()));
}

TEST_CASE("sampler: a copy of a named sampler is held, the original stays") {
  struct counts {
    int asked = 0;
    std::optional<point> ask(const ask_context&) { return at(0.125 * asked++); }
  };
  const domain d = line();
  const history seen(1);
  knobless::random_stream rng(1);
  counts original;
  any_sampler held = original;
  (void)held.ask({d, seen, rng});
  CHECK(held.ask({d, seen, rng}) == at(0.125));
  CHECK(original.asked == 0);
}

TEST_CASE("sampler: a point is known where it runs or is queued, and unknown elsewhere") {
  const domain d = line();
  history seen(1);
  seen.begin({0, at(0.25), {}});
  const std::vector<point> queued{at(0.5)};
  knobless::random_stream rng(1);
  ask_context context{d, seen, rng};
  context.queued = queued;
  CHECK(context.known(at(0.25)));
  CHECK(context.known(at(0.5)));
  CHECK_FALSE(context.known(at(0.75)));
}
