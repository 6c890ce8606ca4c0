// Counters and gauges of the process in Prometheus' text format. A small fixed set: labels come from enums and tables
// of ours, never from what somebody sent. Counting is lock-free after the first use of a label.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace parley::ops {

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count_http_answer(int status);              // parley_http_answers_total{class="2xx"}
  void count_rate_limited(std::string_view what);  // parley_rate_limited_total{limit="message"|"login"|"registration"}
  void count_login(bool good);                     // parley_logins_total{result="good"|"failed"}
  void count_event_error(std::string_view code);   // parley_event_errors_total{code=…}, a code of the contract

  // A value that is asked for at each scrape, on the scraper's thread. Before the first scrape only.
  void add_gauge(const std::string& name, const std::string& help, std::function<double()> read);
  // The same for a count that somebody else keeps; `name` ends in _total.
  void add_counter(const std::string& name, const std::string& help, std::function<double()> read);

  // The exposition, `text/plain; version=0.0.4`. From any thread.
  std::string render() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace parley::ops
