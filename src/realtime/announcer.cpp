#include "announcer.hpp"

#include <algorithm>
#include <utility>

#include "member.hpp"
#include "parley/realtime/limits.hpp"
#include "sio/base/check.hpp"

namespace parley::realtime {
namespace {

constexpr std::size_t kWaitingPacketsMax = kOutboxPacketsMax / 4;
constexpr std::size_t kWaitingBytesMax = 64 * 1024;

}  // namespace

bool try_send(sio::Socket& socket, const sio::EncodedPacket& packet) {
  const sio::EngineSocket& engine = socket.engine();
  if (engine.waiting_packets() >= kWaitingPacketsMax || engine.waiting_bytes() >= kWaitingBytesMax) return false;
  socket.send(packet);
  return true;
}

Announcer::Announcer(sio::rt::Shard& shard, sio::Namespace& nsp, std::function<void()> on_told)
    : shard_(shard), nsp_(nsp), on_told_(std::move(on_told)) {}

std::span<sio::Socket* const> Announcer::audience() {
  return about_admins_ ? nsp_.local().sockets() : nsp_.local().members(kAdminsRoom);
}

void Announcer::tell(std::shared_ptr<const Announcements> news) {
  SIO_CHECK(!news_);
  news_ = std::move(news);
  about_admins_ = std::any_of(news_->all.begin(), news_->all.end(),
                              [](const Announcement& each) { return each.about == domain::Role::admin; });
  left_ = audience().size();
  on_timer(shard_.now());
}

// From the end, since who leaves gives its place to the last. One that moves so may hear something twice.
void Announcer::on_timer(sio::TimePoint now) {
  const auto sockets = audience();
  left_ = std::min(left_, sockets.size());
  for (std::size_t told = 0; left_ > 0 && told < kSocketsPerTurn; ++told) {
    tell(*sockets[--left_]);
  }
  if (left_ > 0) return shard_.timers().arm(*this, now + kPause);
  news_.reset();
  on_told_();
}

// Who has missed something is told of all from there on, later.
void Announcer::tell(sio::Socket& socket) const {
  Member& member = socket.data<Member>();
  for (std::size_t i = 0; i < news_->all.size() && !member.missed_presence && socket.connected(); ++i) {
    const Announcement& each = news_->all[i];
    const std::uint64_t number = news_->first + i;
    if (number < member.presence_from || !is_for(member.role, each.about) || try_send(socket, each.packet)) continue;
    member.missed_presence = true;
    member.presence_from = number;
  }
}

}  // namespace parley::realtime
