#include "vectors/vectors.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"

// Every published vector, natively. vectors.test.mjs does the same in WebAssembly.

using namespace isthmus;
using namespace isthmus::vectors;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file.is_open(), path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<fs::path> data_folder() {
  const char* named = std::getenv("ISTHMUS_DATA");
  fs::path folder = named != nullptr ? fs::path(named) : fs::path(ISTHMUS_SOURCE_DIR) / ".." / "shared" / "data";
  if (!fs::exists(folder)) {
    MESSAGE("left out: neither ISTHMUS_DATA nor ../shared/data beside this repository holds the published vectors");
    return std::nullopt;
  }
  return folder;
}

const json& decided() {
  static const json file = json::parse(read_file(fs::path(ISTHMUS_SOURCE_DIR) / "tests" / "vectors" / "decided.json"));
  return file;
}

std::string text(const json& object, const char* name) { return object.at(name).get<std::string>(); }
std::string hex(const json& object, const char* name) { return hex_decode(text(object, name)).value(); }
std::string base64url(const json& object, const char* name) { return base64url_decode(text(object, name)).value(); }
bool is_valid(const json& test) { return text(test, "result") == "valid"; }

// Calls judge(file, group, test) for each vector, and says how many there were.
template <class Judge>
void for_each_vector(const char* name, Judge judge) {
  const auto folder = data_folder();
  if (!folder) return;
  const json file = json::parse(read_file(*folder / "wycheproof" / (std::string(name) + "_test.json")));
  std::size_t count = 0;
  for (const json& group : file.at("testGroups")) {
    for (const json& test : group.at("tests")) {
      CAPTURE(test.at("tcId").get<int>());
      CAPTURE(text(test, "comment"));
      judge(file, group, test);
      ++count;
    }
  }
  CHECK(count == file.at("numberOfTests").get<std::size_t>());
}

}  // namespace

TEST_CASE("Wycheproof: every HMAC vector is judged right") {
  for (const char* name : {"hmac_sha1", "hmac_sha256"}) {
    for_each_vector(name, [](const json& file, const json&, const json& test) {
      CHECK(hmac_case(text(file, "algorithm"), hex(test, "key"), hex(test, "msg"), hex(test, "tag")) == is_valid(test));
    });
  }
}

TEST_CASE("Wycheproof: every PBKDF2 vector is judged right") {
  for_each_vector("pbkdf2_hmacsha256", [](const json&, const json&, const json& test) {
    const auto iterations = test.at("iterationCount").get<std::uint32_t>();
    CHECK(pbkdf2_case(hex(test, "password"), hex(test, "salt"), iterations, hex(test, "dk")) == is_valid(test));
  });
}

TEST_CASE("Wycheproof: every ECDSA vector is judged right") {
  for_each_vector("ecdsa_secp256r1_sha256", [](const json&, const json& group, const json& test) {
    CHECK(ecdsa_case(hex(group, "publicKeyDer"), hex(test, "msg"), hex(test, "sig")) == is_valid(test));
  });
}

TEST_CASE("Wycheproof: every JWS vector with HS256 is judged right, and all others are refused") {
  for_each_vector("json_web_signature", [](const json&, const json& group, const json& test) {
    const json& key = group.at("private");
    const json& exceptions = decided().at("json_web_signature");
    const std::string id = std::to_string(test.at("tcId").get<int>());
    const std::string token = text(test, "jws");
    if (key.value("alg", "") != "HS256") {
      CHECK_FALSE(jws_case(key.value("kid", "unrelated"), "a secret that signed none of them", token));
      return;
    }
    const bool expected = exceptions.contains(id) ? exceptions.at(id).at("accepted").get<bool>() : is_valid(test);
    CHECK(jws_case(text(key, "kid"), base64url(key, "k"), token) == expected);
  });
}

TEST_CASE("Wycheproof: every JWS vector with ES256 is judged right by the raw form of ECDSA") {
  const std::string prefix = hex_decode("3059301306072a8648ce3d020106082a8648ce3d03010703420004").value();
  for_each_vector("json_web_signature", [&](const json&, const json& group, const json& test) {
    const json& key = group.at("private");
    if (key.value("alg", "") != "ES256") return;
    CHECK(es256_case(prefix + base64url(key, "x") + base64url(key, "y"), text(test, "jws")) == is_valid(test));
  });
}

TEST_CASE("JSONTestSuite: y_ is accepted, n_ refused, and i_ as was decided") {
  const auto folder = data_folder();
  if (!folder) return;
  std::map<char, int> counts;
  for (const fs::directory_entry& entry : fs::directory_iterator(*folder / "json-test-suite" / "test_parsing")) {
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    const bool accepted = json_accepts(read_file(entry.path()));
    if (name.starts_with("y_")) CHECK(accepted);
    if (name.starts_with("n_")) CHECK_FALSE(accepted);
    if (name.starts_with("i_")) CHECK(accepted == decided().at("json_parsing").at(name).at("accepted").get<bool>());
    ++counts[name[0]];
  }
  CHECK(counts['y'] == 95);
  CHECK(counts['n'] == 188);
  CHECK(counts['i'] == 35);
}

TEST_CASE("JSON nests as deep as the limit and no deeper") {
  const auto arrays = [](std::size_t depth) { return std::string(depth, '[') + "1" + std::string(depth, ']'); };
  const auto objects = [](std::size_t depth) {
    std::string nested;
    for (std::size_t i = 0; i < depth; ++i) nested += R"({"a":)";
    return nested + "1" + std::string(depth, '}');
  };
  // The parser counts the scalar as a level, and does not count an empty container.
  CHECK(json_accepts(arrays(deepest_json - 1)));
  CHECK(json_accepts(objects(deepest_json - 1)));
  CHECK(json_accepts(std::string(deepest_json, '[') + std::string(deepest_json, ']')));
  CHECK_FALSE(json_accepts(arrays(deepest_json)));
  CHECK_FALSE(json_accepts(objects(deepest_json)));
  CHECK_FALSE(json_accepts(std::string(deepest_json + 1, '[') + std::string(deepest_json + 1, ']')));
  CHECK_FALSE(json_accepts(std::string(100'000, '[')));
}

TEST_CASE("a packed call that does not fit its operation is a bad request") {
  using namespace std::string_literals;
  const std::string one_byte = "\x01\0\0\0x"s;
  CHECK(run(Operation::json, "\x02\0\0\0{}"s) == Verdict::accepted);
  CHECK(run(Operation::json, "\x01\0\0\0{"s) == Verdict::refused);
  CHECK(run(Operation::json, "") == Verdict::bad_request);
  CHECK(run(Operation::json, "\x02\0\0\0{"s) == Verdict::bad_request);
  CHECK(run(Operation::json, "\x02\0"s) == Verdict::bad_request);
  CHECK(run(Operation::json, one_byte + one_byte) == Verdict::bad_request);
  CHECK(run(static_cast<Operation>(99), one_byte) == Verdict::bad_request);
}
