#include "sio/websocket/deflate.hpp"

#include <algorithm>

#include "sio/base/check.hpp"
#include "zlib_stream.hpp"

namespace sio::ws {

namespace {

constexpr int kLargestWindowBits = 15;

// The compressed form, or nothing if it is not shorter.
std::string_view if_shorter(std::string_view compressed, const SharedBytes& message) {
  return compressed.size() < message.size() ? compressed : std::string_view{};
}

}  // namespace

DeflateEngine::DeflateEngine(const DeflateOptions& options) : options_(options) {
  SIO_CHECK(options.level >= 1 && options.level <= 9);
  SIO_CHECK(options.window_bits >= 9 && options.window_bits <= kLargestWindowBits);
}

DeflateEngine::~DeflateEngine() = default;

bool DeflateEngine::take_forget_duty() {
  const bool duty = forget_due_;
  forget_due_ = false;
  return duty;
}

void DeflateEngine::forget_shared() {
  shared_ = {};
  shared_bytes_ = 0;
  forget_due_ = false;
}

// The largest window understands what was made for any smaller one.
Inflater& DeflateEngine::inflater() {
  if (!inflater_) inflater_ = std::make_unique<Inflater>(kLargestWindowBits);
  inflater_->reset();
  return *inflater_;
}

Deflater& DeflateEngine::deflater(unsigned window_bits) {
  std::unique_ptr<Deflater>& deflater = deflaters_[window_bits];
  if (!deflater) deflater = std::make_unique<Deflater>(options_.level, static_cast<int>(window_bits));
  deflater->reset();
  return *deflater;
}

std::string_view DeflateEngine::compress(const SharedBytes& message, unsigned window_bits) {
  const bool several = message.shared();
  if (several) {
    for (const Shared& known : shared_) {
      if (known.message.view().data() == message.view().data() && known.window_bits == window_bits) {
        return known.compressed;
      }
    }
  }
  scratch_.clear();
  deflater(window_bits).message(message.view(), scratch_);
  const std::string_view compressed = if_shorter(scratch_, message);
  if (several && shared_.size() < kSharedMessagesMax && compressed.size() <= kSharedBytesMax - shared_bytes_) {
    if (shared_.empty()) forget_due_ = true;
    shared_bytes_ += compressed.size();
    shared_.push_back({message, window_bits, std::string(compressed)});
  }
  return compressed;
}

Deflate::Deflate(DeflateEngine& engine, const DeflateTerms& terms) : engine_(&engine), terms_(terms) {}

Deflate::~Deflate() = default;

CloseCode Deflate::inflate(std::string_view compressed, bool text, std::size_t bytes_max, std::string& out) {
  if (terms_.client_takeover && !inflater_) inflater_ = std::make_unique<Inflater>(terms_.client_window_bits);
  Inflater& inflater = terms_.client_takeover ? *inflater_ : engine_->inflater();
  out.clear();
  switch (inflater.message(compressed, text, bytes_max, out)) {
    case InflateResult::done:
      return CloseCode::none;
    case InflateResult::too_big:
      return CloseCode::too_big;
    case InflateResult::broken:
    case InflateResult::not_utf8:
      return CloseCode::invalid_payload;
  }
  return CloseCode::internal_error;
}

std::string_view Deflate::compress(const SharedBytes& message) {
  if (!terms_.server_takeover) return engine_->compress(message, terms_.server_window_bits);
  if (!deflater_) deflater_ = std::make_unique<Deflater>(engine_->options().level, terms_.server_window_bits);
  std::string& scratch = engine_->scratch_;
  scratch.clear();
  deflater_->message(message.view(), scratch);
  const std::string_view compressed = if_shorter(scratch, message);
  if (compressed.empty()) deflater_->reset();  // the client never sees it: nothing may refer to it
  return compressed;
}

void Deflate::append_message(std::string& out, Opcode opcode, const SharedBytes& message) {
  const std::size_t bytes_min = std::max<std::size_t>(engine_->options().compress_bytes_min, 1);
  const std::string_view compressed = message.size() < bytes_min ? std::string_view{} : compress(message);
  if (compressed.empty()) return append_frame(out, opcode, message.view());
  append_compressed_frame(out, opcode, compressed);
  if (engine_->scratch_.capacity() > DeflateEngine::kSharedBytesMax) engine_->scratch_ = {};
}

}  // namespace sio::ws
