// The writer driven by bytes, as its header allows: what it wrote is JSON without raw control characters, and reads as
// the values that were given, in order.

// libFuzzer: -max_len=256

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz_input.hpp"
#include "sio/base/check.hpp"
#include "sio/base/utf8.hpp"
#include "sio/json/scanner.hpp"
#include "sio/json/value.hpp"
#include "sio/json/writer.hpp"

namespace {

using namespace sio::json;

void append_note(std::string& notes, std::string_view what, std::string_view text = {}) {
  notes.append(what).append(text);
  notes += static_cast<char>(what.size() + text.size());  // so that no two lists of notes are one text
}

// Writes, and notes each thing written: what a reader must find again.
class Recorder {
 public:
  explicit Recorder(sio::fuzz::Input& input) : input_(input) {}

  void run() {
    while (!input_.empty()) step(input_.byte());
    while (!open_.empty()) end();
  }
  const std::string& text() const { return out_; }
  const std::string& notes() const { return notes_; }

 private:
  void step(unsigned choice) {
    const bool can_open = open_.size() < 29;  // the list around and a raw text within make it the scanner's 32
    switch (choice & 7U) {
      case 0:
        if (can_open) begin('[');
        return;
      case 1:
        if (can_open) begin('{');
        return;
      case 2:
        if (!open_.empty()) end();
        return;
      default:
        scalar(choice);
    }
  }
  void scalar(unsigned choice) {
    const std::string text = take_text(choice >> 4U);
    switch (choice & 7U) {
      case 3: {
        const bool truth = (choice & 8U) != 0;
        name([&](std::string_view key) { writer_.member(key, truth); }, [&] { writer_.boolean(truth); });
        return note(truth ? "true" : "false");
      }
      case 4: {
        const auto number = static_cast<std::int64_t>(input_.number(1U + (choice >> 3U) % 8U) - 128U);
        name([&](std::string_view key) { writer_.member(key, number); }, [&] { writer_.integer(number); });
        return note(std::to_string(number));
      }
      case 5:
        name([&](std::string_view key) { writer_.key(key).null(); }, [&] { writer_.null(); });
        return note("null");
      case 6:
        name([&](std::string_view key) { writer_.key(key).raw(" [1.50,{}]"); }, [&] { writer_.raw(" [1.50,{}]"); });
        return note("[1.50,{}]");
      default:
        name([&](std::string_view key) { writer_.member(key, text); }, [&] { writer_.string(text); });
        return note("s", text);
    }
  }
  template <class WithKey, class Plain>
  void name(WithKey with_key, Plain plain) {
    if (!open_.empty() && open_.back() == '{') {
      const std::string key = take_text(input_.byte() % 8);
      note("k", key);
      with_key(key);
    } else {
      plain();
    }
  }
  std::string take_text(std::size_t size) {
    const std::string_view bytes = input_.bytes(size);
    return sio::is_utf8(bytes) ? std::string(bytes) : std::string("\xC3\xA9");
  }
  void begin(char bracket) {
    name([&](std::string_view key) { writer_.key(key); }, [] {});
    if (bracket == '[') {
      writer_.begin_array();
    } else {
      writer_.begin_object();
    }
    open_ += bracket;
    note({&bracket, 1});
  }
  void end() {
    if (open_.back() == '[') {
      writer_.end_array();
    } else {
      writer_.end_object();
    }
    open_.pop_back();
    note("end");
  }
  void note(std::string_view what, std::string_view text = {}) { append_note(notes_, what, text); }

  sio::fuzz::Input& input_;
  std::string out_;
  Writer writer_{out_};
  std::string open_;  // brackets
  std::string notes_;
};

void read(Value value, std::string& notes) {
  std::string buffer;
  if (value.is_string()) {
    append_note(notes, "s", *value.as_string(buffer));
  } else if (value.text() == "[1.50,{}]" || !(value.is_array() || value.is_object())) {
    append_note(notes, value.text());
  } else {
    append_note(notes, value.text().substr(0, 1));
    for (const Value element : value.elements()) read(element, notes);
    for (const Member member : value.members()) {
      append_note(notes, "k", member.key());
      read(member.value, notes);
    }
    append_note(notes, "end");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sio::fuzz::Input input(data, size);
  Recorder recorder(input);
  recorder.run();
  for (const char c : recorder.text()) SIO_CHECK(static_cast<unsigned char>(c) >= 0x20);
  // Several values at top level make the inner text of a list.
  const std::string list = "[" + recorder.text() + "]";
  const Error error = scan(list);
  SIO_CHECK(error == Error::none || error == Error::duplicate_key);
  std::string found;
  for (const Value value : Value(list).elements()) read(value, found);
  SIO_CHECK(found == recorder.notes());
  return 0;
}
