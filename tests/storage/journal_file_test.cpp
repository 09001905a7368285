#include "storage/scratch.hpp"
#include "support.hpp"

#include <knobless/storage/journal_file.hpp>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace knobless;
using detail::journal_disk;
using detail::journal_file;
using test::failing_disk;
using test::scratch;

namespace {

std::unique_ptr<journal_file> opened(const scratch& s, journal_file::access how = journal_file::access::alone,
                                     const std::string& worker = "one", std::shared_ptr<journal_disk> disk = nullptr) {
  return journal_file::open(s.path, how, worker, std::move(disk)).value();
}

std::vector<std::string> lines_of(journal_file& f) {
  std::vector<std::string> all;
  CHECK(f.read([&](std::string_view line, std::size_t, bool) {
           all.emplace_back(line);
           return true;
         }).empty());
  return all;
}

bool in_braces(std::string_view text) { return text.size() > 1 && text.front() == '{' && text.back() == '}'; }

}  // namespace

TEST_CASE("whole lines are read once each, as they come") {
  const scratch s;
  const auto writer = opened(s, journal_file::access::shared, "one");
  const auto other = opened(s, journal_file::access::shared, "two");
  REQUIRE(writer->lock().acquire().empty());
  CHECK(writer->append("{a}\n{b}\n").empty());
  writer->lock().release();
  CHECK(other->grown());
  CHECK(lines_of(*other) == std::vector<std::string>{"{a}", "{b}"});
  CHECK_FALSE(other->grown());
  CHECK(lines_of(*writer).empty());  // what was appended counts as read
  CHECK(other->append("{c}\n").empty());
  CHECK(lines_of(*writer) == std::vector<std::string>{"{c}"});
  CHECK(writer->sync().empty());
}

TEST_CASE("a file that another process has alone is refused, and says how to share it") {
  const scratch s;
  const auto first = opened(s, journal_file::access::alone, "one");
  const auto second = journal_file::open(s.path, journal_file::access::alone, "two");
  REQUIRE_FALSE(second);
  CHECK(test::says(second.error().message(), ".shared = true"));
  CHECK_FALSE(journal_file::open(s.path, journal_file::access::shared, "three"));
  CHECK(journal_file::open(s.path, journal_file::access::look, "four"));
  CHECK_FALSE(journal_file::open("/nowhere/at/all/study.log", journal_file::access::alone, "five"));
}

TEST_CASE("a torn last line is cut off and kept beside, at whichever byte it was torn") {
  const std::string line = "{\"op_code\":6,\"trial_id\":0}";
  for (std::size_t cut = 1; cut < line.size(); ++cut) {
    CAPTURE(cut);
    const scratch s;
    s.write("{first}\n" + line.substr(0, cut));
    const auto f = opened(s);
    CHECK(lines_of(*f) == std::vector<std::string>{"{first}"});
    REQUIRE(f->lock().acquire().empty());
    const std::string note = f->mend_end(in_braces);
    CHECK(test::says(note, "line 2 is torn"));
    CHECK(s.content() == "{first}\n");
    CHECK(test::says(s.content(".damaged"), line.substr(0, cut)));
    CHECK(f->mend_end(in_braces).empty());
  }
}

TEST_CASE("a whole last line without its end gets one") {
  const scratch s;
  for (const std::string& junk : {std::string(), std::string("X"), std::string(1, '\0')}) {
    s.write("{first}\n{second}" + junk);
    const auto f = opened(s);
    (void)lines_of(*f);
    REQUIRE(f->lock().acquire().empty());
    CHECK(test::says(f->mend_end(in_braces), "line 2 had"));
    CHECK(s.content() == "{first}\n{second}\n");
    CHECK(lines_of(*f) == std::vector<std::string>{"{second}"});
  }
}

TEST_CASE("what can't be written wholly is not written at all, wherever the disk stops") {
  const std::string lines = "{second}\n{third}\n";
  for (const int error : {ENOSPC, EIO})
    for (std::size_t left = 0; left < lines.size(); ++left) {
      CAPTURE(left);
      const scratch s;
      auto disk = std::make_shared<failing_disk>();
      const auto f = opened(s, journal_file::access::alone, "one", disk);
      REQUIRE(f->lock().acquire().empty());
      REQUIRE(f->append("{first}\n").empty());
      disk->left = left;
      disk->error = error;
      CHECK(test::says(f->append(lines), "can't be written"));
      CHECK(s.content() == "{first}\n");
      disk->left = 100;
      CHECK(f->append(lines).empty());
      CHECK(s.content() == "{first}\n" + lines);
    }
}

TEST_CASE("what was torn and could not be cut off is cut off by the next who writes") {
  const std::string lines = "{second}\n{third}\n";
  for (std::size_t left = 1; left < lines.size(); ++left) {
    CAPTURE(left);
    const scratch s;
    auto disk = std::make_shared<failing_disk>();
    const auto f = opened(s, journal_file::access::shared, "one", disk);
    disk->left = left;
    disk->cuts = false;
    REQUIRE(f->lock().acquire().empty());
    CHECK_FALSE(f->append(lines).empty());
    f->lock().release();
    const auto next = opened(s, journal_file::access::shared, "two");
    REQUIRE(next->lock().acquire().empty());
    (void)lines_of(*next);
    (void)next->mend_end(in_braces);
    (void)lines_of(*next);
    CHECK(next->append("{fourth}\n").empty());
    const std::string content = s.content();
    // The whole lines that came through, and the new one.
    const std::string through = left == lines.size() - 1 ? lines : left >= 8 ? "{second}\n" : "";
    CHECK(content == through + "{fourth}\n");
  }
}

TEST_CASE("a line that is damaged is read once more before that is believed") {
  const scratch s;
  s.write("{first}\n{torn\n{last}\n");
  const auto f = opened(s, journal_file::access::look);
  std::vector<std::string> all;
  const std::string trouble = f->read([&](std::string_view line, std::size_t number, bool sure) {
    all.push_back(std::to_string(number) + std::string(line) + (sure ? " sure" : ""));
    if (!sure && number == 2) s.write("{first}\n{mend\n{last}\n");
    return line != "{torn" && line != "{mend";
  });
  CHECK(trouble.empty());
  CHECK(all == std::vector<std::string>{"1{first}", "2{torn", "2{mend sure", "3{last}"});
}

TEST_CASE("a line above the longest comes as an empty one, and the next ones as they are") {
  const scratch s;
  {
    std::ofstream out(s.path, std::ios::binary);
    const std::string piece(std::size_t{1} << 20U, 'x');
    for (int i = 0; i < 20; ++i) out << piece;
    out << "\n{next}\n";
  }
  const auto f = opened(s);
  CHECK(lines_of(*f) == std::vector<std::string>{"", "{next}"});
}

TEST_CASE("threads with a file each take turns under the lock") {
  const scratch s;
  constexpr int each = 50;
  const auto work = [&](const std::string& worker) {
    const auto f = journal_file::open(s.path, journal_file::access::shared, worker).value();
    for (int i = 0; i < each; ++i) {
      if (!f->lock().acquire().empty()) return;
      (void)f->read([](std::string_view, std::size_t, bool) { return true; });
      (void)f->append("{" + worker);
      (void)f->append("}\n");
      f->lock().release();
    }
  };
  {
    const std::jthread a(work, "a");
    const std::jthread b(work, "b");
    const std::jthread c(work, "c");
  }
  const auto f = opened(s, journal_file::access::look);
  const std::vector<std::string> all = lines_of(*f);
  CHECK(all.size() == 3 * each);
  for (const std::string& line : all) CHECK((line == "{a}" || line == "{b}" || line == "{c}"));
}

TEST_CASE("the lock of a process that was killed is taken over at once, and its worker is known to be dead") {
  const scratch s;
  const auto f = opened(s, journal_file::access::shared, "alive");
  const pid_t child = ::fork();
  if (child == 0) {
    const auto g = journal_file::open(s.path, journal_file::access::shared, "doomed").value();
    (void)g->lock().acquire();
    (void)g->append("{half a li");
    ::_exit(0);  // no destructor runs: as if it were killed
  }
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(std::filesystem::exists(s.path + ".lock"));
  CHECK(std::filesystem::exists(s.path + ".worker-doomed"));
  CHECK_FALSE(f->lock().lives("doomed"));
  CHECK_FALSE(f->lock().lives("nobody"));
  CHECK(f->lock().acquire().empty());
  CHECK(test::says(f->mend_end(in_braces), "torn"));
  f->lock().release();
  CHECK_FALSE(std::filesystem::exists(s.path + ".lock"));
  f->lock().sweep();
  CHECK_FALSE(std::filesystem::exists(s.path + ".worker-doomed"));
}

TEST_CASE("a lock of another program is waited for") {
  const scratch s;
  const auto f = opened(s, journal_file::access::shared, "one");
  for (const bool link : {true, false}) {
    if (link)
      std::filesystem::create_symlink("study.log", s.path + ".lock");
    else
      std::ofstream(s.path + ".lock");
    const std::jthread other([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      std::filesystem::remove(s.path + ".lock");
    });
    const auto begun = std::chrono::steady_clock::now();
    CHECK(f->lock().acquire().empty());
    CHECK(std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(20));
    f->lock().release();
  }
}
