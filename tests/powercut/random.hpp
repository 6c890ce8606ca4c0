// Repeatable choices: the same seed gives the same ones on every machine and standard library.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace parley::powercut {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // Seeds of independent sequences from several numbers: run, cut, image.
  static Random of(std::initializer_list<std::uint64_t> numbers) {
    Random mixed(0x5EED);
    for (const std::uint64_t number : numbers) mixed.state_ = mixed.next() ^ (number * 0xD6E8'FEB8'6659'FD93U);
    return mixed;
  }

  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E37'79B9'7F4A'7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool percent(std::uint64_t chance) { return below(100) < chance; }

 private:
  std::uint64_t state_;
};

}  // namespace parley::powercut
