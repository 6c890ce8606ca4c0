#include <iostream>
#include <string>

#include "commands.hpp"
#include "parley/store_sqlite/migrations.hpp"
#include "sio/json/writer.hpp"
#include "version.hpp"

namespace parley::app {

ExitCode version_command(const CommandLine& line) {
  if (!line.json) {
    std::cout << "parley " << kVersion << " (schema " << store::newest_schema_version() << ")\n";
    return ExitCode::ok;
  }
  std::string text;
  sio::json::Writer(text)
      .begin_object()
      .member("version", kVersion)
      .member("schema", store::newest_schema_version())
      .end_object();
  std::cout << text << '\n';
  return ExitCode::ok;
}

}  // namespace parley::app
