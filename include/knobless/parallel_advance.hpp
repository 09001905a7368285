/// \file
/// Live objects on many threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "advance.hpp"
#include "executor/entered.hpp"
#include "executor/executor.hpp"
#include "study/ends.hpp"

namespace knobless::inline KNOBLESS_ABI {

/// How a search uses an executor.
struct parallel_options {
  /// How many models are trained at once; from 1 to 65536. The search depends on it, as it depends on the seed.
  std::size_t legs = 8;
  /// true: legs are begun together and told in the order in which they began, so that the search is the same on any number
  /// of threads; a thread that is done early waits. false: whoever is done takes the next leg at once, and the search
  /// depends on who was when.
  bool deterministic = false;
};

namespace detail {

template <class Executor, class Search>
void train_together(Executor& on, Search& search, std::size_t legs) {
  using job = typename Search::job;
  for (;;) {
    std::vector<job> jobs;
    while (jobs.size() < legs) {
      std::optional<job> next = search.next();
      if (!next) break;
      jobs.push_back(std::move(*next));
    }
    if (jobs.empty()) return;
    const auto body = [&](std::size_t i) { search.run(jobs[i]); };
    on.run(jobs.size(), executor_body(body));
    for (job& j : jobs) search.finish(std::move(j));
  }
}

template <class Executor, class Search>
void train_freely(Executor& on, Search& search, std::size_t legs) {
  std::mutex guard;
  std::condition_variable finished;
  bool over = false;
#if KNOBLESS_EXCEPTIONS
  std::exception_ptr thrown;
#endif
  const auto work = [&](std::unique_lock<std::mutex>& lock) {
    while (!over) {
      auto next = search.next();
      if (!next) {
        if (search.busy() == 0) break;
        finished.wait(lock);
        continue;
      }
      lock.unlock();
      search.run(*next);
      lock.lock();
      search.finish(std::move(*next));
      finished.notify_all();
    }
  };
  const auto body = [&](std::size_t) {
    if (entered::is(&search)) return;
    const entered here(&search);
    std::unique_lock<std::mutex> lock(guard);
#if KNOBLESS_EXCEPTIONS
    try {
      work(lock);
    } catch (...) {
      // What a constraint threw, say: it comes out when all legs have ended.
      if (!lock.owns_lock()) lock.lock();
      if (!thrown) thrown = std::current_exception();
      over = true;
    }
#else
    work(lock);
#endif
    finished.notify_all();
  };
  on.run(legs, executor_body(body));
#if KNOBLESS_EXCEPTIONS
  if (thrown) std::rethrow_exception(thrown);
#endif
}

template <class Executor, class Config, class Build, class Advance>
auto train_all(scheme_parts parts, Executor& on, const space<Config>& where, Build& build, Advance& advance,
               const training_options<Config>& options, const parallel_options& how) {
  static_assert(
      trains<Config, Build, Advance>,
      "knobless: build must be callable with the configuration, and return the model; advance with the model (by "
      "reference) and an int, how much further to train it, and return a number or knobless::outcome");
  check_one_value<std::invoke_result_t<Advance&, built_by<Config, Build>&, int>>();
  check_at_once(how.legs, "legs");
  live_search<Config, Build, Advance> search(where, std::move(parts), build, advance, options);
  if (how.deterministic)
    train_together(on, search, how.legs);
  else
    train_freely(on, search, how.legs);
  return search.result();
}

}  // namespace detail

/// The functions of advance.hpp on an executor (executor.hpp): `knobless::threads{4}`, say, or a program's own pool. `build` is called from
/// many threads, and so is `advance`, with another model each time. Models are destroyed by whoever holds them last.
template <executor Executor, class Config, class Build, class Advance>
[[nodiscard]] auto asha(Executor&& on, const space<Config>& space, Build&& build, Advance&& advance,
                        const training_options<std::type_identity_t<Config>>& options = {},
                        const parallel_options& how = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::asha, options), on, space, build, advance,
                           options, how);
}

/// The same by Hyperband; a rung waits for its last leg.
template <executor Executor, class Config, class Build, class Advance>
[[nodiscard]] auto hyperband(Executor&& on, const space<Config>& space, Build&& build, Advance&& advance,
                             const training_options<std::type_identity_t<Config>>& options = {},
                             const parallel_options& how = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::hyperband, options), on, space, build, advance,
                           options, how);
}

/// The same by successive halving; a rung waits for its last leg.
template <executor Executor, class Config, class Build, class Advance>
[[nodiscard]] auto successive_halving(Executor&& on, const space<Config>& space, Build&& build, Advance&& advance,
                                      const training_options<std::type_identity_t<Config>>& options = {},
                                      const parallel_options& how = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::successive_halving, options), on, space, build,
                           advance, options, how);
}

/// The same by what the library picks by itself.
template <executor Executor, class Config, class Build, class Advance>
[[nodiscard]] auto multi_fidelity(Executor&& on, const space<Config>& space, Build&& build, Advance&& advance,
                                  const training_options<std::type_identity_t<Config>>& options = {},
                                  const parallel_options& how = {}) {
  return detail::train_all(detail::make_rule(detail::training_scheme::multi_fidelity, options), on, space, build,
                           advance, options, how);
}

/// The same by a rule and a sampler of your own.
template <executor Executor, class Config, class Build, class Advance>
[[nodiscard]] auto train_by(Executor&& on, const space<Config>& space, any_promotion_rule rule, any_sampler sampler,
                            Build&& build, Advance&& advance,
                            const training_options<std::type_identity_t<Config>>& options = {},
                            const parallel_options& how = {}) {
  return detail::train_all(detail::own_parts(std::move(rule), std::move(sampler), options), on, space, build, advance,
                           options, how);
}

}  // namespace knobless
