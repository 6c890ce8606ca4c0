#include "parley/ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "sio/base/check.hpp"

namespace parley::ops {
namespace {

using Counters = prometheus::Family<prometheus::Counter>;

Counters& family(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

struct Asked {
  std::string name;
  std::string help;
  prometheus::MetricType type;
  std::function<double()> read;
};

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  Counters& http = family(registry, "parley_http_answers_total", "HTTP answers of the application by class of status");
  Counters& limited = family(registry, "parley_rate_limited_total", "Actions refused by a rate limit");
  Counters& logins = family(registry, "parley_logins_total", "Logins by result");
  Counters& event_errors = family(registry, "parley_event_errors_total", "Socket.IO events answered with an error");
  std::array<prometheus::Counter*, 5> http_by_class{};
  prometheus::Counter& login_good = logins.Add({{"result", "good"}});
  prometheus::Counter& login_failed = logins.Add({{"result", "failed"}});
  std::vector<Asked> asked;

  Impl() {
    constexpr std::array<const char*, 5> kClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t i = 0; i < kClasses.size(); ++i) http_by_class[i] = &http.Add({{"class", kClasses[i]}});
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::count_http_answer(int status) {
  SIO_CHECK(status >= 100 && status < 600);
  impl_->http_by_class[static_cast<std::size_t>(status / 100 - 1)]->Increment();
}

void Metrics::count_rate_limited(std::string_view what) {
  impl_->limited.Add({{"limit", std::string(what)}}).Increment();
}

void Metrics::count_login(bool good) { (good ? impl_->login_good : impl_->login_failed).Increment(); }

void Metrics::count_event_error(std::string_view code) {
  impl_->event_errors.Add({{"code", std::string(code)}}).Increment();
}

void Metrics::add_gauge(const std::string& name, const std::string& help, std::function<double()> read) {
  impl_->asked.push_back({name, help, prometheus::MetricType::Gauge, std::move(read)});
}

void Metrics::add_counter(const std::string& name, const std::string& help, std::function<double()> read) {
  impl_->asked.push_back({name, help, prometheus::MetricType::Counter, std::move(read)});
}

std::string Metrics::render() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  for (const Asked& asked : impl_->asked) {
    prometheus::ClientMetric metric;
    if (asked.type == prometheus::MetricType::Gauge) {
      metric.gauge.value = asked.read();
    } else {
      metric.counter.value = asked.read();
    }
    families.push_back({asked.name, asked.help, asked.type, {metric}});
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace parley::ops
