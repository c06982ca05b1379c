#define DOCTEST_CONFIG_IMPLEMENT
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <malloc.h>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/time.h>

#include "simulation/life.h"
#include "simulation/shrink.h"

using namespace isthmus::simulation;

namespace {

struct Options {
  Plan plan;
  std::uint64_t runs = 1;
  bool shrink = false;
  bool trace = false;
  /// Where to write what the runs came to.
  std::string reach;
  /// Files of that kind, to be judged instead of running anything.
  std::vector<std::string> judged;
};

/// For who looks at a crash: there is no other way to tell which run it was.
Life* at_work = nullptr;

void print_failure(const Life& life, const Plan& plan) {
  for (const std::string& line : life.trace()) std::printf("%s\n", line.c_str());
  std::printf("\nbroken: %s\n%d faults struck in %d requests. To see it again:\n  scripts/simulate %s\n",
              life.violation().c_str(), life.weather.count(), life.requests(), plan.options().c_str());
}

/// A run takes a tenth of a second, or one under the sanitizers: longer than this only what has no end.
constexpr time_t longest_run = 120;  // seconds of CPU

/// Has a signal come when a run has used up its time; 0 calls that off.
void limit_run(time_t seconds) {
  const itimerval length{{0, 0}, {seconds, 0}};
  setitimer(ITIMER_VIRTUAL, &length, nullptr);
}

void crashed(int signal) {
  if (at_work) {
    at_work->violate(signal == SIGVTALRM ? "a run comes to an end" : "the program does not crash", strsignal(signal));
    print_failure(*at_work, at_work->plan);
    std::fflush(stdout);
  }
  std::_Exit(1);
}

[[noreturn]] void usage(const char* problem) {
  std::fprintf(stderr,
               "%s\nusage: simulation [--seed N] [--runs N] [--reach FILE] [--shrink] [--trace] [--people 0,2] "
               "[--deeds N] [--faults 1f,a0|none]\n       simulation --judge FILE…\n",
               problem);
  std::exit(2);
}

template <class T>
T number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) usage("that is no number");
  return value;
}

template <class T>
std::set<T> numbers(std::string_view text, int base) {
  std::set<T> all;
  if (text == "none") return all;
  while (!text.empty()) {
    const auto comma = text.find(',');
    all.insert(number<T>(text.substr(0, comma), base));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return all;
}

Options read_options(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    if (name == "--shrink")
      options.shrink = true;
    else if (name == "--trace")
      options.trace = true;
    else if (i + 1 == arguments.size())
      usage("an option lacks its value, or is unknown");
    else if (name == "--reach")
      options.reach = arguments[++i];
    else if (name == "--judge")
      while (++i < arguments.size()) options.judged.emplace_back(arguments[i]);
    else if (name == "--seed")
      options.plan.seed = number<std::uint64_t>(arguments[++i]);
    else if (name == "--runs")
      options.runs = number<std::uint64_t>(arguments[++i]);
    else if (name == "--deeds")
      options.plan.deeds = number<int>(arguments[++i]);
    else if (name == "--people")
      options.plan.people = numbers<int>(arguments[++i], 10);
    else if (name == "--faults")
      options.plan.faults = numbers<std::uint32_t>(arguments[++i], 16);
    else
      usage("an option is unknown");
  }
  return options;
}

/// True where the run found nothing.
bool run_one(const Options& options, bool twice, std::uint64_t& requests, std::uint64_t& faults, Reach& reach) {
  std::uint64_t fingerprint = 0;
  {
    Life life(options.plan);
    at_work = &life;
    limit_run(longest_run);
    life.run();
    limit_run(0);
    at_work = nullptr;
    reach.add(life.reach);
    requests += static_cast<std::uint64_t>(life.requests());
    faults += static_cast<std::uint64_t>(life.weather.count());
    fingerprint = life.fingerprint();
    if (life.stopped()) {
      if (!options.shrink) {
        print_failure(life, options.plan);
        return false;
      }
      const Plan shortest = shrink(options.plan);
      Life again(shortest);
      again.run();
      print_failure(again, shortest);
      return false;
    }
    if (options.trace)
      for (const std::string& line : life.trace()) std::printf("%s\n", line.c_str());
  }
  if (!twice) return true;
  Life again(options.plan);
  again.run();
  if (again.fingerprint() == fingerprint) return true;
  std::printf("broken: the same seed goes the same way\n  scripts/simulate %s\n", options.plan.options().c_str());
  return false;
}

/// Says what never had its success in the runs of all these files.
int judge(const std::vector<std::string>& files) {
  Reach reach;
  for (const std::string& file : files) reach.read(file);
  const auto never = reach.never();
  for (const std::string& what : never) std::printf("broken: %s\n", what.c_str());
  return never.empty() ? 0 : 1;
}

/// One thread, whose memory is small and used again and again: none of it goes back to the system in between, and
/// SQLite's pages, of which each temporary table takes a few, have their places.
void set_up_memory() {
  constexpr int trim_threshold = 1 << 28;
  mallopt(M_TRIM_THRESHOLD, trim_threshold);
  mallopt(M_MMAP_THRESHOLD, trim_threshold);
  constexpr std::size_t page_bytes = 4096 + 256, pages = 4096;
  static std::vector<unsigned char> memory(page_bytes * pages);
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3_config(SQLITE_CONFIG_PAGECACHE, memory.data(), static_cast<int>(page_bytes), static_cast<int>(pages));
}

}  // namespace

int main(int count, char** arguments) {
  Options options = read_options({arguments, static_cast<std::size_t>(count)});
  set_up_memory();
  if (!options.judged.empty()) return judge(options.judged);
  // The supports of native tests check by doctest; here there is no test case around them.
  doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  context.setAssertHandler([](const doctest::AssertData& data) {
    if (data.m_failed && at_work) at_work->violate("a support's check holds", data.m_decomp.c_str());
  });
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGVTALRM}) std::signal(signal, crashed);

  // Every so often a run is repeated, to see that nothing but the seed decides.
  constexpr std::uint64_t repeated = 20;
  std::uint64_t passed = 0, failed = 0, requests = 0, faults = 0;
  Reach reach;
  for (std::uint64_t i = 0; i < options.runs && failed == 0; ++i, ++options.plan.seed)
    ++(run_one(options, options.runs == 1 || i % repeated == 0, requests, faults, reach) ? passed : failed);
  std::printf("%llu requests, %llu faults\n%llu passed, %llu failed\n", static_cast<unsigned long long>(requests),
              static_cast<unsigned long long>(faults), static_cast<unsigned long long>(passed),
              static_cast<unsigned long long>(failed));
  if (!options.reach.empty()) reach.write(options.reach);
  return failed == 0 ? 0 : 1;
}
