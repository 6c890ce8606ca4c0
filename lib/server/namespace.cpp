#include "sio/server/namespace.hpp"

#include <utility>

#include "core.hpp"
#include "handler_call.hpp"
#include "recovery.hpp"
#include "sio/json/writer.hpp"

namespace sio {

Namespace::Namespace(ServerCore& core, std::string name) : core_(core), name_(std::move(name)) {
  for (unsigned i = 0; i < core.shards().size(); ++i) local_.push_back(std::make_unique<LocalRooms>(core.state(i)));
}

Namespace::~Namespace() = default;

Broadcast Namespace::to(std::string_view room) {
  Broadcast broadcast(*this);
  broadcast.to(room);
  return broadcast;
}

Broadcast Namespace::except(std::string_view room) {
  Broadcast broadcast(*this);
  broadcast.except(room);
  return broadcast;
}

LocalRooms& Namespace::local() { return *local_[core_.current_state().shard.index()]; }

bool Namespace::is_here(SocketRef ref) const {
  return ref.shard() < core_.shards().size() && rt::Shard::current() == &core_.shards().at(ref.shard());
}

void Namespace::with_socket(SocketRef ref, std::function<void(Socket&)> function) {
  if (!ref || ref.shard() >= core_.shards().size()) return;
  auto task = [this, ref, function = std::move(function)] {
    if (Socket* socket = local().find(ref)) call_handler(core_, *this, function, *socket);
  };
  if (is_here(ref)) return task();
  core_.shards().at(ref.shard()).post(std::move(task));
}

void Namespace::set_recovery(std::optional<RecoveryOptions> options) {
  recovery_ = options ? std::make_unique<Recovery>(core_, *this, local_, std::move(*options)) : nullptr;
}

void Namespace::dispatch(Socket& socket, const DecodedPacket& packet) {
  Event event(socket, packet);
  const EventHandler* handler = &on_unhandled_;
  if (packet.json_error != json::Error::none) {
    handler = &on_bad_json_;
  } else {
    const std::string_view raw = packet.event_name;
    const bool plain = raw.size() >= 2 && raw.front() == '"' && raw.find('\\') == std::string_view::npos;
    const auto found = plain ? handlers_.find(raw.substr(1, raw.size() - 2)) : handlers_.find(event.name());
    if (found != handlers_.end()) handler = &found->second;
  }
  if (!*handler) return;
  if (call_handler(core_, *this, *handler, event)) return;
  if (on_handler_error_ && socket.connected()) call_handler(core_, *this, on_handler_error_, event);
}

// Runs `task(rooms)` for the sockets of every shard: here during the call, elsewhere through its mailbox.
template <class Task>
void Namespace::on_all_shards(const Task& task) {
  const rt::Shard* here = rt::Shard::current();
  for (unsigned i = 0; i < core_.shards().size(); ++i) {
    rt::Shard& there = core_.shards().at(i);
    if (&there == here) {
      task(*local_[i]);
    } else {
      there.post([rooms = local_[i].get(), task] { task(*rooms); });
    }
  }
}

void Namespace::emit_everywhere(EmitTarget target, EncodedPacket packet) {
  if (recovery_ && !target.droppable) {
    auto event = recovery_->make_broadcast(std::move(target), packet);
    return on_all_shards([recovery = recovery_.get(), event](LocalRooms&) { recovery->deliver(event); });
  }
  auto shared = std::make_shared<const std::pair<EmitTarget, EncodedPacket>>(std::move(target), std::move(packet));
  on_all_shards([shared](LocalRooms& rooms) { rooms.emit(shared->first, shared->second); });
}

void Namespace::for_each_everywhere(EmitTarget target, std::function<void(Socket&)> function) {
  auto shared = std::make_shared<const std::pair<EmitTarget, std::function<void(Socket&)>>>(std::move(target),
                                                                                            std::move(function));
  on_all_shards([this, shared](LocalRooms& rooms) {
    rooms.for_each(shared->first, [&](Socket& socket) { call_handler(core_, *this, shared->second, socket); });
  });
}

namespace {

// The answers to one question from all shards. Touched on its home shard only.
struct AllAnswers {
  ServerCore& core;
  Namespace& nsp;
  rt::Shard& home;
  BroadcastAckCallback callback;
  unsigned shards_due;
  BroadcastAnswers all;

  void add(BroadcastAnswers part) {
    std::move(part.answers.begin(), part.answers.end(), std::back_inserter(all.answers));
    all.missing += part.missing;
    if (--shards_due == 0) call_handler(core, nsp, callback, all);
  }
};

// Those of one shard. Touched there only.
struct ShardAnswers {
  std::shared_ptr<AllAnswers> whole;
  BroadcastAnswers part;
  std::size_t due = 1;  // one more than sockets, until all have been asked

  void one_done() {
    if (--due != 0) return;
    whole->home.post([to = whole, answers = std::move(part)]() mutable { to->add(std::move(answers)); });
  }
  void take(SocketRef socket, AckStatus status, json::Value arguments, std::span<const SharedBytes> attachments) {
    if (status == AckStatus::answered) {
      part.answers.push_back({socket, std::string(arguments.text()), {attachments.begin(), attachments.end()}});
    } else {
      ++part.missing;
    }
    one_done();
  }
};

}  // namespace

void Namespace::ask_everywhere(const EmitTarget& target, std::string_view name, const Arguments& arguments,
                               Milliseconds timeout, BroadcastAckCallback callback) {
  const AckId id = next_ack_id_.fetch_add(1, std::memory_order_relaxed);
  rt::Shard* here = rt::Shard::current();
  rt::Shard& home = core_.owns(here) ? *here : core_.shards().at(0);
  auto whole = std::make_shared<AllAnswers>(
      AllAnswers{core_, *this, home, std::move(callback), core_.shards().size(), BroadcastAnswers{}});
  auto shared =
      std::make_shared<const std::pair<EmitTarget, EncodedPacket>>(target, encode_event(name_, name, arguments, id));
  on_all_shards([id, timeout, whole, shared](LocalRooms& rooms) {
    auto here_due = std::make_shared<ShardAnswers>(ShardAnswers{whole, {}});
    rooms.for_each(shared->first, [&](Socket& socket) {
      ++here_due->due;
      socket.expect_ack(id, timeout, [here_due, ref = socket.ref()](auto status, auto answer, auto attachments) {
        here_due->take(ref, status, answer, attachments);
      });
      socket.send(shared->second);
    });
    here_due->one_done();
  });
}

std::string InvalidArguments::message() const {
  switch (kind) {
    case Kind::missing:
      return "Argument " + std::to_string(index + 1) + " is missing.";
    case Kind::wrong:
      return "Argument " + std::to_string(index + 1) + " is of a wrong type.";
    case Kind::extra:
      return "At most " + std::to_string(index) + " arguments are taken.";
  }
  return {};
}

void detail::reject_arguments(Event& event, const InvalidArguments& why) {
  const Namespace& nsp = event.socket().nsp();
  if (nsp.on_invalid_arguments_) return nsp.on_invalid_arguments_(event, why);
  if (!event.ack_id()) return;
  std::string answer;
  json::Writer(answer)
      .begin_object()
      .member("ok", false)
      .member("error", why.message())
      .member("code", "invalid_payload")
      .end_object();
  event.acknowledge(Arguments::of(Json{answer}));
}

}  // namespace sio
