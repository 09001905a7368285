#include "../support.hpp"

#include <knobless/sampler/random_search.hpp>
#include <knobless/study/study_core.hpp>

#include <memory>
#include <utility>

using namespace knobless;

namespace {

std::shared_ptr<const domain> line(double low = 0.0, double high = 1.0) {
  return std::make_shared<const domain>(
      domain::make({parameter::real("x", {.low = low, .high = high}).value()}).value());
}
point at(double u) {
  point p(1);
  p.unit[0] = u;
  p.active[0] = 1;
  return p;
}

// Writes down what it is told to look at, and proposes one point after another.
struct recording {
  std::vector<std::size_t>* proposed;
  std::vector<std::uint64_t>* drawn;
  std::size_t end = 1000;
  std::optional<point> ask(const ask_context& c) {
    proposed->push_back(c.proposed);
    drawn->push_back(c.rng());
    if (c.proposed == end) return std::nullopt;
    return at(static_cast<double>(c.proposed % 64) / 64.0);
  }
};

// From the line [low, high] that a point was placed in to another, and nowhere below `cut` in the first.
struct by_value final : record::translation {
  const study_core* core;
  double low, high, cut;
  by_value(const study_core& c, double l, double h, double lost_below = -1e300)
      : core(&c), low(l), high(h), cut(lost_below) {}
  [[nodiscard]] std::optional<point> apply(const record::placed& from) const override {
    const parameter& p = core->happened().space(from.space)[0];
    const double value = p.low() + from.where.unit[0] * (p.high() - p.low());
    if (value < cut) return std::nullopt;
    return at((value - low) / (high - low));
  }
};

}  // namespace

TEST_CASE("study_core: the sampler is told how often it was asked before, and draws from the trial's own stream") {
  std::vector<std::size_t> proposed;
  std::vector<std::uint64_t> drawn;
  study_core core(line(), recording{&proposed, &drawn}, {.seed = 9});
  core.enqueue(at(0.5));
  for (std::size_t i = 0; i < 4; ++i) {
    const auto next = core.ask();
    REQUIRE(next);
    CHECK(next.value().number == i);
  }
  core.enqueue(at(0.75));
  CHECK(core.ask().value().where == at(0.75));
  core.add(at(0.25), 1.0);
  CHECK(core.ask().value().number == 6);
  // Neither guesses nor known results are proposals of the sampler, but they have numbers.
  CHECK(proposed == std::vector<std::size_t>{0, 1, 2, 3});
  REQUIRE(drawn.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) CHECK(drawn[i] == knobless::random_stream(9, i + 1)());
  CHECK(drawn[3] == knobless::random_stream(9, 6)());
  CHECK(core.asked_count() == 7);
}

TEST_CASE("study_core: when the sampler has no more, nothing is begun") {
  std::vector<std::size_t> proposed;
  std::vector<std::uint64_t> drawn;
  study_core core(line(), recording{&proposed, &drawn, 1}, {});
  REQUIRE(core.ask());
  for (int i = 0; i < 3; ++i) {
    const auto next = core.ask();
    REQUIRE_FALSE(next);
    CHECK(next.error().code == error_code::space_exhausted);
  }
  CHECK(core.asked_count() == 1);
  CHECK(core.seen().pending().size() == 1);
  CHECK(proposed == std::vector<std::size_t>{0, 1, 1, 1});
}

TEST_CASE("study_core: unknown numbers are no running trials") {
  study_core core(line(), random_search{}, {});
  const std::size_t number = core.ask().value().number;
  CHECK_FALSE(core.tell(number + 1, 1.0));
  CHECK_FALSE(core.keep_report(number + 1, {1, 1.0}));
  CHECK(core.keep_report(number, {1, 1.0}));
  core.drop(number + 1);
  CHECK(core.tell(number, 1.0));
  CHECK_FALSE(core.tell(number, 1.0));
  CHECK_FALSE(core.keep_report(number, {1, 1.0}));
  core.drop(number);
  CHECK(core.seen().size() == 1);
  CHECK(core.seen().pending().empty());
}

TEST_CASE("study_core: the first failure that gave a reason is remembered") {
  study_core core(line(), random_search{}, {});
  const auto fail = [&](const outcome& out) { core.tell(core.ask().value().number, out); };
  CHECK(core.first_failure().empty());
  fail(failed);
  CHECK(core.first_failure().empty());
  fail(failed("first"));
  fail(failed("second"));
  fail(test::nan);
  CHECK(core.first_failure() == "first");
  CHECK(core.seen().failures() == 4);
}

TEST_CASE("study_core: values are signed for samplers, and back") {
  study_core down(line(), random_search{}, {});
  study_core up(line(), random_search{}, {.direction = direction::maximize});
  for (const double value : {2.5, -1.0, 0.0, 1e300}) {
    CHECK(down.signed_value(value) == value);
    CHECK(up.signed_value(value) == -value);
    CHECK(up.signed_value(up.signed_value(value)) == value);
    down.add(at(0.5), value);
    up.add(at(0.5), value);
  }
  CHECK(down.seen()[*down.seen().best()].value == -1.0);
  CHECK(up.seen()[*up.seen().best()].value == -1e300);
}

TEST_CASE("study_core: every told trial is translated from the space in which it was evaluated") {
  study_core core(line(0.0, 8.0), random_search{}, {});
  core.add(at(0.125), 3.0);  // 1
  core.add(at(0.5), 2.0);    // 4
  const std::size_t running = core.ask().value().number;
  const double asked = core.seen().pending()[0].where.unit[0];
  const std::uint64_t epoch = core.seen().epoch();

  core.replace_space(line(3.0, 5.0), by_value(core, 3.0, 5.0, 2.0));
  CHECK(core.happened().spaces() == 2);
  CHECK(core.space()[0].low() == 3.0);
  CHECK(core.happened().space(0)[0].low() == 0.0);
  CHECK(core.seen().epoch() != epoch);
  REQUIRE(core.seen().size() == 2);
  CHECK(core.seen()[0].state == trial_state::foreign);
  CHECK(core.seen()[0].has_value);
  CHECK(core.seen()[1].state == trial_state::complete);
  CHECK(core.seen()[1].unit[0] == 0.5);
  CHECK(core.seen().best() == 1);
  core.add(at(1.0), 1.0);  // 5
  CHECK(core.tell(running, 4.0));

  for (const double high : {100.0, 7.0, 1e6, 16.0}) core.replace_space(line(0.0, high), by_value(core, 0.0, high));
  REQUIRE(core.seen().size() == 4);
  const double values[] = {1.0, 4.0, 5.0, 8.0 * asked};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(core.seen()[i].state == trial_state::complete);
    CHECK(core.seen()[i].unit[0] == doctest::Approx(values[i] / 16.0).epsilon(1e-14));
  }
  // Bit for bit where each was placed, however often the space changed.
  CHECK(core.happened().original(0).space == 0);
  CHECK(core.happened().original(0).where == at(0.125));
  CHECK(core.happened().original(1).where == at(0.5));
  CHECK(core.happened().original(2).space == 1);
  CHECK(core.happened().original(2).where == at(1.0));
  CHECK(core.happened().original(3).space == 0);
  CHECK(core.happened().original(3).where == at(asked));
  CHECK(core.seen().best() == 2);
}

TEST_CASE("study_core: the queue goes over into another space where its points lie within it") {
  study_core core(line(0.0, 1.0), random_search{}, {});
  for (const double u : {0.125, 0.5, 0.75, 0.875}) core.enqueue(at(u));
  CHECK(core.ask().value().where == at(0.125));
  core.replace_space(line(0.5, 1.0), by_value(core, 0.5, 1.0, 0.6));
  CHECK(core.queued() == 2);
  CHECK(core.ask().value().where == at(0.5));
  CHECK(core.ask().value().where == at(0.75));
}

TEST_CASE("study_core: a point that the sampler proposes against the constraints is replaced") {
  std::vector<std::size_t> proposed;
  std::vector<std::uint64_t> drawn;
  const auto upper = std::make_shared<const domain>(line()->require([](const point& p) { return p.unit[0] > 0.9; }));
  study_core core(upper, recording{&proposed, &drawn}, {});
  for (int i = 0; i < 20; ++i) CHECK(core.ask().value().where.unit[0] > 0.9);
}
