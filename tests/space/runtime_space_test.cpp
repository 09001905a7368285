#include "../support.hpp"

#include <knobless/runtime_space.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/study.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

space<assignment> network() {
  return runtime_space_builder{}
      .real("rate", {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log})
      .integer("layers", {.low = 1, .high = 3})
      .integer("width 2", {.low = 4, .high = 64, .scale = knobless::scaling::log}, {"layers", {"2", "3"}})
      .choice("optimiser", {"sgd", "adam"})
      .real("momentum", {.low = 0.0, .high = 0.99}, {"optimiser", {"sgd"}})
      .flag("nesterov", {"optimiser", {"sgd"}})
      .real("lookahead", {.low = 0.0, .high = 1.0}, {"nesterov", {"true"}})
      .ordinal("size", {"small", "medium", "large"})
      .real("dropout", {.low = 0.0, .high = 0.5, .step = 0.1})
      .build();
}

point random_point(const domain& d, knobless::random_stream& rng) {
  point p(d.size());
  for (double& u : p.unit) u = rng.uniform();
  d.complete(p);
  return p;
}

}  // namespace

TEST_CASE("runtime_space: an assignment holds the active values by name, index and text") {
  const auto s = network();
  const domain& d = s.domain();
  knobless::random_stream rng(1);
  for (int i = 0; i < 500; ++i) {
    const point p = random_point(d, rng);
    const assignment a = s.decode(p);
    REQUIRE(a.size() == d.size());
    CHECK(a.active("momentum") == (a.text("optimiser") == "sgd"));
    CHECK(a.active("width 2") == (a["layers"] >= 2.0));
    CHECK(a.active("lookahead") == (a.active("nesterov") && a.flag("nesterov")));
    for (std::size_t k = 0; k < d.size(); ++k) {
      CHECK(a.active(k) == (p.active[k] != 0));
      CHECK(a.active(k) == a.active(d[k].name()));
      if (a.active(k)) CHECK(a[k] == a[d[k].name()]);
      CHECK(a.text(k) == a.text(d[k].name()));
      if (!a.active(k)) {
        CHECK(a.text(k).empty());
#if KNOBLESS_EXCEPTIONS
        CHECK_THROWS_AS((void)a[k], knobless::exception);
        CHECK_THROWS_AS((void)a[d[k].name()], knobless::exception);
        CHECK_THROWS_AS((void)a.flag(d[k].name()), knobless::exception);
#endif
      } else if (d[k].labels().empty()) {
        CHECK((a[k] >= d[k].low() && a[k] <= d[k].high()));
        CHECK(a.text(k) == detail::value_text(d, p, k));
      } else {
        CHECK(a.text(k) == d[k].labels()[static_cast<std::size_t>(a[k])]);
      }
    }
    const result<point> q = s.encode(a);
    REQUIRE(q);
    CHECK(q.value().active == p.active);
    for (std::size_t k = 0; k < d.size(); ++k)
      CHECK(std::abs(q.value().unit[k] - p.unit[k]) <= (d[k].continuous() ? 1e-12 : 0.0));
  }
}

TEST_CASE("runtime_space: a first guess is filled in by name") {
  const auto s = network();
  assignment guess = s.blank();
  for (std::size_t k = 0; k < guess.size(); ++k) CHECK_FALSE(guess.active(k));
  guess.set("rate", 1e-3)
      .set("layers", 2)
      .set("width 2", 16)
      .set("optimiser", "adam")
      .set("size", "large")
      .set("dropout", 0.2);
  // What no parent asks for is not looked at.
  guess.set("momentum", 77.0);
  const result<point> p = s.encode(guess);
  REQUIRE(p);
  const assignment back = s.decode(p.value());
  CHECK(back["rate"] == doctest::Approx(1e-3).epsilon(1e-13));
  CHECK(back["width 2"] == 16.0);
  CHECK(back.text("optimiser") == "adam");
  CHECK(back.text("size") == "large");
  CHECK(back["dropout"] == doctest::Approx(0.2));
  CHECK_FALSE(back.active("momentum"));
}

TEST_CASE("runtime_space: what is no assignment of the space is refused, and the parameter named") {
  const auto s = network();
  assignment good = s.blank();
  good.set("rate", 1e-3).set("layers", 1).set("optimiser", "adam").set("size", "small").set("dropout", 0.0);
  REQUIRE(s.encode(good));
  const auto refused = [&](const assignment& bad, const std::string& name) {
    const result<point> made = s.encode(bad);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_config);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().message(), "\"" + name + "\""));
  };
  const auto with = [&](std::string_view name, double value) {
    assignment a = good;
    a.set(name, value);
    return a;
  };
  refused(with("rate", 2.0), "rate");
  refused(with("rate", test::nan), "rate");
  refused(with("layers", 4.0), "layers");
  // Active now, but not set: a 0 would be out of bounds in the one, and a value like any other in the other.
  refused(with("layers", 2.0), "width 2");
  refused(with("optimiser", 0.0), "momentum");
  for (const double level : {2.0, -1.0, 0.5, 1e30, -1e30, test::nan, test::infinity}) {
    CAPTURE(level);
    refused(with("optimiser", level), "optimiser");
    // It has a text too, whatever that is.
    CHECK_FALSE(with("optimiser", level).text("optimiser").empty());
  }
  refused(s.blank(), "rate");
  refused(assignment{}, "rate");
}

TEST_CASE("runtime_space: assignments go over into another space by the names of parameters and labels") {
  const auto from = network();
  const auto to = runtime_space_builder{}
                      .choice("optimiser", {"adam", "lion", "sgd"})
                      .real("momentum", {.low = 0.0, .high = 2.0}, {"optimiser", {"sgd"}})
                      .real("rate", {.low = 1e-6, .high = 10.0, .scale = knobless::scaling::log})
                      .build();
  knobless::random_stream rng(2);
  for (int i = 0; i < 100; ++i) {
    const assignment a = from.decode(random_point(from.domain(), rng));
    const result<point> p = to.encode(a);
    REQUIRE(p);
    const assignment b = to.decode(p.value());
    CHECK(b.text("optimiser") == a.text("optimiser"));
    CHECK(b["rate"] == doctest::Approx(a["rate"]));
    CHECK(b.active("momentum") == a.active("momentum"));
    if (a.active("momentum")) CHECK(b["momentum"] == doctest::Approx(a["momentum"]));
  }
  // A parameter that the old space did not have is missing.
  const auto more = runtime_space_builder{}.real("rate", {.low = 1e-6, .high = 10.0}).real("warmup", {}).build();
  const auto made = more.encode(from.decode(random_point(from.domain(), rng)));
  REQUIRE_FALSE(made);
  CHECK(test::says(made.error().message(), "\"warmup\""));
}

TEST_CASE("runtime_space: a study over it keeps what was told through another space and back") {
  const auto with_labels = [](std::vector<std::string> labels) {
    return runtime_space_builder{}.choice("c", std::move(labels)).real("x", {.low = 0.0, .high = 1.0}).build();
  };
  study s{with_labels({"a", "b", "c"}), random_search{}, {.seed = 3}};
  for (int i = 0; i < 30; ++i) {
    auto t = s.ask();
    const double value = t.config().text("c") == "b" ? t.config()["x"] - 1.0 : t.config()["x"];
    s.tell(std::move(t), value);
  }
  const auto best = s.best();
  CHECK(best.config.text("c") == "b");
  s.change_space(with_labels({"c", "a"}));
  CHECK(s.best().config.text("c") != "b");
  CHECK(s.trials().size() == 30);
  s.change_space(with_labels({"b", "c", "a"}));
  CHECK(s.best().number == best.number);
  CHECK(s.best().config.text("c") == "b");
  CHECK(s.best().config["x"] == best.config["x"]);
}

TEST_CASE("runtime_space: constraints see the assignment") {
  const auto s = network().require([](const assignment& a) { return !a.active("momentum") || a["momentum"] < 0.5; });
  CHECK(s.domain().constrained());
  study search{s, random_search{}};
  for (int i = 0; i < 200; ++i) {
    auto t = search.ask();
    if (t.config().active("momentum")) CHECK(t.config()["momentum"] < 0.5);
    search.tell(std::move(t), 1.0);
  }
}

TEST_CASE("runtime_space: whole numbers as conditions, also large ones") {
  const auto s = runtime_space_builder{}
                     .integer("k", {.low = 0, .high = 200000, .step = 100000})
                     .real("x", {}, {"k", {"100000", "200000"}})
                     .build();
  knobless::random_stream rng(4);
  for (int i = 0; i < 50; ++i) {
    const assignment a = s.decode(random_point(s.domain(), rng));
    CHECK(a.active("x") == (a["k"] > 0.0));
    CHECK((a.text("k") == "0" || a.text("k") == "100000" || a.text("k") == "200000"));
  }
}

TEST_CASE("runtime_space: what can't be searched is refused in a sentence that names the parameter") {
  const auto refused = [](const runtime_space_builder& b, const std::string& name, const std::string& words) {
    const auto made = b.try_build();
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_space);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().message(), name));
    CHECK(test::says(made.error().message(), words));
  };
  using builder = runtime_space_builder;
  refused(builder{}, "", "at least one");
  refused(builder{}.real("x", {.low = 2.0, .high = 1.0}), "\"x\"", "low must not be above high");
  refused(builder{}.real("x", {}).real("x", {}), "\"x\"", "given twice");
  refused(builder{}.real("", {}), "", "no name");
  refused(builder{}.choice("c", {}), "\"c\"", "at least one");
  refused(builder{}.choice("c", {"a", "a"}), "\"c\"", "twice");
  refused(builder{}.real("x", {}, {"c", {"a"}}), "\"x\"", "no earlier parameter has that name");
  refused(builder{}.real("x", {}, {"x", {"a"}}), "\"x\"", "no earlier parameter has that name");
  refused(builder{}.choice("c", {"a", "b"}).real("x", {}, {"c", {"d"}}), "\"x\"", "\"d\"");
  refused(builder{}.choice("c", {"a", "b"}).real("x", {}, {"c", {}}), "\"x\"", "no value of \"c\"");
  refused(builder{}.real("c", {}).real("x", {}, {"c", {"0.5"}}), "\"x\"", "\"c\"");
  refused(builder{}.choice("c", {"a", "b"}).real("x", {}, {"c", {"d"}}), "\"x\"", "none of its 2 values: \"a\", \"b\"");
  for (const char* none : {"1001", "-1", "3.5", "three", "", "nan"})
    refused(builder{}.integer("k", {.low = 0, .high = 1000}).real("x", {}, {"k", {none}}), "\"x\"",
            "none of its 1001 values: 0 to 1000");
  // The first fault is the one that is told, and later calls don't cover it up.
  refused(builder{}.real("x", {.low = 2.0, .high = 1.0}).choice("c", {}).real("fine", {}), "\"x\"", "low = 2");
}

TEST_CASE("runtime_space: a parent may have any number of values") {
  std::vector<std::string> labels;
  for (int i = 0; i < 300; ++i) labels.push_back("solver " + std::to_string(i));
  const auto s = runtime_space_builder{}
                     .choice("solver", labels)
                     .real("step", {}, {"solver", {"solver 299", "solver 64", "solver 65"}})
                     .integer("seed", {.low = 0, .high = 9007199254740991})
                     .flag("lucky", {"seed", {"9007199254740991", "7"}})
                     .real("share", {.low = 0.0, .high = 100.0, .step = 0.5})
                     .flag("half", {"share", {"49.5"}})
                     .build();
  const auto with = [&](const char* solver, double seed, double share) {
    point p(6);
    p.unit[0] =
        s.domain()[0].unit(static_cast<double>(std::find(labels.begin(), labels.end(), solver) - labels.begin()));
    p.unit[2] = s.domain()[2].unit(seed);
    p.unit[4] = s.domain()[4].unit(share);
    s.domain().complete(p);
    return s.decode(p);
  };
  CHECK(with("solver 299", 0, 0).active("step"));
  CHECK(with("solver 65", 0, 0).active("step"));
  CHECK_FALSE(with("solver 66", 0, 0).active("step"));
  CHECK(with("solver 0", 7, 0).active("lucky"));
  CHECK_FALSE(with("solver 0", 8, 0).active("lucky"));
  CHECK(with("solver 0", 8, 49.5).active("half"));
  CHECK_FALSE(with("solver 0", 8, 50.0).active("half"));
}

TEST_CASE("runtime_space: every sampler searches below a choice of 300") {
  std::vector<std::string> labels;
  for (int i = 0; i < 300; ++i) labels.push_back(std::to_string(i));
  const auto s =
      runtime_space_builder{}
          .choice("kind", labels)
          .real("x", {.low = 0.0, .high = 1.0}, {"kind", std::vector<std::string>(labels.begin() + 64, labels.end())})
          .build();
  const auto try_with = [&](any_sampler sampler) {
    study<assignment> st(s, std::move(sampler), {.seed = 3});
    int active = 0;
    for (int i = 0; i < 60; ++i) {
      auto t = st.ask();
      const assignment& a = t.config();
      CHECK(a.active("x") == (a["kind"] >= 64));
      active += a.active("x") ? 1 : 0;
      st.tell(std::move(t), a.active("x") ? a["x"] : 2.0);
    }
    CHECK(active > 20);
  };
  try_with(random_search{});
  try_with(tpe{});
  try_with(gp_ei{});
  try_with(cma_es{});
  try_with(automatic{});
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("runtime_space: unknown names and labels are errors that say so") {
  const auto s = network();
  assignment a = s.blank();
  CHECK_THROWS_WITH_AS((void)a["widht"], "knobless: assignment: \"widht\" given, but no parameter has that name",
                       exception);
  CHECK_THROWS_AS((void)a.text("widht"), exception);
  CHECK_THROWS_AS((void)a.active("widht"), exception);
  CHECK_THROWS_AS(a.set("widht", 1.0), exception);
  CHECK_THROWS_AS((void)assignment{}["rate"], exception);
  CHECK_THROWS_WITH_AS(a.set("optimiser", "adan"),
                       "knobless: parameter \"optimiser\": \"adan\" given, but it is not among the parameter's labels",
                       exception);
  CHECK_THROWS_AS(a.set("rate", "fast"), exception);
  CHECK_THROWS_AS((void)runtime_space_builder{}.build(), exception);
}
#endif
