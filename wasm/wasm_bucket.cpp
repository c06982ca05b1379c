#include "wasm_ports.h"

namespace isthmus {

namespace {

StoredObject unpack(PackReader& answer) {
  StoredObject object;
  object.etag = answer.text();
  object.content_type = answer.text();
  object.size = static_cast<std::uint64_t>(answer.number());
  object.offset = static_cast<std::uint64_t>(answer.number());
  object.length = static_cast<std::uint64_t>(answer.number());
  object.stream = answer.word();
  return object;
}

enum Outcome : std::uint32_t { absent = 0, present = 1, unsatisfiable = 2 };

}  // namespace

Task<Result<std::optional<StoredObject>>> WasmBucket::open(std::string key, ReadConditions conditions) {
  PackWriter arguments;
  arguments.text(key);
  const ByteRange& range = conditions.range;
  arguments.word(static_cast<std::uint32_t>(range.kind));
  if (range.kind == ByteRange::Kind::from_to || range.kind == ByteRange::Kind::from)
    arguments.number(static_cast<double>(range.start));
  if (range.kind == ByteRange::Kind::from_to || range.kind == ByteRange::Kind::last)
    arguments.number(static_cast<double>(range.length));
  arguments.text(conditions.if_none_match);
  arguments.text(conditions.if_modified_since);
  HostCall call(request_, abi::Operation::bucket_open, std::move(arguments));
  PackReader answer = co_await (co_await call);
  switch (answer.word()) {
    case Outcome::present: co_return unpack(answer);
    case Outcome::unsatisfiable:
      co_return Failure(Error(416, "range_not_satisfiable", ClientText("There is no such part of this object.")));
    default: co_return std::optional<StoredObject>();
  }
}

Task<Result<StoredObject>> WasmBucket::put_request_body(std::string key, std::string content_type) {
  PackWriter arguments;
  arguments.text(key);
  arguments.text(content_type);
  HostCall call(request_, abi::Operation::bucket_put_body, std::move(arguments));
  PackReader answer = co_await (co_await call);
  co_return unpack(answer);
}

Task<Result<StoredObject>> WasmBucket::put(std::string key, std::string content_type, std::string bytes) {
  PackWriter arguments;
  arguments.text(key);
  arguments.text(content_type);
  arguments.text(bytes);
  HostCall call(request_, abi::Operation::bucket_put, std::move(arguments));
  PackReader answer = co_await (co_await call);
  co_return unpack(answer);
}

Task<Result<void>> WasmBucket::remove(std::string key) {
  PackWriter arguments;
  arguments.text(key);
  HostCall call(request_, abi::Operation::bucket_remove, std::move(arguments));
  co_await (co_await call);
  co_return Result<void>();
}

Task<Result<std::string>> WasmBucket::begin_upload(std::string key, std::string content_type) {
  PackWriter arguments;
  arguments.text(key);
  arguments.text(content_type);
  HostCall call(request_, abi::Operation::upload_begin, std::move(arguments));
  PackReader answer = co_await (co_await call);
  co_return answer.text();
}

Task<Result<CopiedPart>> WasmBucket::copy_part(std::string key, std::string upload, std::uint32_t number,
                                               PartSource source) {
  PackWriter arguments;
  arguments.text(key);
  arguments.text(upload);
  arguments.word(number);
  arguments.text(source.url);
  arguments.number(static_cast<double>(source.offset));
  arguments.number(static_cast<double>(source.most));
  arguments.number(static_cast<double>(source.timeout));
  HostCall call(request_, abi::Operation::upload_part, std::move(arguments));
  PackReader answer = co_await (co_await call);
  CopiedPart part;
  part.status = static_cast<int>(answer.word());
  part.size = static_cast<std::uint64_t>(answer.number());
  part.length = static_cast<std::uint64_t>(answer.number());
  part.validator = answer.text();
  part.etag = answer.text();
  co_return part;
}

Task<Result<std::optional<StoredObject>>> WasmBucket::finish_upload(std::string key, std::string upload,
                                                                    std::vector<UploadedPart> parts) {
  PackWriter arguments;
  arguments.text(key);
  arguments.text(upload);
  arguments.word(static_cast<std::uint32_t>(parts.size()));
  for (const UploadedPart& part : parts) {
    arguments.word(part.number);
    arguments.text(part.etag);
  }
  HostCall call(request_, abi::Operation::upload_finish, std::move(arguments));
  PackReader answer = co_await (co_await call);
  if (answer.word() == 0) co_return std::optional<StoredObject>();
  co_return unpack(answer);
}

Task<Result<void>> WasmBucket::abort_upload(std::string key, std::string upload) {
  PackWriter arguments;
  arguments.text(key);
  arguments.text(upload);
  HostCall call(request_, abi::Operation::upload_abort, std::move(arguments));
  co_await (co_await call);
  co_return Result<void>();
}

}  // namespace isthmus
