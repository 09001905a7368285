// The command `knobless`: looks at journals.
#include <knobless/analysis/importance.hpp>
#include <knobless/record/csv.hpp>
#include <knobless/record/record.hpp>
#include <knobless/report/html_report.hpp>
#include <knobless/report/sparkline.hpp>
#include <knobless/report/summary.hpp>
#include <knobless/storage/iso_time.hpp>
#include <knobless/storage/journal_file.hpp>
#include <knobless/storage/json_text.hpp>
#include <knobless/storage/line_reader.hpp>
#include <knobless/storage/optuna_contents.hpp>
#include <knobless/storage/optuna_point.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "compaction.hpp"
#include "journal_account.hpp"
#include "plot.hpp"
#include "reading.hpp"
#include "serve.hpp"

namespace {

using namespace knobless_command;

namespace jf = knobless::detail::journal_format;
using knobless::detail::journal_file;
using knobless::detail::number_text;
using knobless::detail::short_number;
using knobless::detail::text;

// Exit codes.
constexpr int well = 0;
constexpr int damaged = 1;      // the journal has damaged lines, or nothing of what was asked for
constexpr int wrong_usage = 2;  // of the command
constexpr int unreadable = 3;   // the file

constexpr const char* help =
    "usage: knobless <command> <journal> [options]   (plot: knobless plot <journal> KIND)\n"
    "\n"
    "  show        how far the search is, its best trial, its rate and when it may end\n"
    "  best        the best trial                     --json\n"
    "  trials      a line for each trial              --csv, --json, --last N\n"
    "  studies     the studies of the file\n"
    "  importance  which parameters mattered\n"
    "  report      a page with everything             -o report.html\n"
    "  plot KIND   charts as SVG, by Node.js          -o KIND.svg; history, time, importance, slice, contour,\n"
    "              parallel, curves, rungs, front, volume, limits or timeline\n"
    "  serve       the page for browsers of this machine, following the journal\n"
    "                                                 --port N (8765), --host ADDRESS (127.0.0.1)\n"
    "  check       reads everything and says what is wrong, and in which line\n"
    "  compact     leaves out deleted studies and damaged lines; refused while somebody writes\n"
    "  follow      a line for each trial, as they end\n"
    "\n"
    "options:\n"
    "  --study NAME   which study, where the file has several\n"
    "  --help         this text\n"
    "\n"
    "exit codes: 0 well, 1 damaged lines or nothing found, 2 wrong usage, 3 the file can't be read\n";

struct arguments {
  std::string command;
  std::string path;
  std::string study;
  std::string kind;  // of a plot
  std::string output;
  std::string host = "127.0.0.1";
  int port = 8765;
  bool json = false;
  bool csv = false;
  std::optional<std::size_t> last;
};

[[nodiscard]] std::optional<arguments> parsed(int argc, char** argv) {
  arguments a;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--json") {
      a.json = true;
    } else if (word == "--csv") {
      a.csv = true;
    } else if (word == "--study" && more) {
      a.study = argv[++i];
    } else if ((word == "-o" || word == "--output") && more) {
      a.output = argv[++i];
    } else if (word == "--host" && more) {
      a.host = argv[++i];
    } else if (word == "--port" && more) {
      const auto n = knobless::detail::parsed<int>(argv[++i]);
      if (!n || *n < 0 || *n > 65535)
        return complain(text("--port ", argv[i], " given, but it must be from 0 (any) to 65535")), std::nullopt;
      a.port = *n;
    } else if (word == "--last" && more) {
      const auto n = knobless::detail::parsed<std::size_t>(argv[++i]);
      if (!n) return complain(text("--last ", argv[i], " given, but it must be a whole number")), std::nullopt;
      a.last = n;
    } else if (word.substr(0, 1) == "-" && word.size() > 1) {
      return complain(text("unknown option, or one without its value: ", word)), std::nullopt;
    } else if (a.command.empty()) {
      a.command = word;
    } else if (a.path.empty()) {
      a.path = word;
    } else if (a.command == "plot" && a.kind.empty()) {
      a.kind = word;
    } else {
      return complain(text("one journal at a time; also given: ", word)), std::nullopt;
    }
  }
  if (a.command.empty() || a.path.empty()) return complain("a command and a journal are needed"), std::nullopt;
  return a;
}

// ---- What trials are ---------------------------------------------------------------------------------------------------

[[nodiscard]] bool maximised(const jf::study_entry& s) { return !s.directions.empty() && s.directions.front() == 2; }

[[nodiscard]] std::string value_of(const jf::setting& s) {
  if (s.of->what == jf::distribution::kind::categorical)
    return jf::label_of(s.of->choices[static_cast<std::size_t>(s.value)]);
  const bool whole = s.of->what == jf::distribution::kind::integer && std::abs(s.value) < 0x1p60;
  return whole ? std::to_string(static_cast<std::int64_t>(s.value)) : number_text(s.value);
}
[[nodiscard]] std::string json_of(const jf::setting& s) {
  if (s.of->what == jf::distribution::kind::categorical) return s.of->choices[static_cast<std::size_t>(s.value)];
  return s.of->what == jf::distribution::kind::integer ? value_of(s) : jf::json_number(s.value);
}

[[nodiscard]] std::string values_text(const jf::trial_entry& t, const char* between) {
  std::string out;
  for (const double v : t->values) out += text(out.empty() ? "" : between, number_text(v));
  return out;
}

[[nodiscard]] std::string why_of(const jf::trial_entry& t) {
  const std::string* const why = jf::find(t->user, "knobless:why");
  return why ? jf::text_of(*why).value_or(*why) : "";
}

// A complete trial that no constraint was against.
[[nodiscard]] bool may_be_best(const jf::trial_entry& t) {
  if (t.now != jf::state::complete || t->values.size() != 1) return false;
  const std::string* const told = jf::find(t->system, "knobless:told");
  return !told || jf::member_of(*told, "inside").value_or("true") != "false";
}

[[nodiscard]] const jf::trial_entry* best_of(const reading& r, const jf::study_entry& s) {
  const jf::trial_entry* best = nullptr;
  for (const std::uint64_t id : s.trials) {
    const jf::trial_entry& t = r.trial(id);
    if (!may_be_best(t)) continue;
    const bool better =
        best == nullptr || (maximised(s) ? t->values[0] > (*best)->values[0] : t->values[0] < (*best)->values[0]);
    if (better) best = &t;
  }
  return best;
}

[[nodiscard]] std::string json_of(const jf::trial_entry& t) {
  std::string params;
  for (const jf::setting& s : t->settings)
    params += text(params.empty() ? "" : ", ", jf::json_text(s.name()), ": ", json_of(s));
  std::string values;
  for (const double v : t->values) values += text(values.empty() ? "" : ", ", jf::json_number(v));
  std::string reports;
  for (const knobless::report& p : t->reports)
    reports += text(reports.empty() ? "" : ", ", "[", std::to_string(p.step), ", ", jf::json_number(p.value), "]");
  std::string user;
  for (const jf::attribute& a : t->user) user += text(user.empty() ? "" : ", ", jf::json_text(a.key), ": ", a.json);
  return text("{\"number\": ", std::to_string(t.number), ", \"state\": \"", to_string(t.now), "\", \"values\": [",
              values, "], \"params\": {", params, "}, \"reports\": [", reports, "], \"attributes\": {", user,
              "}, \"begun\": ", jf::json_text(t->begun), ", \"ended\": ", jf::json_text(t->ended), "}");
}

[[nodiscard]] std::string line_of(const jf::trial_entry& t) {
  std::string out = text("trial ", std::to_string(t.number), "  ", to_string(t.now));
  if (!t->values.empty()) out += text("  ", values_text(t, " "));
  for (const jf::setting& s : t->settings) out += text("  ", s.name(), "=", value_of(s));
  if (const std::string why = why_of(t); !why.empty()) out += text("  (", why.substr(0, why.find('\n')), ")");
  return out;
}

// The trials that were asked for: all, or the last ones.
[[nodiscard]] std::vector<const jf::trial_entry*> chosen(const reading& r, const jf::study_entry& s,
                                                         const arguments& a) {
  std::vector<const jf::trial_entry*> all;
  for (const std::uint64_t id : s.trials) all.push_back(&r.trial(id));
  if (a.last && *a.last < all.size()) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(*a.last));
  return all;
}

// ---- The commands ------------------------------------------------------------------------------------------------------

int studies(const reading& r) {
  for (const jf::study_entry& s : r.all().studies()) {
    if (s.deleted) continue;
    std::string directions;
    for (const int d : s.directions)
      directions += text(directions.empty() ? "" : ", ", d == 2 ? "maximize" : "minimize");
    std::printf("%s  %s  %zu trials\n", s.name.c_str(), directions.c_str(), s.trials.size());
  }
  return well;
}

void print_best(const jf::trial_entry& t) {
  std::printf("best value %s in trial %llu:\n", values_text(t, " ").c_str(), static_cast<unsigned long long>(t.number));
  for (const jf::setting& s : t->settings) std::printf("  %s = %s\n", s.name().c_str(), value_of(s).c_str());
}

int best(const reading& r, const jf::study_entry& s, const arguments& a) {
  if (s.directions.size() > 1)
    return complain("the study has several objectives, so there is no one best trial"), damaged;
  const jf::trial_entry* const t = best_of(r, s);
  if (t == nullptr) return complain("no trial is complete"), damaged;
  if (a.json)
    std::printf("%s\n", json_of(*t).c_str());
  else
    print_best(*t);
  return well;
}

// The best so far from trial to trial, as a sparkline; "" where the terminal takes no UTF-8.
[[nodiscard]] std::string best_so_far(const reading& r, const jf::study_entry& s) {
  if (!knobless::detail::locale_is_utf8()) return {};
  std::vector<double> curve;
  for (const std::uint64_t id : s.trials)
    if (const jf::trial_entry& t = r.trial(id); may_be_best(t)) {
      const double v = t->values[0];
      curve.push_back(curve.empty() ? v : maximised(s) ? std::max(curve.back(), v) : std::min(curve.back(), v));
    }
  return knobless::detail::sparkline(curve, 40);
}

int show(const reading& r, const jf::study_entry& s) {
  std::size_t counts[5] = {};
  std::optional<double> first;
  std::optional<double> last;
  for (const std::uint64_t id : s.trials) {
    const jf::trial_entry& t = r.trial(id);
    ++counts[static_cast<std::size_t>(t.now)];
    if (const auto begun = jf::seconds_of(t->begun); begun && (!first || *begun < *first)) first = begun;
    if (const auto ended = jf::seconds_of(t->ended); ended && (!last || *ended > *last)) last = ended;
  }
  std::printf("study \"%s\": %zu trials\n", s.name.c_str(), s.trials.size());
  for (const jf::state state :
       {jf::state::complete, jf::state::pruned, jf::state::failed, jf::state::running, jf::state::waiting})
    if (const std::size_t n = counts[static_cast<std::size_t>(state)]; n > 0)
      std::printf("  %zu %s\n", n, std::string(to_string(state)).c_str());
  const std::size_t told = counts[1] + counts[2] + counts[3];
  if (first && last && *last > *first && told > 0) {
    const double rate = static_cast<double>(told) / (*last - *first);
    std::printf("%s s from the first to the last, %s trials a minute\n", short_number(*last - *first).c_str(),
                short_number(60.0 * rate).c_str());
    const std::string* const study = jf::find(s.system, "knobless:budget");
    const auto budget = study ? jf::number_of(*study) : std::nullopt;
    if (budget && *budget > static_cast<double>(told))
      std::printf("%s of %s trials are left: about %s s\n", number_text(*budget - static_cast<double>(told)).c_str(),
                  number_text(*budget).c_str(), short_number((*budget - static_cast<double>(told)) / rate).c_str());
  }
  if (const jf::trial_entry* const t = s.directions.size() == 1 ? best_of(r, s) : nullptr) {
    print_best(*t);
    if (const std::string drawn = best_so_far(r, s); !drawn.empty()) std::printf("best so far: %s\n", drawn.c_str());
  }
  return well;
}

void print_csv(const std::vector<const jf::trial_entry*>& all, const jf::study_entry& s) {
  using knobless::detail::csv_field;
  std::vector<std::string> names;
  std::vector<std::string> notes;
  const auto learn = [](std::vector<std::string>& known, const std::string& name) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  };
  for (const jf::trial_entry* t : all) {
    for (const jf::setting& p : (*t)->settings) learn(names, p.name());
    for (const jf::attribute& n : (*t)->user) learn(notes, n.key);
  }
  std::string out = "trial,state";
  for (std::size_t i = 0; i < s.directions.size(); ++i)
    out += s.directions.size() > 1 ? text(",value ", std::to_string(i)) : ",value";
  out += ",begun,ended";
  for (const std::string& n : names) out += text(",", csv_field(n));
  for (const std::string& n : notes) out += text(",", csv_field(n));
  std::puts(out.c_str());
  for (const jf::trial_entry* t : all) {
    out = text(std::to_string(t->number), ",", to_string(t->now));
    for (std::size_t i = 0; i < s.directions.size(); ++i)
      out += text(",", i < (*t)->values.size() ? number_text((*t)->values[i]) : "");
    out += text(",", (*t)->begun, ",", (*t)->ended);
    for (const std::string& n : names) {
      const auto same = [&](const jf::setting& p) { return p.name() == n; };
      const auto at = std::find_if((*t)->settings.begin(), (*t)->settings.end(), same);
      out += text(",", at == (*t)->settings.end() ? "" : csv_field(value_of(*at)));
    }
    for (const std::string& n : notes) {
      const std::string* const note = jf::find((*t)->user, n);
      out += text(",", note ? csv_field(jf::label_of(*note)) : "");
    }
    std::puts(out.c_str());
  }
}

int trials(const reading& r, const jf::study_entry& s, const arguments& a) {
  const std::vector<const jf::trial_entry*> all = chosen(r, s, a);
  if (a.csv) {
    print_csv(all, s);
  } else if (a.json) {
    for (std::size_t i = 0; i < all.size(); ++i)
      std::printf("%s%s\n", i == 0 ? "[" : " ", text(json_of(*all[i]), i + 1 < all.size() ? "," : "]").c_str());
    if (all.empty()) std::puts("[]");
  } else {
    for (const jf::trial_entry* t : all) std::puts(line_of(*t).c_str());
  }
  return well;
}

int importance(const reading& r, const jf::study_entry& s) {
  if (s.directions.size() != 1) return complain("the study has several objectives"), damaged;
  const knobless::result<journal_account> known = account_of(r, s);
  if (!known) return complain(known.error().message()), damaged;
  const knobless::record& happened = known.value().happened;
  const std::vector<knobless::importance_share> shares =
      knobless::importance_by_name(happened.space(), happened.seen());
  if (shares.empty())
    return complain("nothing can be said: that takes at least 20 complete trials whose values differ"), damaged;
  for (const knobless::importance_share& share : shares)
    std::printf("%5.1f %%  %s\n", 100.0 * share.share, share.name.c_str());
  return well;
}

int report(const reading& r, const jf::study_entry& s, const arguments& a) {
  const knobless::result<journal_account> known = account_of(r, s);
  if (!known) return complain(known.error().message()), damaged;
  const std::string path = a.output.empty() ? "report.html" : a.output;
  std::ofstream file(path, std::ios::binary);
  file << knobless::html_report(knobless::summarize(known.value().happened, known.value().facts));
  file.close();
  return file ? well : (complain(text(path, " can't be written")), unreadable);
}

int plot(const reading& r, const jf::study_entry& s, const arguments& a) {
  if (std::none_of(std::begin(plot_kinds), std::end(plot_kinds), [&](const char* k) { return a.kind == k; }))
    return complain(text("there is no plot \"", a.kind, "\"; `knobless --help` lists them")), wrong_usage;
  const knobless::result<journal_account> known = account_of(r, s);
  if (!known) return complain(known.error().message()), damaged;
  const std::string path = a.output.empty() ? a.kind + ".svg" : a.output;
  const std::string trouble = draw_plot(knobless::summarize(known.value().happened, known.value().facts), a.kind, path);
  return trouble.empty() ? well : (complain(trouble), damaged);
}

int check(const reading& r, const arguments& a) {
  std::size_t running = 0;
  for (const jf::trial_entry& t : r.all().trials()) running += t.now == jf::state::running ? 1U : 0U;
  if (r.torn())
    complain(text(a.path, ":", std::to_string(r.lines() + 1), ": a last line without an end: torn, or being written"));
  std::printf("%zu lines, %zu damaged; %zu studies, %zu trials, %zu of them running\n", r.lines(), r.damaged_lines(),
              r.all().studies().size(), r.all().trials().size(), running);
  return r.damaged_lines() > 0 || r.torn() ? damaged : well;
}

int compact(const arguments& a) {
  auto opened = journal_file::open(a.path, journal_file::access::alone, "knobless-compact");
  if (!opened) return complain(opened.error().message()), unreadable;
  journal_file& file = *opened.value();
  if (const std::string trouble = file.lock().acquire(); !trouble.empty()) return complain(trouble), unreadable;
  jf::line_reader reader;
  compaction compacted;
  std::string trouble = file.read([&](std::string_view line, std::size_t number, bool) {
    knobless::result<jf::line> read = reader.read(line);
    if (read) return compacted.take(line, std::move(read).value()), true;
    file.keep_damaged(line, number);
    complain(text(a.path, ":", std::to_string(number), ": left out: ", read.error().what));
    return true;
  });
  if (!trouble.empty()) return complain(trouble), unreadable;
  // Written beside, synced, and put in its place at once.
  const std::string beside = a.path + ".compact";
  std::error_code error;
  std::filesystem::remove(beside, error);
  {
    auto made = journal_file::open(beside, journal_file::access::alone, "knobless-compact");
    if (!made) return complain(made.error().message()), unreadable;
    trouble = made.value()->append(compacted.text());
    if (trouble.empty()) trouble = made.value()->sync();
  }
  if (trouble.empty()) std::filesystem::rename(beside, a.path, error);
  if (error) trouble = error.message();
  if (!trouble.empty()) return complain(trouble), unreadable;
  return well;
}

int follow(reading& r, const arguments& a) {
  std::vector<bool> told;
  for (;;) {
    if (const jf::study_entry* const s = r.study(a.study))
      for (std::size_t i = 0; i < s->trials.size(); ++i) {
        const jf::trial_entry& t = r.trial(s->trials[i]);
        if (told.size() <= i) told.resize(i + 1);
        if (told[i] || t.now == jf::state::running || t.now == jf::state::waiting) continue;
        told[i] = true;
        if (std::puts(line_of(t).c_str()) < 0) return well;  // nobody reads any more
      }
    if (std::fflush(stdout) != 0) return well;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    if (const std::string trouble = r.more(); !trouble.empty()) return complain(trouble), unreadable;
  }
}

int run(const arguments& a) {
  constexpr const char* commands[] = {"show", "best",  "trials", "studies", "importance", "report",
                                      "plot", "serve", "check",  "compact", "follow"};
  if (std::none_of(std::begin(commands), std::end(commands), [&](const char* c) { return a.command == c; }))
    return complain(text("there is no command ", a.command, "; `knobless --help` lists them")), wrong_usage;
  if (a.command == "compact") return compact(a);
  reading r;
  if (const std::string trouble = r.open(a.path); !trouble.empty())
    return complain(text(a.path, ": ", trouble)), unreadable;
  if (a.command == "check") return check(r, a);
  if (a.command == "studies") return studies(r);
  if (a.command == "follow") return follow(r, a);
  const jf::study_entry* const s = r.study(a.study);
  if (s == nullptr) return damaged;
  if (a.command == "show") return show(r, *s);
  if (a.command == "best") return best(r, *s, a);
  if (a.command == "trials") return trials(r, *s, a);
  if (a.command == "report") return report(r, *s, a);
  if (a.command == "plot") return plot(r, *s, a);
  if (a.command == "serve") return serve(r, a.study, a.host, a.port);
  return importance(r, *s);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0) return std::fputs(help, stdout), well;
  const std::optional<arguments> a = parsed(argc, argv);
  if (!a) return std::fputs("try `knobless --help`\n", stderr), wrong_usage;
  return run(*a);
}
