#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// The fuzz targets: one function each, which takes what a stranger sent and ends the program where something does not
/// hold. They are one program, `fuzz --target=NAME`, because a sanitized build of the product is what takes the time.
namespace isthmus::fuzz {

/// Ends the program with `what` where `condition` does not hold.
void holds(bool condition, std::string_view what);

/// Draws for a mutation, all from libFuzzer's seed.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  /// A number below `bound`; 0 where that is 0.
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool one_in(std::size_t chances) { return below(chances) == 0; }
  const auto& pick(const auto& list) { return list[below(std::size(list))]; }

 private:
  std::minstd_rand random_;
};

struct Target {
  std::string_view name;
  void (*run)(std::string_view input);
  /// Makes another input of one, where bytes alone would rarely become something that is read to its end.
  std::string (*mutate)(std::string_view input, Dice& dice) = nullptr;
  /// Inputs drawn from the route table, so that a run begins with something for each of its rows.
  std::vector<std::string> (*seeds)(Dice& dice) = nullptr;
};

/// libFuzzer's own changes to a text that may grow by a few bytes.
std::string mutate_bytes(std::string_view text);

// text_targets.cpp
void read_json(std::string_view text);
void read_encodings(std::string_view text);
void read_query(std::string_view text);
void read_time(std::string_view text);
void read_words(std::string_view text);
void read_cursor(std::string_view text);
// http_targets.cpp
void find_path(std::string_view text);
void read_network(std::string_view text);
void read_range(std::string_view text);
// crypto_targets.cpp
void read_token(std::string_view text);
void read_stored_hash(std::string_view text);
void read_curve(std::string_view text);
void read_signature(std::string_view text);
// credential_targets.cpp
void read_authorization(std::string_view text);
void read_webhook_signature(std::string_view text);
// adapter_targets.cpp
void fill_template(std::string_view text);
void read_xml(std::string_view text);
// product_targets.cpp
void read_picture(std::string_view text);
void read_file(std::string_view text);
void write_calendar_file(std::string_view text);
void read_local_time(std::string_view text);
void search(std::string_view text);
void read_return_address(std::string_view text);
void read_event(std::string_view text);
// request_targets.cpp
void send_requests(std::string_view text);
void send_webhook(std::string_view text);
void decode_input(std::string_view text);
std::string mutate_requests(std::string_view text, Dice& dice);
std::string mutate_webhook(std::string_view text, Dice& dice);
std::vector<std::string> requests_of_every_row(Dice& dice);
std::vector<std::string> requests_of_every_webhook(Dice& dice);

}  // namespace isthmus::fuzz
