#include "../support.hpp"

#include <knobless/random.hpp>
#include <knobless/space.hpp>

#include <limits>
#include <tuple>
#include <utility>

using namespace knobless;

namespace {

enum class activation { relu, tanh, gelu };

// A value with == and nothing else.
struct kernel {
  int width = 0;
  char shape = 'r';
  friend bool operator==(const kernel&, const kernel&) = default;
};

struct regularised {
  double weight_decay = 0.0;
};

struct schedule {
  double warmup = 0.0;
  int cycles = 1;
};

struct optimiser {
  double momentum = 0.9;
  schedule plan;
};

struct config : regularised {
  double rate = 1e-3;
  float share = 0.2F;
  long double precise = 0.0L;
  int hidden = 16;
  signed char tiny = 0;
  unsigned char byte = 0;
  std::uint64_t big = 0;
  bool bias = true;
  activation act = activation::tanh;
  std::string name = "b";
  kernel patch{3, 'r'};
  bool listed = false;
  int batch = 64;
  double temperature = 1.0;
  std::array<double, 3> gains{};
  std::array<float, 2> mix{};
  optimiser opt;
  int constant = 5;
  int untouched = 42;
};

const space<config>& all_kinds() {
  static const space<config> made{
      real("weight_decay", &config::weight_decay, {.low = 1e-8, .high = 1e-2, .scale = knobless::scaling::log}),
      real("rate", &config::rate, {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
      real("share", &config::share, {.low = 0.1, .high = 0.7}),
      real("precise", &config::precise, {.low = -1.0, .high = 1.0, .step = 0.125}),
      integer("hidden", &config::hidden, {.low = 2, .high = 128, .scale = knobless::scaling::log}),
      integer("tiny", &config::tiny, {.low = -128, .high = 127}),
      integer("byte", &config::byte, {.low = 0, .high = 255, .step = 5}),
      integer("big", &config::big, {.low = 0, .high = std::int64_t{1} << 50U}),
      flag("bias", &config::bias),
      choice("act", &config::act, {activation::relu, activation::tanh, activation::gelu})
          .named({"relu", "tanh", "gelu"}),
      choice("name", &config::name, {"a", "b"}),
      choice("patch", &config::patch, {{1, 'r'}, {3, 'r'}, {3, 'o'}}),
      choice("listed", &config::listed, {false, true}),
      ordinal("batch", &config::batch, {16, 64, 1024}, knobless::scaling::log),
      ordinal("temperature", &config::temperature, {0.5, 1.0, 3.0}),
      real("gains", &config::gains, {.low = -1.0, .high = 1.0}),
      real("mix", &config::mix, {.low = 0.1, .high = 0.3}),
      group("opt", &config::opt, real("momentum", &optimiser::momentum, {.low = 0.0, .high = 0.99}),
            group("plan", &optimiser::plan, real("warmup", &schedule::warmup, {.low = 0.0, .high = 0.5}),
                  integer("cycles", &schedule::cycles, {.low = 1, .high = 5}))),
      fixed(&config::constant, 7)};
  return made;
}

point random_point(const domain& d, knobless::random_stream& rng) {
  point p(d.size());
  for (double& u : p.unit) u = rng.below(16) == 0 ? static_cast<double>(rng.below(2)) : rng.uniform();
  d.complete(p);
  return p;
}

// Equal masks; equal coordinates where the parameter is discrete, near ones where rounding comes in: the member may be a
// float, and log and exp round.
bool same_place(const domain& d, const point& p, const point& q, double tolerance) {
  if (p.active != q.active || p.size() != q.size()) return false;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (std::abs(p.unit[i] - q.unit[i]) > (d[i].continuous() ? tolerance : 0.0)) return false;
  return true;
}

}  // namespace

TEST_CASE("space: parameters have their names, in the order of declaration") {
  std::vector<std::string> names;
  for (const parameter& p : all_kinds().domain()) names.push_back(p.name());
  CHECK(names == std::vector<std::string>{"weight_decay",   "rate",
                                          "share",          "precise",
                                          "hidden",         "tiny",
                                          "byte",           "big",
                                          "bias",           "act",
                                          "name",           "patch",
                                          "listed",         "batch",
                                          "temperature",    "gains[0]",
                                          "gains[1]",       "gains[2]",
                                          "mix[0]",         "mix[1]",
                                          "opt.momentum",   "opt.plan.warmup",
                                          "opt.plan.cycles"});
  CHECK_FALSE(all_kinds().domain().conditional());
}

TEST_CASE("space: values have labels for tables") {
  const domain& d = all_kinds().domain();
  const auto labels = [&](const char* name) { return d[d.find(name)].labels(); };
  using list = std::vector<std::string>;
  CHECK(labels("bias") == list{"false", "true"});
  CHECK(labels("act") == list{"relu", "tanh", "gelu"});
  CHECK(labels("name") == list{"a", "b"});
  CHECK(labels("patch") == list{"#0", "#1", "#2"});
  CHECK(labels("listed") == list{"false", "true"});
  CHECK(labels("batch") == list{"16", "64", "1024"});
  CHECK(labels("temperature") == list{"0.5", "1", "3"});
  CHECK(labels("rate").empty());
  const space<config> unnamed{choice("act", &config::act, {activation::gelu, activation::relu})};
  CHECK(unnamed.domain()[0].labels() == list{"2", "0"});
}

TEST_CASE("space: every configuration lies within its bounds, and members that are not searched keep their defaults") {
  knobless::random_stream rng(1);
  const domain& d = all_kinds().domain();
  for (int i = 0; i < 500; ++i) {
    const config c = all_kinds().decode(random_point(d, rng));
    CHECK((c.weight_decay >= 1e-8 && c.weight_decay <= 1e-2));
    CHECK((c.rate >= 1e-5 && c.rate <= 1.0));
    CHECK((static_cast<double>(c.share) >= 0.1 && static_cast<double>(c.share) <= 0.7));
    CHECK(std::floor(c.precise * 8.0L) == c.precise * 8.0L);
    CHECK((c.hidden >= 2 && c.hidden <= 128));
    CHECK(c.byte % 5 == 0);
    CHECK(c.big <= std::uint64_t{1} << 50U);
    CHECK((c.name == "a" || c.name == "b"));
    CHECK((c.batch == 16 || c.batch == 64 || c.batch == 1024));
    for (const float m : c.mix) CHECK((static_cast<double>(m) >= 0.1 && static_cast<double>(m) <= 0.3));
    CHECK((c.opt.plan.cycles >= 1 && c.opt.plan.cycles <= 5));
    CHECK(c.constant == 7);
    CHECK(c.untouched == 42);
  }
}

TEST_CASE("space: encoding undoes decoding at random points") {
  knobless::random_stream rng(2);
  const domain& d = all_kinds().domain();
  for (int i = 0; i < 1000; ++i) {
    const point p = random_point(d, rng);
    const config c = all_kinds().decode(p);
    const result<point> q = all_kinds().encode(c);
    REQUIRE(q);
    CHECK(same_place(d, p, q.value(), 1e-6));
    // What has been through once stays as it is, to rounding of log and exp.
    const config again = all_kinds().decode(q.value());
    CHECK(again.rate == doctest::Approx(c.rate).epsilon(1e-13));
    CHECK(again.share == doctest::Approx(c.share).epsilon(1e-7));
    CHECK(again.precise == c.precise);
    CHECK(std::tie(again.hidden, again.tiny, again.byte, again.big, again.bias, again.act, again.name, again.listed,
                   again.batch, again.temperature) ==
          std::tie(c.hidden, c.tiny, c.byte, c.big, c.bias, c.act, c.name, c.listed, c.batch, c.temperature));
    CHECK(again.patch == c.patch);
    CHECK(same_place(d, q.value(), all_kinds().encode(again).value(), 1e-7));
  }
}

TEST_CASE("space: all values of small spaces are reached, each as often as its share of the scale says") {
  struct small {
    bool a = false;
    int k = 0;
    activation act{};
  };
  const space<small> s{flag("a", &small::a), integer("k", &small::k, {.low = -1, .high = 2}),
                       choice("act", &small::act, {activation::relu, activation::tanh, activation::gelu})};
  std::vector<std::size_t> counts(24);
  knobless::random_stream rng(3);
  for (int i = 0; i < 12000; ++i) {
    point p(3);
    for (double& u : p.unit) u = rng.uniform();
    s.domain().complete(p);
    const small c = s.decode(p);
    ++counts[(c.a ? 12U : 0U) + 3 * static_cast<std::size_t>(c.k + 1) + static_cast<std::size_t>(c.act)];
  }
  // A cell that is a third too often is found.
  CHECK(std::abs(test::chi_square_z(counts)) < 4.5);
}

TEST_CASE("space: what is no configuration of the space is refused, and the parameter named") {
  config good = all_kinds().decode(point(all_kinds().domain().size()));
  REQUIRE(all_kinds().encode(good));
  const auto refused = [&](auto change, const std::string& name, const std::string& words) {
    config bad = good;
    change(bad);
    const result<point> made = all_kinds().encode(bad);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_config);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().where, "\"" + name + "\""));
    CHECK(test::says(made.error().what, words));
  };
  refused([](config& c) { c.rate = 2.0; }, "rate", "2 given");
  refused([](config& c) { c.rate = 2.0; }, "rate", "[1e-05, 1]");
  refused([](config& c) { c.rate = -1.0; }, "rate", "-1 given");
  refused([](config& c) { c.rate = test::nan; }, "rate", "nan given");
  refused([](config& c) { c.rate = test::infinity; }, "rate", "inf given");
  refused([](config& c) { c.hidden = 1; }, "hidden", "1 given");
  refused([](config& c) { c.hidden = 129; }, "hidden", "[2, 128]");
  refused([](config& c) { c.act = static_cast<activation>(17); }, "act", "not among");
  refused([](config& c) { c.name = "c"; }, "name", "not among");
  refused([](config& c) { c.patch.shape = 'x'; }, "patch", "not among");
  refused([](config& c) { c.batch = 65; }, "batch", "not among");
  refused([](config& c) { c.gains[1] = 1.5; }, "gains[1]", "1.5 given");
  refused([](config& c) { c.opt.plan.cycles = 6; }, "opt.plan.cycles", "6 given");
}

TEST_CASE("space: between the values of a discrete parameter the nearest is taken") {
  config c = all_kinds().decode(point(all_kinds().domain().size()));
  c.byte = 13;
  c.precise = 0.3L;
  const config taken = all_kinds().decode(all_kinds().encode(c).value());
  CHECK(taken.byte == 15);
  CHECK(taken.precise == 0.25L);
}

TEST_CASE("space: a float is always one that encode takes, within the bounds where a float lies within them") {
  struct holder {
    float x = 0.0F;
  };
  knobless::random_stream rng(8);
  const auto values_of = [&](double low, double high, scaling scale) {
    const auto made = space<holder>::make(real("x", &holder::x, {.low = low, .high = high, .scale = scale}));
    CAPTURE(low);
    CAPTURE(high);
    bool any = false;
    for (float f = std::nextafter(static_cast<float>(low), -1e30F), i = 0; i < 4; ++i, f = std::nextafter(f, 1e30F))
      any = any || (static_cast<double>(f) >= low && static_cast<double>(f) <= high);
    REQUIRE(static_cast<bool>(made) == (any || low == high));
    if (!made) {
      CHECK(test::says(made.error().what, "the member's type has no value between them"));
      return;
    }
    for (int i = 0; i < 20; ++i) {
      point p(1);
      p.unit[0] = i == 0 ? 0.0 : i == 1 ? 1.0 : rng.uniform();
      made.value().domain().complete(p);
      const holder c = made.value().decode(p);
      if (any) CHECK((static_cast<double>(c.x) >= low && static_cast<double>(c.x) <= high));
      CHECK(static_cast<bool>(made.value().encode(c)));
    }
  };
  const auto next = static_cast<double>(std::nextafter(0.1F, 1.0F));
  const auto here = static_cast<double>(0.1F);
  for (const double from : {-0.3, 0.0, 0.01, 0.2, 0.45, 0.55, 0.8})
    for (const double to : {0.01, 0.2, 0.45, 0.55, 0.8, 1.0, 1.3})
      if (from <= to)
        for (const scaling scale : {knobless::scaling::linear, knobless::scaling::log})
          values_of(here + from * (next - here), here + to * (next - here), scale);
  values_of(0.1, 0.1, knobless::scaling::linear);
  values_of(1e-300, 1.0, knobless::scaling::log);
  values_of(1e-300, 1e-299, knobless::scaling::log);
  const auto refused = [](const real_options& o, const char* words) {
    const auto made = space<holder>::make(real("x", &holder::x, o));
    REQUIRE_FALSE(made);
    CAPTURE(made.error().what);
    CHECK(test::says(made.error().what, words));
  };
  refused({.low = 0.0, .high = 1e39}, "do not fit");
  refused({.low = -1e300, .high = 0.0}, "do not fit");
  refused({.low = 0.0, .high = 1e8, .step = 0.5}, "neighbours are 8 apart");
  refused({.low = -1e8, .high = 0.0, .step = 0.5}, "neighbours are 8 apart");
  CHECK(space<holder>::make(real("x", &holder::x, {.low = 0.0, .high = 1e8, .step = 8.0})));
}

TEST_CASE("space: a default at a bound is a configuration of the space, in every floating-point type") {
  struct plain {
    float low = 0.1F;      // above 0.1
    float high = 0.7F;     // below 0.7
    float outside = 0.3F;  // above 0.3
    double rate = 1e-3;
  };
  const space<plain> s{real("low", &plain::low, {.low = 0.1, .high = 1.0}),
                       real("high", &plain::high, {.low = 0.0, .high = 0.7}),
                       real("outside", &plain::outside, {.low = 0.0, .high = 0.3}),
                       real("rate", &plain::rate, {.low = 1e-3, .high = 1.0, .scale = knobless::scaling::log})};
  const result<point> made = s.encode(plain{});
  REQUIRE(made);
  const plain back = s.decode(made.value());
  CHECK(back.low == 0.1F);
  CHECK(back.high == 0.7F);
  CHECK(back.outside == doctest::Approx(0.3F).epsilon(1e-7));
  CHECK(back.rate == 1e-3);
}

TEST_CASE("space: with bounds ignored what lies beyond them gets a coordinate beyond the unit interval, in order") {
  struct wide {
    double line = 0.0;
    double curve = 1.0;
    int whole = 0;
    int steps = 0;
    int scaled = 1;
  };
  const space<wide> s{real("line", &wide::line, {.low = -1.0, .high = 1.0}),
                      real("curve", &wide::curve, {.low = 0.01, .high = 1.0, .scale = knobless::scaling::log}),
                      integer("whole", &wide::whole, {.low = 10, .high = 20}),
                      integer("steps", &wide::steps, {.low = 10, .high = 20, .step = 5}),
                      integer("scaled", &wide::scaled, {.low = 8, .high = 64, .scale = knobless::scaling::log})};
  const auto random_wide = [](knobless::random_stream& rng) {
    return wide{3.0 * rng.normal(), elementary::exp(3.0 * rng.normal()), static_cast<int>(rng.below(40)) - 5,
                5 * static_cast<int>(rng.below(8)), static_cast<int>(1 + rng.below(100))};
  };
  knobless::random_stream rng(4);
  for (int i = 0; i < 500; ++i) {
    const wide a = random_wide(rng);
    const wide b = random_wide(rng);
    const result<point> p = s.encode(a, bounds::ignored);
    const result<point> q = s.encode(b, bounds::ignored);
    REQUIRE(p);
    REQUIRE(q);
    const auto in_order = [&](std::size_t k, auto x, auto y, auto low, auto high) {
      const double u = p.value().unit[k];
      const double v = q.value().unit[k];
      CHECK((u < 0.0) == (x < low));
      CHECK((u > 1.0) == (x > high));
      CHECK((x < y) == (u < v));
      CHECK((x == y) == (u == v));
    };
    in_order(0, a.line, b.line, -1.0, 1.0);
    in_order(1, a.curve, b.curve, 0.01, 1.0);
    in_order(2, a.whole, b.whole, 10, 20);
    in_order(3, a.steps, b.steps, 10, 20);
    in_order(4, a.scaled, b.scaled, 8, 64);
    const bool inside = std::abs(a.line) <= 1.0 && a.curve >= 0.01 && a.curve <= 1.0 && a.whole >= 10 &&
                        a.whole <= 20 && a.steps >= 10 && a.steps <= 20 && a.scaled >= 8 && a.scaled <= 64;
    CHECK(s.domain().contains(p.value()) == inside);
    CHECK(bool(s.encode(a)) == inside);
  }
  // The log scale has no place for what is not above 0, nor any scale for NaN.
  for (const double curve : {0.0, -1.0, test::nan, test::infinity})
    CHECK_FALSE(s.encode({0.0, curve, 10, 10, 8}, bounds::ignored));
}

TEST_CASE("space: a constraint admits what its predicate keeps, and copies of a space are independent") {
  struct two {
    int first = 0;
    int second = 0;
  };
  const space<two> s{integer("first", &two::first, {.low = 0, .high = 9}),
                     integer("second", &two::second, {.low = 0, .high = 9})};
  const space<two> ordered = s.require([](const two& c) { return c.second <= c.first; });
  const space<two> both = ordered.require([](const two& c) { return c.first < 5; });
  CHECK_FALSE(s.domain().constrained());
  knobless::random_stream rng(5);
  int kept = 0;
  for (int i = 0; i < 500; ++i) {
    const point p = random_point(s.domain(), rng);
    const two c = s.decode(p);
    CHECK(s.domain().admits(p));
    CHECK(ordered.domain().admits(p) == (c.second <= c.first));
    CHECK(both.domain().admits(p) == (c.second <= c.first && c.first < 5));
    kept += both.domain().admits(p) ? 1 : 0;
  }
  CHECK(kept > 0);
}

TEST_CASE("space: a lambda's arguments are a tuple in order") {
  const knobless::space s{real("x", {.low = -1.0, .high = 1.0}),
                          integer("k", {.low = 1, .high = 3}),
                          flag("f"),
                          choice("word", {"one", "two"}),
                          choice("act", {activation::relu, activation::gelu}),
                          ordinal("size", {1, 10}),
                          ordinal("level", {"low", "high"}),
                          choice("v", std::vector<double>{0.5, 1.5})};
  using arguments = decltype(s)::config_type;
  static_assert(
      std::is_same_v<arguments, std::tuple<double, int, bool, std::string, activation, int, std::string, double>>);
  knobless::random_stream rng(6);
  for (int i = 0; i < 200; ++i) {
    const point p = random_point(s.domain(), rng);
    const arguments a = s.decode(p);
    CHECK(std::abs(std::get<0>(a)) <= 1.0);
    CHECK((std::get<3>(a) == "one" || std::get<3>(a) == "two"));
    CHECK(same_place(s.domain(), p, s.encode(a).value(), 1e-12));
  }
  CHECK(s.domain()[3].labels() == std::vector<std::string>{"one", "two"});
}

TEST_CASE("space: what can't be searched is refused in a sentence that names the parameter") {
  const auto refused = [](const result<space<config>>& made, const std::string& name, const std::string& words) {
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_space);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().where, "\"" + name + "\""));
    CHECK(test::says(made.error().what, words));
  };
  using s = space<config>;
  refused(s::make(real("rate", &config::rate, {.low = 2.0, .high = 1.0})), "rate", "low = 2, high = 1");
  refused(s::make(real("x", &config::rate, {}), real("x", &config::temperature, {})), "x", "given twice");
  refused(s::make(integer("byte", &config::byte, {.low = 0, .high = 256})), "byte", "do not fit");
  refused(s::make(integer("byte", &config::byte, {.low = -1, .high = 25})), "byte", "do not fit");
  refused(s::make(integer("hidden", &config::hidden, {.low = 0, .high = std::int64_t{1} << 31U})), "hidden",
          "do not fit");
  refused(s::make(integer("big", &config::big, {.low = -1, .high = 1})), "big", "do not fit");
  refused(s::make(choice("act", &config::act, {})), "act", "at least one");
  refused(s::make(choice("batch", &config::batch, {1, 2, 1})), "batch", "1 is given twice");
  refused(s::make(choice("name", &config::name, {"a", "a"})), "name", "a is given twice");
  refused(s::make(choice("act", &config::act, {activation::relu, activation::tanh}).named({"relu"})), "act",
          "1 names given for 2 values");
  refused(s::make(ordinal("batch", &config::batch, {3, 2}, scaling::linear)), "batch", "strictly increasing");
  refused(s::make(ordinal("batch", &config::batch, {0, 2}, knobless::scaling::log)), "batch", "above 0");
  refused(s::make(real("gains", &config::gains, {.low = 1.0, .high = 0.0})), "gains[0]", "low = 1");
  refused(s::make(group("opt", &config::opt, real("momentum", &optimiser::momentum, {.low = 1.0, .high = 0.0}))),
          "opt.momentum", "low = 1");
  // The first fault is the one that is reported.
  refused(s::make(real("rate", &config::rate, {.low = 2.0, .high = 1.0}), choice("act", &config::act, {})), "rate",
          "low = 2");
}

TEST_CASE("space: an error inside a group names the parameter as the tables do") {
  const auto made = space<config>::make(
      group("opt", &config::opt,
            group("plan", &optimiser::plan, integer("cycles", &schedule::cycles, {.low = 3, .high = 2}))));
  REQUIRE_FALSE(made);
  CHECK(test::says(made.error().where, "\"opt.plan.cycles\""));
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("space: the constructor throws what make returns") {
  CHECK_THROWS_WITH_AS((space<config>{real("rate", &config::rate, {.low = 2.0, .high = 1.0})}),
                       "knobless: parameter \"rate\": low = 2, high = 1 given, but low must not be above high",
                       exception);
}
#endif

TEST_CASE("space: a member that is fixed takes its value, also where the default is another") {
  const space<config> s{flag("bias", &config::bias), fixed(&config::name, "fixed"), fixed(&config::hidden, 3)};
  CHECK(s.domain().size() == 1);
  const config c = s.decode(point(1));
  CHECK(c.name == "fixed");
  CHECK(c.hidden == 3);
}

TEST_CASE("space: an argument that is fixed takes its place among the others") {
  const space s{real("x", {.low = 0.0, .high = 1.0}), fixed(7), fixed("adam"), flag("bias")};
  using arguments = decltype(s)::config_type;
  CHECK(std::is_same_v<arguments, std::tuple<double, int, std::string, bool>>);
  CHECK(s.domain().size() == 2);
  const auto [x, seven, name, bias] = s.decode(point(2));
  CHECK(seven == 7);
  CHECK(name == "adam");
  CHECK(s.encode({0.25, 7, "adam", true}).value().unit[0] == 0.25);
}

TEST_CASE("space: without a struct, require() takes the values one by one, or the tuple") {
  const space free{integer("a", {.low = 0, .high = 3}), integer("b", {.low = 0, .high = 3})};
  const auto by_values = free.require([](int a, int b) { return a <= b; });
  const auto by_tuple = free.require([](const std::tuple<int, int>& t) { return std::get<0>(t) <= std::get<1>(t); });
  const auto generic = free.require([](const auto& a, const auto& b) { return a <= b; });
  for (int a = 0; a <= 3; ++a)
    for (int b = 0; b <= 3; ++b) {
      const point p = free.encode({a, b}).value();
      for (const auto* s : {&by_values, &by_tuple, &generic}) CHECK(s->domain().admits(p) == (a <= b));
    }
}
