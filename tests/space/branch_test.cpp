#include "../support.hpp"

#include <knobless/branch.hpp>
#include <knobless/random.hpp>

#include <type_traits>
#include <utility>

using namespace knobless;

namespace {

struct sgd {
  double momentum = 0.5;
  bool nesterov = false;
};
struct adam {
  double beta1 = 0.9;
  double beta2 = 0.999;
};
struct layer {
  int width = 8;
  std::optional<double> dropout;
  std::variant<std::monostate, int, double> norm;
};
struct linear_head {
  double scale = 1.0;
};
struct deep_head {
  std::vector<layer> layers;
  std::variant<sgd, adam> optimiser;
};
struct head {
  std::variant<linear_head, deep_head> body;
  double rate = 0.1;
};
struct net {
  double rate = 1e-3;
  std::variant<sgd, adam> optimiser;
  std::optional<head> extra;
  std::vector<layer> layers;
  std::vector<double> taps;
  std::optional<int> seed;
};

auto layer_parameters() {
  return std::tuple{integer("width", &layer::width, {.low = 4, .high = 64, .scale = knobless::scaling::log}),
                    branch("dropout", &layer::dropout, real("rate", self, {.low = 0.1, .high = 0.5})),
                    branch("norm", &layer::norm, when<std::monostate>("none"),
                           when<int>("groups", integer("count", self, {.low = 1, .high = 8})),
                           when<double>("layer", real("epsilon", self,
                                                      {.low = 1e-6, .high = 1e-3, .scale = knobless::scaling::log})))};
}
auto optimisers() {
  return std::tuple{
      when<sgd>("sgd", real("momentum", &sgd::momentum, {.low = 0.0, .high = 0.99}), flag("nesterov", &sgd::nesterov)),
      when<adam>("adam", real("beta1", &adam::beta1, {.low = 0.8, .high = 0.999}))};
}

// Conditions four deep: extra, its body, its layers, their dropout.
const space<net>& nested() {
  static const space<net> made = [] {
    auto [width, dropout, norm] = layer_parameters();
    auto [with_sgd, with_adam] = optimisers();
    return space<net>{
        real("rate", &net::rate, {.low = 1e-5, .high = 1.0, .scale = knobless::scaling::log}),
        branch("optimiser", &net::optimiser, with_sgd, with_adam),
        branch("extra", &net::extra,
               branch("body", &head::body,
                      when<linear_head>("linear", real("scale", &linear_head::scale, {.low = 0.5, .high = 2.0})),
                      when<deep_head>(
                          "deep", repeated("layers", &deep_head::layers, {.low = 0, .high = 3}, width, dropout, norm),
                          branch("optimiser", &deep_head::optimiser, with_adam, with_sgd))),
               real("rate", &head::rate, {.low = 0.0, .high = 1.0})),
        repeated("layers", &net::layers, {.low = 1, .high = 4}, width, dropout, norm),
        repeated("taps", &net::taps, {.low = 2, .high = 5}, real("weight", self, {.low = -1.0, .high = 1.0})),
        branch("seed", &net::seed, integer("value", self, {.low = -3, .high = 3}))};
  }();
  return made;
}

point random_point(const domain& d, knobless::random_stream& rng) {
  point p(d.size());
  for (double& u : p.unit) u = rng.uniform();
  d.complete(p);
  return p;
}

bool same_place(const domain& d, const point& p, const point& q) {
  if (p.active != q.active) return false;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (std::abs(p.unit[i] - q.unit[i]) > (d[i].continuous() ? 1e-12 : 0.0)) return false;
  return true;
}

// How many parameters count for a configuration, by the structure of the configuration alone.
std::size_t active_in(const layer& l) { return 3 + (l.dropout ? 1U : 0U) + (l.norm.index() > 0 ? 1U : 0U); }
std::size_t active_in(const std::variant<sgd, adam>& o) { return o.index() == 0 ? 3 : 2; }
std::size_t active_in(const std::vector<layer>& layers) {
  std::size_t n = 1;
  for (const layer& l : layers) n += active_in(l);
  return n;
}
std::size_t active_in(const net& c) {
  std::size_t n = 1 + active_in(c.optimiser) + 1 + active_in(c.layers) + 1 + c.taps.size() + (c.seed ? 2U : 1U);
  if (c.extra) {
    n += 2;
    if (const auto* deep = std::get_if<deep_head>(&c.extra->body))
      n += active_in(deep->layers) + active_in(deep->optimiser);
    else
      n += 1;
  }
  return n;
}

std::size_t active_in(const point& p) {
  std::size_t n = 0;
  for (const unsigned char a : p.active) n += a;
  return n;
}

void check_layer(const layer& l) {
  CHECK((l.width >= 4 && l.width <= 64));
  if (l.dropout) CHECK((*l.dropout >= 0.1 && *l.dropout <= 0.5));
  if (const int* groups = std::get_if<int>(&l.norm)) CHECK((*groups >= 1 && *groups <= 8));
  if (const double* epsilon = std::get_if<double>(&l.norm)) CHECK((*epsilon >= 1e-6 && *epsilon <= 1e-3));
}

}  // namespace

TEST_CASE("branch: parameters are named by their way from the root") {
  const domain& d = nested().domain();
  for (const char* name :
       {"optimiser", "optimiser.sgd.momentum", "optimiser.sgd.nesterov", "optimiser.adam.beta1", "extra", "extra.body",
        "extra.body.linear.scale", "extra.body.deep.layers", "extra.body.deep.layers[0].width",
        "extra.body.deep.layers[2].dropout.rate", "extra.body.deep.layers[1].norm.groups.count",
        "extra.body.deep.optimiser.adam.beta1", "extra.rate", "layers", "layers[3].norm.layer.epsilon", "taps",
        "taps[4].weight", "seed.value"}) {
    CAPTURE(name);
    CHECK(d.find(name) < d.size());
  }
  CHECK(d.conditional());
  CHECK(d[d.find("optimiser")].labels() == std::vector<std::string>{"sgd", "adam"});
  CHECK(d[d.find("extra")].labels() == std::vector<std::string>{"none", "some"});
  CHECK(d[d.find("layers")].kind() == parameter_kind::integer);
}

TEST_CASE("branch: parents come before what hangs on them, and conditions reach four deep") {
  const domain& d = nested().domain();
  const auto depth = [&](std::size_t i) {
    std::size_t n = 0;
    for (; d[i].parent() != parameter::no_parent; i = d[i].parent()) {
      CHECK(d[i].parent() < i);
      ++n;
    }
    return n;
  };
  for (std::size_t i = 0; i < d.size(); ++i) CHECK(depth(i) <= 4);
  CHECK(depth(d.find("rate")) == 0);
  CHECK(depth(d.find("extra.body.deep.layers[0].dropout.rate")) == 4);
}

TEST_CASE("branch: the mask says what the configuration holds, and encoding undoes decoding") {
  const domain& d = nested().domain();
  knobless::random_stream rng(1);
  std::size_t deepest = 0;
  for (int i = 0; i < 1500; ++i) {
    const point p = random_point(d, rng);
    const net c = nested().decode(p);
    CHECK(active_in(p) == active_in(c));
    CHECK((c.layers.size() >= 1 && c.layers.size() <= 4));
    for (const layer& l : c.layers) check_layer(l);
    CHECK((c.taps.size() >= 2 && c.taps.size() <= 5));
    if (c.extra)
      if (const auto* deep = std::get_if<deep_head>(&c.extra->body)) {
        deepest = std::max(deepest, deep->layers.size());
        for (const layer& l : deep->layers) check_layer(l);
      }
    const result<point> q = nested().encode(c);
    REQUIRE(q);
    CHECK(same_place(d, p, q.value()));
    // Complete already: completing changes nothing but roundings.
    point completed = q.value();
    d.complete(completed);
    CHECK(completed == q.value());
  }
  CHECK(deepest == 3);
}

TEST_CASE("branch: what is not chosen has no influence") {
  const domain& d = nested().domain();
  knobless::random_stream rng(2);
  for (int i = 0; i < 300; ++i) {
    const point p = random_point(d, rng);
    point noisy = p;
    for (std::size_t k = 0; k < d.size(); ++k)
      if (p.active[k] == 0) noisy.unit[k] = rng.uniform();
    CHECK(nested().encode(nested().decode(noisy)).value() == nested().encode(nested().decode(p)).value());
    d.complete(noisy);
    CHECK(noisy == p);
  }
}

TEST_CASE("branch: members without a parameter keep the default of the alternative") {
  const domain& d = nested().domain();
  point p(d.size());
  p.unit[d.find("optimiser")] = 0.9;
  d.complete(p);
  const net c = nested().decode(p);
  const auto* a = std::get_if<adam>(&c.optimiser);
  REQUIRE(a != nullptr);
  CHECK(a->beta2 == 0.999);
}

TEST_CASE("branch: every alternative, length and presence is proposed") {
  const domain& d = nested().domain();
  knobless::random_stream rng(3);
  std::vector<std::size_t> optimisers(2);
  std::vector<std::size_t> lengths(4);
  std::vector<std::size_t> presences(2);
  for (int i = 0; i < 4000; ++i) {
    const net c = nested().decode(random_point(d, rng));
    ++optimisers[c.optimiser.index()];
    ++lengths[c.layers.size() - 1];
    ++presences[c.extra ? 1 : 0];
  }
  CHECK(test::chi_square_z(optimisers) < 10.0);
  CHECK(test::chi_square_z(lengths) < 8.0);
  CHECK(test::chi_square_z(presences) < 10.0);
}

TEST_CASE("branch: what is no configuration of the space is refused, and the parameter named") {
  const domain& d = nested().domain();
  point p(d.size());
  d.complete(p);
  const net good = nested().decode(p);
  REQUIRE(nested().encode(good));
  const auto refused = [&](auto change, const std::string& name) {
    net bad = good;
    change(bad);
    const result<point> made = nested().encode(bad);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_config);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().where, "\"" + name + "\""));
  };
  refused([](net& c) { c.layers.clear(); }, "layers");
  refused([](net& c) { c.layers.resize(5); }, "layers");
  refused([](net& c) { c.layers[0].width = 65; }, "layers[0].width");
  refused([](net& c) { c.layers[0].dropout = 0.9; }, "layers[0].dropout.rate");
  refused([](net& c) { c.taps.resize(6); }, "taps");
  refused([](net& c) { c.taps[1] = 2.0; }, "taps[1].weight");
  refused([](net& c) { c.optimiser = adam{0.1, 0.0}; }, "optimiser.adam.beta1");
  refused([](net& c) { c.extra = head{linear_head{9.0}, 0.0}; }, "extra.body.linear.scale");
  refused([](net& c) { c.seed = 4; }, "seed.value");
}

TEST_CASE("branch: an alternative that is not named is never chosen and can't be encoded") {
  struct holder {
    std::variant<int, sgd, adam> o;
  };
  const space<holder> s{branch("o", &holder::o,
                               when<adam>("adam", real("beta1", &adam::beta1, {.low = 0.0, .high = 1.0})),
                               when<sgd>("sgd", real("momentum", &sgd::momentum, {.low = 0.0, .high = 1.0})))};
  knobless::random_stream rng(4);
  for (int i = 0; i < 200; ++i) {
    const point p = random_point(s.domain(), rng);
    const holder c = s.decode(p);
    CHECK(c.o.index() != 0);
    CHECK((c.o.index() == 2) == (s.domain()[0].level(p.unit[0]) == 0));
    CHECK(same_place(s.domain(), p, s.encode(c).value()));
  }
  const result<point> made = s.encode(holder{});
  REQUIRE_FALSE(made);
  CHECK(test::says(made.error().message(), "not among"));
}

TEST_CASE("branch: with bounds ignored, lists that are too short lie outside, and those that are too long nowhere") {
  struct holder {
    std::vector<double> list;
  };
  const space<holder> s{
      repeated("list", &holder::list, {.low = 2, .high = 3}, real("x", self, {.low = 0.0, .high = 1.0}))};
  for (std::size_t length = 0; length <= 6; ++length) {
    CAPTURE(length);
    holder told;
    for (std::size_t i = 0; i < length; ++i) told.list.push_back(0.1 * static_cast<double>(i + 1));
    const result<point> p = s.encode(told, bounds::ignored);
    REQUIRE(bool(p) == (length <= 3));
    if (!p) continue;
    CHECK(s.domain().contains(p.value()) == (length >= 2));
    CHECK(active_in(p.value()) == 1 + length);
  }
}

TEST_CASE("branch: lengths from nothing to 300") {
  struct holder {
    std::vector<sgd> list;
  };
  const space<holder> s{repeated("list", &holder::list, {.low = 0, .high = 300},
                                 real("momentum", &sgd::momentum, {.low = 0.0, .high = 1.0}))};
  CHECK(s.domain().size() == 301);
  knobless::random_stream rng(5);
  for (int i = 0; i < 200; ++i) {
    const point p = random_point(s.domain(), rng);
    const holder c = s.decode(p);
    CHECK(active_in(p) == 1 + c.list.size());
    CHECK(same_place(s.domain(), p, s.encode(c).value()));
  }
  for (const std::size_t length : {0U, 64U, 300U}) CHECK(s.encode(holder{std::vector<sgd>(length)}));
  const space<holder> one{repeated("list", &holder::list, {.low = 2, .high = 2},
                                   real("momentum", &sgd::momentum, {.low = 0.0, .high = 1.0}))};
  CHECK(one.decode(random_point(one.domain(), rng)).list.size() == 2);
}

TEST_CASE("branch: what can't be searched is refused in a sentence") {
  struct holder {
    std::vector<sgd> list;
    std::variant<sgd, adam> o;
    std::optional<double> x;
  };
  using s = space<holder>;
  const auto refused = [](const result<s>& made, const std::string& name, const std::string& words) {
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_space);
    CAPTURE(made.error().message());
    CHECK(test::says(made.error().where, "\"" + name + "\""));
    CHECK(test::says(made.error().what, words));
  };
  const auto item = real("momentum", &sgd::momentum, {.low = 0.0, .high = 1.0});
  refused(s::make(repeated("list", &holder::list, {.low = 3, .high = 2}, item)), "list", "low = 3, high = 2");
  refused(s::make(repeated("list", &holder::list, {.low = 0, .high = std::size_t{0} - 1}, item)), "list", "65536");
  const auto bad = real("momentum", &sgd::momentum, {.low = 1.0, .high = 0.0});
  refused(s::make(branch("o", &holder::o, when<sgd>("plain", bad))), "o.plain.momentum", "low = 1");
  refused(s::make(branch("x", &holder::x, real("value", self, {.low = 1.0, .high = 0.0}))), "x.value", "low = 1");
  refused(s::make(branch("o", &holder::o, when<sgd>("same", item), when<adam>("same"))), "o", "twice");
}

TEST_CASE("branch: constraints look at the configuration, conditions included") {
  // Layers must not widen, and adam does not go with an extra head.
  const auto keeps = [](const net& c) {
    for (std::size_t i = 1; i < c.layers.size(); ++i)
      if (c.layers[i].width > c.layers[i - 1].width) return false;
    return !(c.extra && std::holds_alternative<adam>(c.optimiser));
  };
  const space<net> s = nested().require(keeps);
  knobless::random_stream rng(6);
  int kept = 0;
  for (int i = 0; i < 500; ++i) {
    const point p = random_point(s.domain(), rng);
    CHECK(s.domain().admits(p) == keeps(s.decode(p)));
    kept += s.domain().admits(p) ? 1 : 0;
  }
  CHECK(kept > 50);
  CHECK(kept < 450);
}
