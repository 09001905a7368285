// Takes bytes for a journal: its lines are read, understood as Optuna understands them, and brought to points of a space. Lines that
// begin with '!' get a right checksum first, so that the short way for lines of our own is gone, too: what it reads must be what
// the long way reads, else the program aborts.
#include <knobless/base/elementary.hpp>
#include <knobless/space/domain.hpp>
#include <knobless/storage/iso_time.hpp>
#include <knobless/storage/json_text.hpp>
#include <knobless/storage/line_reader.hpp>
#include <knobless/storage/optuna_contents.hpp>
#include <knobless/storage/optuna_point.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace knobless;
namespace jf = detail::journal_format;

void require(bool holds) {
  if (!holds) std::abort();
}

bool same(double a, double b) { return a == b || (elementary::is_nan(a) && elementary::is_nan(b)); }

void compare(const jf::line& a, const jf::line& b) {
  require(a.what == b.what && a.worker == b.worker && a.id == b.id && a.becomes == b.becomes);
  require(a.begun == b.begun && a.ended == b.ended && a.user.size() == b.user.size());
  require(a.values.size() == b.values.size() && a.reports.size() == b.reports.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) require(same(a.values[i], b.values[i]));
  for (std::size_t i = 0; i < a.reports.size(); ++i)
    require(a.reports[i].step == b.reports[i].step && same(a.reports[i].value, b.reports[i].value));
  require(a.settings.size() == b.settings.size() && a.system.size() == b.system.size());
  for (const jf::setting& s : a.settings) {
    bool found = false;
    for (const jf::setting& t : b.settings)
      found = found || (t.name() == s.name() && same(t.value, s.value) && t.of->json == s.of->json);
    require(found);
  }
  const jf::told_entry told_a = jf::told_of(jf::find(a.system, "knobless:told"));
  const jf::told_entry told_b = jf::told_of(jf::find(b.system, "knobless:told"));
  require(same(told_a.seconds, told_b.seconds) && told_a.dropped == told_b.dropped);
}

const domain& some_space() {
  static const domain made = domain::make({parameter::real("x", {.low = -1.0, .high = 1.0}).value(),
                                           parameter::integer("k", {.low = 1, .high = 9, .step = 2}).value(),
                                           parameter::categorical("c", {"a", "b", "3", "null"}).value()})
                                 .value();
  return made;
}

void understand(const jf::contents& all) {
  for (const jf::trial_entry& t : all.trials()) {
    const jf::asked_entry asked = jf::asked_of(jf::find(t->system, "knobless:ask"));
    if (const auto p = jf::point_of(some_space(), t->settings, asked)) require(some_space().contains(p.value()));
    if (const std::string* fixed = jf::find(t->system, "fixed_params"))
      (void)jf::point_of_values(some_space(), jf::members_of(*fixed), asked);
    (void)jf::seconds_of(t->begun);
    for (const jf::attribute& a : t->user) {
      (void)jf::note_of(a.json);
      require(jf::members_of("[" + a.json + "]").size() == 1);  // what is kept is JSON again
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  jf::line_reader reader;
  jf::line_reader slow;
  jf::contents all;
  while (!rest.empty()) {
    std::string line(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
    if (line.substr(0, 1) == "!") {
      line = jf::sealed(line.substr(1));
      line.pop_back();
    }
    result<jf::line> read = reader.read(line);
    const result<jf::line> again = slow.read_slowly(line);
    require(static_cast<bool>(read) == static_cast<bool>(again));
    if (!read) continue;
    compare(read.value(), again.value());
    (void)all.apply(std::move(read).value());
  }
  understand(all);
  return 0;
}
