#include "storage/scratch.hpp"
#include "support.hpp"

#include <knobless/branch.hpp>
#include <knobless/minimize.hpp>
#include <knobless/sampler/automatic.hpp>
#include <knobless/sampler/cma_es.hpp>
#include <knobless/sampler/gp_ei.hpp>
#include <knobless/sampler/grid.hpp>
#include <knobless/sampler/latin_hypercube.hpp>
#include <knobless/sampler/random_search.hpp>
#include <knobless/sampler/sobol.hpp>
#include <knobless/sampler/tpe.hpp>
#include <knobless/scheduler/median.hpp>
#include <knobless/storage/journal.hpp>
#include <knobless/study.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace knobless;
using test::scratch;

namespace {

struct config {
  double x = 0.1;
  double rate = 0.01;
  double drop = 0.25;
  int layers = 2;
  int width = 64;
  bool flip = true;
  std::string form = "round";
  std::optional<double> momentum;
};

space<config> some_space() {
  return space<config>{real("x", &config::x, {.low = -1.0, .high = 1.0}),
                       real("rate", &config::rate, {.low = 1e-5, .high = 0.1, .scale = scaling::log}),
                       real("drop", &config::drop, {.low = 0.0, .high = 0.7, .step = 0.05}),
                       integer("layers, \"quoted\"", &config::layers, {.low = 1, .high = 9, .step = 3}),
                       integer("width", &config::width, {.low = 4, .high = 256, .scale = scaling::log}),
                       flag("flip", &config::flip),
                       choice("form", &config::form, {"round", "square \"2\"", "star\n\xC3\xA9"}),
                       branch("momentum", &config::momentum, real("value", knobless::self, {.low = 0.0, .high = 1.0}))};
}
// Behind a pointer that the compiler can't see through: with -ffast-math each inlined copy may add in another order, and so give
// another value.
double (*volatile const loss)(const config&) = [](const config& c) {
  return c.x * c.x + c.rate + c.drop + 0.1 * c.layers + (c.flip ? 0.3 : 0.0) + c.momentum.value_or(0.5);
};

journal_options quiet(std::vector<std::string>* notes = nullptr) {
  journal_options o;
  o.durable = durability::every_tell;
  o.on_note = [notes](std::string_view note) {
    if (notes != nullptr) notes->emplace_back(note);
  };
  return o;
}
std::shared_ptr<study_journal> quiet_journal(const scratch& s, std::vector<std::string>* notes = nullptr) {
  return std::make_shared<study_journal>(s.path, quiet(notes), std::make_shared<test::quick_disk>());
}

space<config> small_space() {
  return space<config>{real("x", &config::x, {.low = -1.0, .high = 1.0}), flag("flip", &config::flip)};
}

// All that can happen to a trial, by its number.
template <class S>
void step(S& s, std::size_t i) {
  trial t = s.ask();
  for (std::size_t r = 0; r < i % 3; ++r)
    t.report(r, i % 7 == 0 && r == 1 ? test::nan : loss(t.config()) + 1.0 / (1.0 + double(r)));
  if (i % 11 == 4) return;  // dropped
  const double value = loss(t.config());
  const outcome out = i % 5 == 3   ? outcome(failed("diverged: \"loud\"\n"))
                      : i % 6 == 2 ? outcome(pruned)
                                   : outcome(value);
  s.tell(std::move(t), out, 0.001 * static_cast<double>(i));
}

}  // namespace

TEST_CASE("a study that was closed and opened again is the same to the bit") {
  const scratch file;
  study plain{some_space(), random_search{}, {.seed = 5}};
  for (std::size_t i = 0; i < 30; ++i) step(plain, i);
  for (std::size_t done = 0; done < 30;) {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file), {.seed = 5});
    for (std::size_t k = 0; k < 7 && done < 30; ++k) step(s, done++);
    if (done == 14) s.change_space(some_space());  // written as an attribute of the study
  }
  const study<config> again = open_study(some_space(), random_search{}, quiet_journal(file), {.seed = 5});
  CHECK(again.log() == plain.log());
  CHECK(again.csv() == plain.csv());
}

TEST_CASE("maximised values, added results and first guesses come back") {
  const scratch file;
  std::string csv;
  const config guess{0.1, 1e-3, 0.3, 4, 100, false, "round", 0.123456789012345};
  {
    study<config> s = open_study(some_space(), sobol{}, quiet_journal(file), {.direction = direction::maximize});
    s.enqueue(guess);
    s.add({-0.5, 0.07, 0.05, 7, 4, true, "star\n\xC3\xA9", std::nullopt}, 3.5);
    s.add({0.5, 0.07, 0.05, 7, 4, true, "star\n\xC3\xA9", std::nullopt}, failed("known"));
    for (std::size_t i = 0; i < 8; ++i) step(s, i);
    csv = s.csv();
  }
  const study<config> again =
      open_study(some_space(), sobol{}, quiet_journal(file), {.direction = direction::maximize});
  CHECK(again.csv() == csv);
  CHECK(again.config(2).momentum == guess.momentum);
  CHECK(again.config(2).drop == guess.drop);
  CHECK(test::says(test::refusal([&] { (void)open_study(some_space(), sobol{}, journal(file.path)); }),
                   "another process writes"));
}

TEST_CASE("a search in several sittings makes the trials of one without a break") {
  const auto f = [](const config& c) { return loss(c); };
  const auto whole =
      minimize(some_space(), tpe{}, f, {.trials = 40, .seed = 3, .first_guesses = {config{}}, .deterministic = true});
  const scratch file;
  std::size_t called = 0;
  const auto counted = [&](const config& c) {
    ++called;
    return loss(c);
  };
  for (const std::size_t trials : {9U, 10U, 25U, 40U, 40U}) {
    const auto part = minimize(some_space(), tpe{}, counted,
                               {.trials = trials,
                                .seed = 3,
                                .first_guesses = {config{}},
                                .deterministic = true,
                                .journal = quiet_journal(file)});
    CHECK(part.trials().size() == trials);
    CHECK(part.reason() == termination::trials_done);
  }
  CHECK(called == 40);
  const study<config> all = open_study(some_space(), random_search{}, quiet_journal(file));
  REQUIRE(all.trials().size() == 40);
  for (std::size_t i = 0; i < 40; ++i) {
    CAPTURE(i);
    CHECK(all.trials()[i].where() == whole.trials()[i].where());
    CHECK(all.trials()[i].value == whole.trials()[i].value);
  }
}

TEST_CASE_TEMPLATE("a resumed search asks what the one without a break asks", Sampler, random_search, sobol,
                   latin_hypercube, grid, tpe, gp_ei, cma_es, automatic) {
  const scratch file;
  study plain{some_space(), Sampler{}, {.seed = 8, .deterministic = true}};
  for (std::size_t done = 0; done < 30;) {
    study<config> s = open_study(some_space(), Sampler{}, quiet_journal(file), {.seed = 8, .deterministic = true});
    for (std::size_t k = 0; k < 15; ++k, ++done) {
      step(plain, done);
      step(s, done);
      REQUIRE(s.csv() == plain.csv());
    }
  }
}

TEST_CASE(
    "trials that were running when the process died are asked again first, with the same number and configuration") {
  const scratch file;
  const pid_t child = ::fork();
  if (child == 0) {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
    for (std::size_t i = 0; i < 3; ++i) step(s, 1);
    trial a = s.ask();
    trial b = s.ask();
    a.report(1, 0.5);
    s.tell(s.ask(), 1.0);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  study plain{some_space(), random_search{}};
  for (std::size_t i = 0; i < 3; ++i) step(plain, 1);
  trial a = plain.ask();
  trial b = plain.ask();
  plain.tell(plain.ask(), 1.0);
  {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
    CHECK(s.trials().size() == 4);
    trial again_a = s.ask();
    trial again_b = s.ask();
    CHECK(again_a.number() == 3);
    CHECK(again_b.number() == 4);
    CHECK(again_a.config().x == a.config().x);
    CHECK(again_b.config().x == b.config().x);
    CHECK(s.ask().number() == 6);
    s.tell(std::move(again_b), 2.0);
    s.tell(std::move(again_a), 2.5);
  }
  CHECK(test::says(file.content(), "\"tries\":2"));
  const study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
  CHECK(s.trials().size() == 6);
  CHECK(s.trials().pending().empty());
}

TEST_CASE("trials that were running fail where the user says so") {
  const scratch file;
  const pid_t child = ::fork();
  if (child == 0) {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
    const trial a = s.ask();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  journal_options o = quiet();
  o.interrupted = interrupted_trials::fail;
  {
    study<config> s = open_study(some_space(), random_search{}, journal(file.path, o));
    CHECK(s.trials().failures() == 1);
    CHECK(test::says(s.core().first_failure(), "its process ended"));
    CHECK(s.ask().number() == 1);
  }
  const study<config> again = open_study(some_space(), random_search{}, quiet_journal(file));
  CHECK(again.trials().failures() == 1);
}

TEST_CASE("another search is refused with what differs") {
  const scratch file;
  {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
    step(s, 1);
  }
  const auto refused = [&](auto space, study_options o = {}) {
    return test::refusal([&] { (void)open_study(std::move(space), random_search{}, quiet_journal(file), o); });
  };
  CHECK(test::says(refused(some_space(), {.direction = direction::maximize}), "minimize there and to maximize here"));
  const space<config> wider{real("x", &config::x, {.low = -2.0, .high = 1.0})};
  CHECK(test::says(refused(wider), "parameter \"x\" is real from -1 to 1 there and real from -2 to 1 here"));
  const space<config> fewer{real("x", &config::x, {.low = -1.0, .high = 1.0})};
  CHECK(test::says(refused(fewer), "parameter \"rate\" is not here"));
  const space<config> other{real("y", &config::x, {.low = -1.0, .high = 1.0})};
  CHECK(test::says(refused(other), "parameter \"y\" is not there"));
}

TEST_CASE("a space that was changed on purpose learns from what it can express") {
  const scratch file;
  const auto small = [] { return space<config>{real("x", &config::x, {.low = -1.0, .high = 1.0})}; };
  const auto half = [] { return space<config>{real("x", &config::x, {.low = 0.0, .high = 1.0})}; };
  std::size_t inside = 0;
  {
    study<config> s = open_study(small(), random_search{}, quiet_journal(file));
    for (std::size_t i = 0; i < 20; ++i) {
      trial t = s.ask();
      inside += t.config().x >= 0.0 ? 1 : 0;
      s.tell(std::move(t), 1.0);
    }
  }
  journal_options o = quiet();
  o.space_changed = true;
  const auto j = journal(file.path, o);
  {
    const study<config> s = open_study(half(), random_search{}, j);
    CHECK(s.trials().size() == inside);
    CHECK(j->left_out() == 20 - inside);
  }
  CHECK_FALSE(test::refusal([&] { (void)open_study(half(), random_search{}, j); }).empty());
}

TEST_CASE("several studies lie in one file, each by its name") {
  const scratch file;
  for (int round = 0; round < 2; ++round)
    for (const char* name : {"a", "b \"quoted\""}) {
      journal_options o = quiet();
      o.study = name;
      study<config> s = open_study(some_space(), random_search{}, journal(file.path, o));
      CHECK(s.trials().size() == static_cast<std::size_t>(round));
      step(s, 1);
    }
  CHECK(test::says(test::refusal([&] { (void)open_study(some_space(), random_search{}, quiet_journal(file)); }),
                   "several studies"));
}

TEST_CASE("a full disk does not end the search, and nothing is missing when there is room again") {
  const scratch file;
  std::vector<std::string> notes;
  study plain{some_space(), random_search{}};
  {
    auto disk = std::make_shared<test::failing_disk>();
    auto j = std::make_shared<study_journal>(file.path, quiet(&notes), disk);
    study<config> s = open_study(some_space(), random_search{}, j);
    for (std::size_t i = 0; i < 20; ++i) {
      if (i == 5) disk->left = 100;
      if (i == 15) disk->left = std::size_t{1} << 40U;
      step(plain, i);
      step(s, i);
      if (i == 10) CHECK_FALSE(j->trouble().empty());
    }
    CHECK(j->trouble().empty());
  }
  REQUIRE(notes.size() == 2);
  CHECK(test::says(notes[0], "can't be written"));
  CHECK(test::says(notes[0], "No space left"));
  CHECK(test::says(notes[1], "written again"));
  const study<config> again = open_study(some_space(), random_search{}, quiet_journal(file));
  CHECK(again.log() == plain.log());
}

TEST_CASE("nothing is lost or doubled, at whichever byte the disk stops, and whether it can cut off or not") {
  study plain{some_space(), random_search{}};
  for (std::size_t i = 0; i < 4; ++i) step(plain, i);
  for (const bool cuts : {true, false})
    for (std::size_t bytes = 0; bytes < 3000; bytes += test::sanitized ? 61 : 7) {
      CAPTURE(bytes);
      const scratch file;
      {
        auto disk = std::make_shared<test::failing_disk>();
        study<config> s =
            open_study(some_space(), random_search{}, std::make_shared<study_journal>(file.path, quiet(), disk));
        step(s, 0);
        disk->left = bytes;
        disk->cuts = cuts;
        step(s, 1);
        step(s, 2);
        disk->left = std::size_t{1} << 40U;
        disk->cuts = true;
        step(s, 3);
      }
      const study<config> again = open_study(some_space(), random_search{}, quiet_journal(file));
      REQUIRE(again.log() == plain.log());
    }
}

TEST_CASE("the search stops at a disk that is full where the user says so") {
  const scratch file;
  auto disk = std::make_shared<test::failing_disk>();
  journal_options o = quiet();
  o.unwritable = write_failure::stop;
  auto j = std::make_shared<study_journal>(file.path, o, disk);
  const auto r = minimize(some_space(), random_search{},
                          [&](const config& c) {
                            disk->left = 0;
                            return loss(c);
                          },
                          {.trials = 50, .journal = j});
  CHECK(r.reason() == termination::stop_requested);
  CHECK(r.trials().size() < 3);
}

TEST_CASE("a file that can't be opened is refused before anything is evaluated") {
  const auto f = [](const config&) -> double { throw std::logic_error("called"); };
  CHECK(test::says(
      test::refusal([&] { (void)minimize(some_space(), f, {.trials = 5, .journal = journal("/nowhere/s.log")}); }),
      "can't be opened"));
}

TEST_CASE("every prefix of a journal opens, and has all that was whole in it") {
  const scratch file;
  {
    study<config> s = open_study(small_space(), random_search{}, quiet_journal(file));
    for (std::size_t i = 0; i < 3; ++i) step(s, i + 1);
  }
  const std::string whole = file.content();
  const study<config> full = open_study(small_space(), random_search{}, quiet_journal(file));
  for (std::size_t bytes = 0; bytes <= whole.size(); bytes += test::sanitized ? 17 : 1) {
    CAPTURE(bytes);
    const scratch cut;
    cut.write(whole.substr(0, bytes));
    const study<config> s = open_study(small_space(), random_search{}, quiet_journal(cut));
    std::size_t told = 0;
    for (std::size_t at = 0; (at = whole.find("\"values\":", at)) != std::string::npos; ++at) {
      const std::size_t end = whole.find('\n', at);
      told += end <= bytes && whole.compare(whole.rfind('\n', at) + 1, 13, "{\"op_code\":6,") == 0 ? 1 : 0;
    }
    REQUIRE(s.trials().size() == told);
  }
}

TEST_CASE("a flipped byte is reported with its line, and costs no other") {
  const scratch file;
  {
    study<config> s = open_study(small_space(), random_search{}, quiet_journal(file));
    for (std::size_t i = 0; i < 3; ++i) step(s, i + 1);
  }
  const std::string whole = file.content();
  std::vector<std::size_t> line_of;
  for (std::size_t i = 0, line = 1; i < whole.size(); ++i) {
    line_of.push_back(line);
    line += whole[i] == '\n' ? 1 : 0;
  }
  for (std::size_t at = 0; at < whole.size(); at += test::sanitized ? 37 : 1)
    for (const unsigned bit : {static_cast<unsigned>(at % 8)}) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
      CAPTURE(at);
      detail::journal_format::line_reader reader;
      std::size_t read = 0;
      std::size_t wrong = 0;
      std::istringstream lines(flipped);
      for (std::string line; std::getline(lines, line);) ++(reader.read(line) ? read : wrong);
      REQUIRE(wrong >= (whole[at] == '\n' && at + 1 == whole.size() ? 0U : 1U));
      const scratch changed;
      changed.write(flipped);
      std::vector<std::string> notes;
      journal_options o = quiet(&notes);
      o.study = "knobless";
      study<config> s =
          open_study(small_space(), random_search{},
                     std::make_shared<study_journal>(changed.path, o, std::make_shared<test::quick_disk>()));
      std::string all;
      for (const std::string& n : notes) all += n + "\n";
      CAPTURE(all);
      REQUIRE(test::says(all, "line " + std::to_string(line_of[at])));
    }
}

TEST_CASE("a damaged line in the middle is kept beside, and everything before and after it is read") {
  const scratch file;
  {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
    for (std::size_t i = 0; i < 4; ++i) step(s, 1);
  }
  std::string all = file.content();
  const std::size_t at = all.find("\"values\":[", all.find("\"trial_id\":2"));
  all[at + 10] = all[at + 10] == '1' ? '2' : '1';
  file.write(all);
  std::vector<std::string> notes;
  for (int round = 0; round < 2; ++round) {
    const auto j = quiet_journal(file, &notes);
    study<config> s = open_study(some_space(), random_search{}, j);
    CHECK(j->damaged() == 1);
    CHECK(s.trials().size() == 3);
    if (round == 1) CHECK(s.ask().number() == 2);  // its outcome is lost, so it is asked again
  }
  CHECK(test::says(notes.front(), "checksum"));
  const std::string kept = file.content(".damaged");
  CHECK(kept.find("line ") == kept.rfind("line "));
}

TEST_CASE("a parallel search is kept, too") {
  const scratch file;
  const auto f = [](trial<config>& t) {
    t.report(1, loss(t.config()));
    return loss(t.config());
  };
  std::string log;
  {
    const auto r =
        minimize(some_space(), random_search{}, f, {.trials = 60, .parallel = 4, .journal = quiet_journal(file)});
    log = r.study().log();
  }
  const study<config> again = open_study(some_space(), random_search{}, quiet_journal(file));
  CHECK(again.log() == log);
}

TEST_CASE("notes of trials and of the study are attributes of the file") {
  const scratch file;
  {
    const auto j = quiet_journal(file);
    CHECK_FALSE(j->note("early", 1));
    study<config> s = open_study(some_space(), random_search{}, j);
    CHECK(j->note("dataset", "iris \"2\""));
    trial t = s.ask();
    CHECK(j->note(t.number(), "commit", std::string("1a2b")));
    CHECK(j->note(t.number(), "megabytes", 512));
    CHECK(j->note(t.number(), "share", 0.5));
    CHECK(j->note(t.number(), "cached", true));
    CHECK_FALSE(j->note(7, "commit", "none"));
    s.tell(std::move(t), 1.0);
    CHECK_FALSE(j->note(0, "late", true));
  }
  const std::string all = file.content();
  for (const char* words : {"\"user_attr\":{\"dataset\":\"iris \\\"2\\\"\"}", "{\"commit\":\"1a2b\"}",
                            "{\"megabytes\":512}", "{\"share\":0.5}", "{\"cached\":true}"})
    CHECK(test::says(all, words));
  CHECK_FALSE(test::says(all, "late"));
  const study<config> again = open_study(some_space(), random_search{}, quiet_journal(file));
  CHECK(again.trials().size() == 1);
}

TEST_CASE("points that wait are in the file, once, until somebody asks for them") {
  const scratch file;
  const config guess{0.1, 1e-3, 0.3, 4, 100, false, "square \"2\"", 0.123456789012345};
  {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
    s.enqueue(guess);
    s.enqueue({});
  }
  CHECK(test::says(file.content(), "\"state\":4"));
  CHECK(test::says(file.content(), "\"fixed_params\":{"));
  {
    study<config> s = open_study(some_space(), random_search{}, quiet_journal(file));
    CHECK(s.core().queued() == 2);
    trial t = s.ask();
    CHECK(t.config().form == guess.form);
    CHECK(t.config().momentum == guess.momentum);
    CHECK(t.config().rate == guess.rate);
    s.tell(std::move(t), 1.0);
  }
  std::size_t called = 0;
  const auto found = minimize(some_space(), random_search{}, [&](const config&) { return double(++called); },
                              {.trials = 3, .first_guesses = {guess, config{}}, .journal = quiet_journal(file)});
  CHECK(called == 2);
  CHECK(found.study().config(1).x == config{}.x);
  std::size_t begun = 0;
  const std::string all = file.content();
  for (std::size_t at = 0; (at = all.find("\"op_code\":4", at)) != std::string::npos; ++at) ++begun;
  CHECK(begun == 3);  // two that waited, and one of the sampler
}

TEST_CASE("a point that one process puts into the queue is taken by another") {
  const scratch file;
  journal_options o = quiet();
  o.shared = true;
  const auto opened = [&] {
    return open_study(small_space(), random_search{},
                      std::make_shared<study_journal>(file.path, o, std::make_shared<test::quick_disk>()));
  };
  study<config> a = opened();
  study<config> b = opened();
  config guess;
  guess.x = 0.625;
  a.enqueue(guess);
  trial taken = b.ask();
  CHECK(taken.config().x == 0.625);
  CHECK(a.ask().config().x != 0.625);
  CHECK(a.core().queued() == 0);
}

TEST_CASE("limits, notes and reasons come back") {
  const scratch file;
  std::string log;
  const auto told = [](std::size_t i) -> outcome {
    outcome out = i == 2 ? broken("memory") : i == 4 ? outcome(pruned) : outcome(1.0 / (1.0 + double(i)));
    out.note("commit", "1a\"2b").note("megabytes", 12.5 * double(i)).note("cached", i % 2 == 0);
    if (i != 2) out.limit("seconds", double(i) - 3.5);
    if (i == 5) out.broken("memory");
    return out;
  };
  {
    study<config> s = open_study(small_space(), random_search{}, quiet_journal(file));
    for (std::size_t i = 0; i < 7; ++i) {
      trial t = s.ask();
      t.report(1, 2.0);
      s.tell(std::move(t), told(i));
    }
    log = s.log();
  }
  const study<config> again = open_study(small_space(), random_search{}, quiet_journal(file));
  CHECK(again.log() == log);
  CHECK(again.trials().limit_kinds().size() == 2);
  for (std::size_t i = 0; i < 7; ++i) {
    CAPTURE(i);
    const auto notes = again.core().happened().notes(i);
    REQUIRE(notes.size() == 3);
    CHECK(std::get<std::string>(notes[0].value) == "1a\"2b");
    CHECK(std::get<double>(notes[1].value) == 12.5 * double(i));
    CHECK(std::get<bool>(notes[2].value) == (i % 2 == 0));
    CHECK(again.trials()[i].feasible == told(i).feasible());
    const outcome out = told(i);
    for (const measured_limit& l : out.limits())
      for (std::size_t c = 0; c < 2; ++c)
        if (again.trials().limit_kinds()[c].name == l.name) CHECK(again.trials().limit(i, c) == l.amount);
  }
}

TEST_CASE("several objectives come back to the bit, and must be declared") {
  const scratch file;
  const objectives goals{minimized("loss"), maximized("speed")};
  std::string log;
  {
    study<config> s = open_study(small_space(), random_search{}, quiet_journal(file), {.objectives = goals});
    for (int i = 0; i < 9; ++i)
      s.tell(s.ask(), outcome{1.0 / (3.0 + i), std::sqrt(1.0 + i)}.limit("memory", i - 6.5).note("i", i));
    log = s.log();
  }
  const study<config> again = open_study(small_space(), random_search{}, quiet_journal(file), {.objectives = goals});
  CHECK(again.log() == log);
  REQUIRE(again.front().size() == 1);
  CHECK(again.front()[0].number == 6);
#if KNOBLESS_EXCEPTIONS
  const scratch other;
  study<config> undeclared = open_study(small_space(), random_search{}, quiet_journal(other));
  CHECK(test::says(test::refusal([&] {
                     undeclared.tell(undeclared.ask(), outcome{1.0, 2.0});
                   }),
                   "must declare its objectives"));
#endif
}
