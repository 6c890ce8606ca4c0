// A table for a terminal: columns as wide as their widest cell. What a cell holds is shown as text, whatever it is:
// control characters are replaced, so that no name can steer somebody's terminal.
#pragma once

#include <string>
#include <vector>

namespace parley::app {

class Table {
 public:
  explicit Table(std::vector<std::string> heads) { add(std::move(heads)); }
  // As many cells as there are heads.
  void add(std::vector<std::string> cells);
  std::string render() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace parley::app
