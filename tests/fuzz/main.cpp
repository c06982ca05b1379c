#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <argon2.h>
#include <doctest/doctest.h>

#include "fuzz/target.h"

// libFuzzer's side: it has `main`, and asks for what is defined here.

using namespace isthmus::fuzz;

// NOLINTBEGIN(readability-identifier-naming): these names are libFuzzer's, and those of the linker's --wrap.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

constexpr std::array targets = std::to_array<Target>({
    {"json", read_json},
    {"encodings", read_encodings},
    {"query", read_query},
    {"time", read_time},
    {"words", read_words},
    {"cursor", read_cursor},
    {"path", find_path},
    {"network", read_network},
    {"range", read_range},
    {"token", read_token},
    {"stored-hash", read_stored_hash},
    {"curve", read_curve},
    {"signature", read_signature},
    {"authorization", read_authorization},
    {"webhook-signature", read_webhook_signature},
    {"template", fill_template},
    {"xml", read_xml},
    {"picture", read_picture},
    {"file", read_file},
    {"calendar", write_calendar_file},
    {"local-time", read_local_time},
    {"search", search},
    {"return-address", read_return_address},
    {"event", read_event},
    {"input", decode_input, mutate_requests, requests_of_every_row},
    {"webhook", send_webhook, mutate_webhook, requests_of_every_webhook},
    {"requests", send_requests, mutate_requests, requests_of_every_row},
});

const Target* chosen = nullptr;

/// What the native host demands of a test, it demands here.
void end_on_failure(const doctest::AssertData& assertion) {
  if (assertion.m_failed) holds(false, assertion.m_expr);
}

[[noreturn]] void list_targets() {
  for (const Target& target : targets) std::printf("%.*s\n", static_cast<int>(target.name.size()), target.name.data());
  std::exit(0);
}

/// One file an input. The draws are always the same.
[[noreturn]] void write_seeds(const std::filesystem::path& folder) {
  Dice dice(1);
  std::size_t number = 0;
  if (chosen->seeds)
    for (const std::string& seed : chosen->seeds(dice)) {
      std::ofstream file(folder / (std::to_string(++number) + ".txt"), std::ios::binary);
      file << seed;
    }
  std::exit(0);
}

}  // namespace

void isthmus::fuzz::holds(bool condition, std::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::string isthmus::fuzz::mutate_bytes(std::string_view text) {
  constexpr std::size_t room = 64;
  std::string changed(text);
  changed.resize(text.size() + room);
  changed.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(changed.data()), text.size(), text.size() + room));
  return changed;
}

/// The cost of a password is in the stored hash; nothing here is about how long it takes.
extern "C" int __real_argon2_ctx(argon2_context* context, argon2_type type);
extern "C" int __wrap_argon2_ctx(argon2_context* context, argon2_type type) {
  context->m_cost = std::min(context->m_cost, 8 * context->lanes);
  context->t_cost = std::min(context->t_cost, 1u);
  return __real_argon2_ctx(context, type);
}

extern "C" int LLVMFuzzerInitialize(const int* count, char*** arguments) {
  constexpr std::string_view option = "--target=";
  constexpr std::string_view seeds = "--seeds=";
  std::optional<std::string_view> folder;
  for (int i = 1; i < *count; ++i) {
    const std::string_view argument = (*arguments)[i];
    if (argument == "--list") list_targets();
    if (argument.starts_with(seeds)) folder = argument.substr(seeds.size());
    if (!argument.starts_with(option)) continue;
    const auto found = std::ranges::find(targets, argument.substr(option.size()), &Target::name);
    if (found != targets.end()) chosen = &*found;
  }
  if (!chosen) {
    std::fputs("usage: fuzz --target=NAME [libFuzzer's options and folders | --seeds=FOLDER] | --list\n", stderr);
    std::exit(2);
  }
  static doctest::Context context;
  context.setAsDefaultForAssertsOutOfTestCases();
  context.setAssertHandler(end_on_failure);
  if (folder) write_seeds(*folder);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  Dice dice(seed);
  if (!chosen->mutate || dice.one_in(8)) return LLVMFuzzerMutate(data, size, most);
  const std::string changed = chosen->mutate({reinterpret_cast<const char*>(data), size}, dice);
  const std::size_t kept = std::min(changed.size(), most);
  std::copy_n(changed.begin(), kept, data);
  return kept;
}

// NOLINTEND(readability-identifier-naming)
