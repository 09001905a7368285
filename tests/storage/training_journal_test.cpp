#include "storage/scratch.hpp"
#include "support.hpp"

#include <knobless/advance.hpp>
#include <knobless/executor/threads.hpp>
#include <knobless/parallel_advance.hpp>
#include <knobless/population.hpp>
#include <knobless/storage/journal.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace knobless;
using test::scratch;

namespace {

struct setting {
  double x = 0.5;
  int k = 2;
};

space<setting> plane() {
  return space<setting>{real("x", &setting::x, {.low = 0.0, .high = 1.0}),
                        integer("k", &setting::k, {.low = 0, .high = 4})};
}

struct model {
  setting with;
  int steps = 0;
};
const auto build = [](const setting& s) { return model{s}; };
const auto advance = [](model& m, int more) -> outcome {
  m.steps += more;
  if (m.with.k == 3 && m.steps > 3) return failed("diverged");
  return (m.with.x - 0.3) * (m.with.x - 0.3) + 0.1 * m.with.k + 1.0 / m.steps;
};

using options = training_options<setting>;

template <class Call>
void with_each(const Call& call) {
  call([](const auto&... a) { return multi_fidelity(plane(), build, advance, a...); });
  call([](const auto&... a) { return successive_halving(plane(), build, advance, a...); });
  call([](const auto&... a) { return hyperband(plane(), build, advance, a...); });
  call([](const auto&... a) { return asha(plane(), build, advance, a...); });
}

std::shared_ptr<study_journal> in_file(const scratch& file, journal_options o = {}) {
  o.durable = durability::every_tell;
  o.on_note = [](std::string_view) {};
  return std::make_shared<study_journal>(file.path, o, std::make_shared<test::quick_disk>());
}
options some(const std::shared_ptr<study_journal>& journal = nullptr) {
  return {.max_resource = 9, .budget = 6.0, .seed = 5, .first_guesses = {{0.1, 1}, {0.7, 0}}, .journal = journal};
}

std::string curves(const auto& found) {
  std::string all;
  for (const training& t : found.trials()) {
    all += std::string(to_string(t.state)) + ":";
    for (const report& r : t.curve) all += " " + std::to_string(r.step) + "=" + std::to_string(r.value);
    all += "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("live objects: a journal that was cut off anywhere goes on to the same end, and trains no leg again") {
  with_each([](const auto& search) {
    const scratch file;
    std::size_t all_legs = 0;
    auto given = some(in_file(file));
    given.on_leg = [&](const training_progress<setting>&) { ++all_legs; };
    const auto whole = search(given);
    const auto plain = search(some());
    CHECK(curves(plain) == curves(whole));
    given.journal.reset();
    const std::string content = file.content();
    std::size_t lines = 0;
    for (std::size_t end = content.find('\n'); end != std::string::npos; end = content.find('\n', end + 1)) {
      if (++lines % 5 != 0) continue;
      CAPTURE(lines);
      const scratch cut;
      cut.write(content.substr(0, end + 1));
      std::size_t legs = 0;
      auto again = some(in_file(cut));
      again.on_leg = [&](const training_progress<setting>&) { ++legs; };
      const auto rest = search(again);
      CHECK(curves(rest) == curves(whole));
      CHECK(rest.best().number == whole.best().number);
      CHECK(rest.best().object.steps == whole.best().object.steps);
      std::size_t kept = 0;
      for (std::size_t at = 0; (at = content.find("\"op_code\":7", at)) < end; ++at) ++kept;
      CHECK(legs <= all_legs - kept);
      // What is in the file now is the whole search again.
      again.journal = nullptr;
      auto third = some(in_file(cut));
      third.on_leg = [](const training_progress<setting>&) { FAIL("a leg was trained again"); };
      if (rest.reason() == whole.reason()) CHECK(curves(search(third)) == curves(whole));
    }
    CHECK(lines > 30);
  });
}

TEST_CASE("live objects: a journal goes on with a larger budget, and legs on threads are kept") {
  const scratch file;
  CHECK(asha(threads{3}, plane(), build, advance, some(in_file(file)), {.legs = 3}).taken().trials > 3);
  auto more = some(in_file(file));
  more.budget = 12.0;
  const auto found = asha(threads{3}, plane(), build, advance, more, {.legs = 3});
  CHECK(found.taken().trained > 54);
  for (const training& t : found.trials()) CHECK_FALSE(t.busy);
}

#if KNOBLESS_EXCEPTIONS
TEST_CASE("live objects: the journal of another search is refused, and so is one to be shared, or with a log") {
  const scratch file;
  (void)hyperband(plane(), build, advance, some(in_file(file)));
  CHECK(test::says(test::refusal([&] { (void)asha(plane(), build, advance, some(in_file(file))); }), "another"));
  auto other = some(in_file(file));
  other.seed = 6;
  CHECK(test::says(test::refusal([&] { (void)hyperband(plane(), build, advance, other); }), "seed"));
  other.journal.reset();  // lets go of the file
  const space<setting> wider{real("x", &setting::x, {.low = 0.0, .high = 2.0}),
                             integer("k", &setting::k, {.low = 0, .high = 4})};
  CHECK(test::says(test::refusal([&] { (void)hyperband(wider, build, advance, some(in_file(file))); }), "\"x\""));
  auto both = some(in_file(file));
  both.continue_from = "log";
  CHECK(test::says(test::refusal([&] { (void)hyperband(plane(), build, advance, both); }), "both"));
  journal_options shared;
  shared.shared = true;
  const scratch another;
  CHECK(test::says(test::refusal([&] { (void)asha(plane(), build, advance, some(in_file(another, shared))); }),
                   "one process"));
}

TEST_CASE("a population's journal keeps what happened, and is refused the second time") {
  const scratch file;
  const auto learn = [](model& m, const setting& s, int more) {
    m.steps += more;
    return s.x / m.steps;
  };
  const auto run = [&](const std::shared_ptr<study_journal>& journal) {
    return evolve(plane(), build, learn, {.members = 4, .max_resource = 20, .interval = 5, .journal = journal});
  };
  const auto found = run(in_file(file));
  std::size_t begun = 0;
  std::size_t values = 0;
  const std::string all = file.content();
  for (std::size_t at = 0; (at = all.find("\"op_code\":4", at)) != std::string::npos; ++at) ++begun;
  for (std::size_t at = 0; (at = all.find("\"op_code\":7", at)) != std::string::npos; ++at) ++values;
  CHECK(begun == found.happened.begun());
  CHECK(values == 16);
  CHECK(test::says(test::refusal([&] { (void)run(in_file(file)); }), "can't go on"));
}
#endif

TEST_CASE("live objects: legs that were being trained fail where the user says so") {
  const scratch file;
  (void)asha(plane(), build, advance, some(in_file(file)));
  std::string content = file.content();
  content.resize(content.find("\"op_code\":7"));
  content.resize(content.rfind('\n') + 1);  // the first leg has not ended
  file.write(content);
  journal_options o;
  o.interrupted = interrupted_trials::fail;
  const auto found = asha(plane(), build, advance, some(in_file(file, o)));
  CHECK(found.trials().front().state == trial_state::failed);
  CHECK(test::says(found.first_failure(), "its process ended"));
}
