// Uploads in chunks of binary data: each is acknowledged, the others can watch the progress, and what arrived is
// checked against the SHA-256 that was announced. GET /files/<sha256> gives a file back.
//
//   binary_upload [HOST:PORT]
//
//   from a client                  its acknowledgement
//   begin {name, size, sha256}     error or null, the most bytes of a chunk
//   chunk offset, bytes            error or null, bytes received so far: where the next chunk begins
//   finish                         error or null
//
//   to the others, volatile: progress name, received, size
#include <openssl/evp.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "serve.hpp"

namespace {

constexpr std::size_t kFileBytesMax = 8 * 1024 * 1024, kFilesMax = 16, kChunkBytesMax = 64 * 1024;

struct File {
  std::string name, sha256;
  std::size_t size = 0;
};
bool from_json(const sio::Input& in, File& file) {
  return in.member("name", file.name) && in.member("size", file.size) && in.member("sha256", file.sha256);
}

// The upload under way of one socket, hashed as it comes: no shard has to stop for all of it at the end.
class Upload final : public sio::SocketData {
 public:
  explicit Upload(File file) : file_(std::move(file)) { EVP_DigestInit_ex(hash_.get(), EVP_sha256(), nullptr); }
  const File& file() const { return file_; }
  const std::string& bytes() const { return bytes_; }
  void add(std::string_view chunk) {
    EVP_DigestUpdate(hash_.get(), chunk.data(), chunk.size());
    bytes_.append(chunk);
  }
  std::string sha256() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(hash_.get(), digest, &size);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
      for (const int digit : {digest[i] >> 4, digest[i] & 15}) hex.push_back("0123456789abcdef"[digit]);
    }
    return hex;
  }

 private:
  File file_;
  std::string bytes_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

// Finished files by their hash. Several threads use it.
class Store {
 public:
  bool add(const std::string& sha256, std::string_view bytes) {
    const std::scoped_lock lock(mutex_);
    if (files_.size() < kFilesMax) files_.try_emplace(sha256, bytes);
    return files_.contains(sha256);
  }
  sio::SharedBytes find(std::string_view sha256) {
    const std::scoped_lock lock(mutex_);
    const auto found = files_.find(sha256);
    return found == files_.end() ? sio::SharedBytes() : found->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, sio::SharedBytes, std::less<>> files_;
};

void begin(sio::Socket& socket, File file, sio::Ack ack) {
  if (file.size == 0 || file.size > kFileBytesMax) return ack("A file has 1 byte to 8 MiB");
  socket.set_data(std::make_unique<Upload>(std::move(file)));  // one that was not finished is forgotten
  ack(nullptr, kChunkBytesMax);
}

void take_chunk(sio::Socket& socket, std::size_t offset, const sio::SharedBytes& chunk, sio::Ack ack) {
  if (!socket.has_data()) return ack("No upload was begun");
  auto& upload = socket.data<Upload>();
  const std::size_t received = upload.bytes().size();
  if (offset != received) return ack("This is not the next chunk", received);
  if (chunk.size() > kChunkBytesMax) return ack("The chunk is too large", received);
  if (chunk.size() > upload.file().size - received) return ack("More than was announced", received);
  upload.add(chunk.view());
  socket.broadcast().emit_volatile("progress", upload.file().name, upload.bytes().size(), upload.file().size);
  ack(nullptr, upload.bytes().size());
}

void finish(sio::Socket& socket, Store& store, sio::Ack ack) {
  if (!socket.has_data()) return ack("No upload was begun");
  auto& upload = socket.data<Upload>();
  if (upload.bytes().size() < upload.file().size) return ack("Bytes are missing");
  const std::string sha256 = upload.sha256();
  const bool intact = sha256 == upload.file().sha256;
  const bool stored = intact && store.add(sha256, upload.bytes());
  socket.set_data(nullptr);
  if (stored) return ack(nullptr);
  ack(intact ? "There is no room for another file" : "The content is not what was announced");
}

sio::http::Response download(Store& store, const sio::RouteRequest& request) {
  sio::http::Response response;
  response.shared_body = store.find(request.parameter("sha256"));
  if (response.shared_body.empty()) response.status = 404;
  response.headers.add("Content-Type", "application/octet-stream");
  return response;
}

}  // namespace

int main(int argc, char** argv) {
  Store store;
  sio::Server server;
  sio::SocketIoOptions options;
  options.decoder.attachments_max = 1;
  options.decoder.attachment_bytes_max = 4 * kChunkBytesMax;  // over it the session ends; up to it we can say why not
  server.serve_socket_io(options);
  sio::Namespace& uploads = server.of("/");
  uploads.on("begin", begin);
  uploads.on("chunk", take_chunk);
  uploads.on("finish", [&store](sio::Socket& socket, sio::Ack ack) { finish(socket, store, std::move(ack)); });
  server.http().add({.method = "GET",
                     .pattern = "/files/{sha256}",
                     .handler = [&store](const sio::RouteRequest& request) { return download(store, request); }});
  return examples::serve(server, argc, argv, "127.0.0.1:3000");
}
