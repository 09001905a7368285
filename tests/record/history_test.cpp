#include "../support.hpp"

#include <knobless/base/elementary.hpp>
#include <knobless/random.hpp>
#include <knobless/record/history.hpp>

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

using namespace knobless;

namespace {

constexpr std::size_t dimensions = 3;

// A told trial whose every field follows from its number, so that any mix-up shows.
struct told {
  observation row;
  point where;
  std::vector<report> reports;
};
told make(std::size_t number, trial_state state = trial_state::complete) {
  told t;
  t.where = point(dimensions);
  for (std::size_t k = 0; k < dimensions; ++k) {
    t.where.unit[k] = static_cast<double>((number * 7 + k) % 64) / 64.0;
    t.where.active[k] = static_cast<unsigned char>((number + k) % 2);
  }
  t.row.number = number;
  t.row.state = state;
  t.row.has_value = state == trial_state::complete;
  t.row.value = t.row.has_value ? 1000.0 - static_cast<double>(number % 97) : 0.0;
  t.row.seconds = 0.5 * static_cast<double>(number);
  for (std::size_t i = 0; i < number % 4; ++i) t.reports.push_back({i, static_cast<double>(number + i)});
  return t;
}
void append(history& h, const told& t, bool inside = true) {
  observation row = t.row;
  row.unit = t.where.unit;
  row.active = t.where.active;
  row.inside = inside;
  h.append(row, t.reports);
}
bool same(const observation& o, std::span<const report> reports, const told& t) {
  return o.number == t.row.number && o.state == t.row.state && o.has_value == t.row.has_value &&
         o.value == t.row.value && o.seconds == t.row.seconds && o.where() == t.where &&
         std::equal(reports.begin(), reports.end(), t.reports.begin(), t.reports.end(),
                    [](const report& a, const report& b) { return a.step == b.step && a.value == b.value; });
}
// Rows 0, 1, 2, ... of `make`, up to `count`.
bool holds(const history& h, std::size_t count) {
  if (h.size() != count) return false;
  for (std::size_t i = 0; i < count; ++i)
    if (!same(h[i], h.reports(i), make(i))) return false;
  return true;
}

}  // namespace

TEST_CASE("history: begins empty") {
  const history h(dimensions);
  CHECK(h.dimensions() == dimensions);
  CHECK(h.size() == 0);
  CHECK(h.complete() == 0);
  CHECK(h.failures() == 0);
  CHECK_FALSE(h.best().has_value());
  CHECK(h.pending().empty());
}

TEST_CASE("history: what was appended is what is read, over many blocks") {
  history h(dimensions);
  for (std::size_t i = 0; i < 1000; ++i) append(h, make(i));
  CHECK(holds(h, 1000));
  CHECK(h.complete() == 1000);
}

TEST_CASE("history: counts add up, and only complete trials inside the bounds can be best") {
  history h(dimensions);
  knobless::random_stream rng(1);
  std::size_t complete = 0;
  std::size_t failures = 0;
  std::optional<std::size_t> best;
  double lowest = 0.0;
  for (std::size_t i = 0; i < 700; ++i) {
    told t = make(i, static_cast<trial_state>(1 + rng.below(4)));
    t.row.has_value = t.row.state == trial_state::complete || (t.row.state != trial_state::failed && rng.below(2) == 0);
    t.row.value = t.row.has_value ? static_cast<double>(rng.below(1000)) - 500.0 : 0.0;
    const bool inside = rng.below(4) != 0;
    append(h, t, inside);
    complete += t.row.state == trial_state::complete ? 1 : 0;
    failures += t.row.state == trial_state::failed ? 1 : 0;
    if (t.row.state == trial_state::complete && inside && (!best || t.row.value < lowest)) {
      best = i;
      lowest = t.row.value;
    }
    CHECK(h.complete() == complete);
    CHECK(h.failures() == failures);
    CHECK(h.best() == best);
  }
}

TEST_CASE("history: of equal values the first is best") {
  history h(1);
  const std::vector<double> unit{0.5};
  const std::vector<unsigned char> active{1};
  for (std::size_t i = 0; i < 5; ++i) h.append({i, trial_state::complete, true, i == 0 ? 2.0 : 1.0, 0.0, unit, active});
  CHECK(h.best() == 1);
}

TEST_CASE("history: a snapshot stays as it was while the original grows") {
  history h(dimensions);
  std::vector<history> snapshots;
  for (std::size_t i = 0; i < 400; ++i) {
    if (i % 50 == 0 || i == 127 || i == 128 || i == 129) snapshots.push_back(h);
    append(h, make(i));
  }
  for (const history& s : snapshots) CHECK(holds(s, s.size()));
  CHECK(holds(h, 400));
}

TEST_CASE("history: copies that grow on their own don't see each other") {
  // Whatever the order of appending, also over the edges of blocks.
  for (const std::size_t common : {0U, 1U, 127U, 128U, 129U, 200U}) {
    history original(dimensions);
    for (std::size_t i = 0; i < common; ++i) append(original, make(i));
    history a = original;
    history b = original;
    for (std::size_t i = 0; i < 150; ++i) {
      append(a, make(common + i));
      append(b, make(5000 + i, trial_state::failed));
      if (i % 3 == 0) append(original, make(9000 + i));
    }
    CHECK(holds(a, common + 150));
    REQUIRE(b.size() == common + 150);
    REQUIRE(original.size() == common + 50);
    for (std::size_t i = 0; i < common; ++i) {
      CHECK(same(b[i], b.reports(i), make(i)));
      CHECK(same(original[i], original.reports(i), make(i)));
    }
    for (std::size_t i = 0; i < 150; ++i)
      CHECK(same(b[common + i], b.reports(common + i), make(5000 + i, trial_state::failed)));
    for (std::size_t i = 0; i < 50; ++i)
      CHECK(same(original[common + i], original.reports(common + i), make(9000 + 3 * i)));
    CHECK(a.failures() == 0);
    CHECK(b.failures() == 150);
  }
}

TEST_CASE("history: a row holds while any copy does") {
  observation row;
  history kept(dimensions);
  {
    history h(dimensions);
    append(h, make(3));
    row = h[0];
    kept = h;
  }
  CHECK(row.where() == make(3).where);
}

TEST_CASE("history: a snapshot is read by another thread while the original grows") {
  // For the thread sanitizer; the rows are checked too.
  history h(dimensions);
  for (std::size_t i = 0; i < 100; ++i) append(h, make(i));
  const history snapshot = h;
  bool sound = true;
  std::thread reader([&] {
    for (int round = 0; round < 20; ++round) sound = sound && holds(snapshot, 100);
  });
  for (std::size_t i = 100; i < 400; ++i) append(h, make(i));
  reader.join();
  CHECK(sound);
  CHECK(holds(h, 400));
}

TEST_CASE("history: pending trials are kept in the order of asking and forgotten by number") {
  history h(dimensions);
  for (std::size_t i = 0; i < 5; ++i) h.begin({10 + i, make(i).where, {}});
  CHECK(h.find_pending(9) == nullptr);
  REQUIRE(h.find_pending(12) != nullptr);
  h.find_pending(12)->reports.push_back({1, 0.5});
  const history snapshot = h;
  h.forget(11);
  h.forget(11);
  h.forget(99);
  REQUIRE(h.pending().size() == 4);
  CHECK(h.pending()[0].number == 10);
  CHECK(h.pending()[1].number == 12);
  CHECK(h.pending()[1].reports.size() == 1);
  CHECK(h.pending()[1].where == make(2).where);
  CHECK(snapshot.pending().size() == 5);
  CHECK(h.size() == 0);
}

TEST_CASE("history: one that replaces another says so to caches") {
  history older(dimensions);
  append(older, make(0));
  history newer(dimensions);
  newer.supersede(older);
  CHECK(newer.epoch() != older.epoch());
  history newest(dimensions);
  newest.supersede(newer);
  CHECK(newest.epoch() != newer.epoch());
  CHECK(newest.epoch() != older.epoch());
  // Appending keeps the epoch, and a copy has it too.
  const std::uint64_t epoch = newest.epoch();
  append(newest, make(0));
  CHECK(newest.epoch() == epoch);
  CHECK(history(newest).epoch() == epoch);
}

TEST_CASE("history: values and limits of several objectives are what is read, also from snapshots") {
  history h(1);
  knobless::random_stream rng(4);
  std::vector<std::vector<double>> values;
  std::vector<std::vector<double>> limits;
  std::vector<history> snapshots;
  const std::vector<double> unit{0.5};
  const std::vector<unsigned char> active{1};
  std::size_t feasible = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    if (i == 150) h.name_limits(std::vector<limit_kind>{{"memory", true}, {"loud", false}});
    observation o{i, trial_state::complete, true, 0.0, 0.0, unit, active};
    values.push_back({rng.uniform(), rng.uniform(), rng.uniform()});
    limits.push_back({});
    if (i >= 150 && rng.below(2) == 0) limits.back() = {rng.uniform() - 0.5, rng.below(2) == 0 ? -1.0 : 1.0};
    o.value = values.back().front();
    o.values = values.back();
    o.limits = limits.back();
    for (const double l : o.limits) o.feasible = o.feasible && l <= 0.0;
    feasible += o.feasible ? 1 : 0;
    h.append(o);
    snapshots.push_back(h);
    CHECK(h.feasible() == feasible);
    CHECK_FALSE(h.best().has_value());
  }
  CHECK(h.objectives() == 3);
  const auto equal = [](std::span<const double> a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  };
  for (const history& seen : snapshots)
    for (std::size_t i = 0; i < seen.size(); i += 7) {
      CHECK(equal(seen[i].values, values[i]));
      CHECK(equal(seen[i].limits, limits[i]));
      if (seen.limit_kinds().empty()) continue;
      CHECK(elementary::is_nan(seen.limit(i, 0)) == limits[i].empty());
      CHECK(seen.limit(i, 1) == (limits[i].empty() ? -1.0 : limits[i][1]));
    }
}

TEST_CASE("history: of one objective the best keeps its limits") {
  history h(1);
  const std::vector<double> unit{0.5};
  const std::vector<unsigned char> active{1};
  const auto tell = [&](double value, bool feasible) {
    observation o{h.size(), trial_state::complete, true, value, 0.0, unit, active};
    o.feasible = feasible;
    h.append(o);
  };
  tell(1.0, false);
  CHECK_FALSE(h.best().has_value());
  tell(3.0, true);
  tell(2.0, false);
  CHECK(h.best() == 1);
  tell(2.5, true);
  CHECK(h.best() == 3);
  CHECK(h.complete() == 4);
  CHECK(h.feasible() == 2);
}
