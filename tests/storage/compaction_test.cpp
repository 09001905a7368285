#include "../../src/command/compaction.hpp"

#include <knobless/advance.hpp>
#include <knobless/storage/journal.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "storage/scratch.hpp"
#include "support.hpp"

using namespace knobless;
using test::scratch;
namespace jf = knobless::detail::journal_format;

namespace {

struct setting {
  double rate = 0.5;
  int depth = 2;
};
space<setting> plane() {
  return space<setting>{real("rate", &setting::rate, {.low = 0.0, .high = 1.0}),
                        integer("depth", &setting::depth, {.low = 0, .high = 4})};
}

struct model {
  setting with;
  int steps = 0;
};

std::string search(const std::shared_ptr<study_journal>& journal, double budget) {
  const auto found = multi_fidelity(
      plane(), [](const setting& s) { return model{s}; },
      [](model& m, int more) {
        m.steps += more;
        return m.with.rate + 0.1 * m.with.depth + 1.0 / m.steps;
      },
      {.max_resource = 9, .budget = budget, .seed = 5, .journal = journal});
  std::string curves;
  for (const training& t : found.trials())
    for (const report& r : t.curve) curves += std::to_string(r.step) + "=" + std::to_string(r.value) + " ";
  return curves;
}

std::shared_ptr<study_journal> in_file(const scratch& file, std::string study) {
  journal_options o{.study = std::move(study)};
  o.on_note = [](std::string_view) {};
  return std::make_shared<study_journal>(file.path, o, std::make_shared<test::quick_disk>());
}

std::string compacted(std::string_view content) {
  jf::line_reader reader;
  knobless_command::compaction kept;
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    result<jf::line> read = reader.read(content.substr(0, end));
    if (read) kept.take(content.substr(0, end), std::move(read).value());
    content.remove_prefix(end + 1);
  }
  return kept.text();
}

// A line as Optuna writes them.
std::string deletion(std::size_t study) {
  return "{\"op_code\": 1, \"worker_id\": \"other\", \"study_id\": " + std::to_string(study) + "}\n";
}

}  // namespace

TEST_CASE("compaction: a journal whose lines all have an effect stays as it is") {
  const scratch file;
  (void)search(in_file(file, "one"), 3.0);
  CHECK(compacted(file.content()) == file.content());
}

TEST_CASE("compaction: without a deleted study and a damaged line, the others go on as before") {
  const scratch alone;
  (void)search(in_file(alone, "kept"), 3.0);
  const std::string whole = search(in_file(alone, "kept"), 6.0);
  for (const bool deleted_first : {true, false}) {
    const scratch file;
    if (deleted_first) (void)search(in_file(file, "deleted"), 2.0);
    (void)search(in_file(file, "kept"), 3.0);
    if (!deleted_first) (void)search(in_file(file, "deleted"), 2.0);
    const std::string content = file.content();
    const std::string smaller = compacted(content + "{\"op_code\": 4, damaged\n" + deletion(deleted_first ? 0 : 1));
    CHECK(smaller.size() < content.size());
    CHECK(smaller.find("deleted") == std::string::npos);
    CHECK(compacted(smaller) == smaller);
    file.write(smaller);
    CHECK(search(in_file(file, "kept"), 6.0) == whole);
  }
}

TEST_CASE("compaction: the number of the outermost key is changed, and nothing else that looks like it") {
  using knobless_command::with_number;
  for (const std::string_view line :
       {R"({"a":{"trial_id":3},"trial_id":7,"b":8})", R"({"a":"trial_id","trial_id" : 7, "b":8})",
        R"({"a":"\",\"trial_id\":3","trial_id":7})", R"({"a":[{"trial_id":3}],"\\":"{","trial_id": 7})"}) {
    std::string expected(line);
    expected.replace(expected.find('7'), 1, "1234");
    CHECK(with_number(line, "trial_id", 1234) == expected);
  }
  CHECK(with_number(R"({"a":{"trial_id":3}})", "trial_id", 1) == R"({"a":{"trial_id":3}})");
}
