// How the sanitizers run inside fuzz targets, built into each so that it behaves alike wherever it is started;
// ASAN_OPTIONS overrides. What costs executions and finds nothing more there is cut: short stacks of allocations (a
// finding is replayed with long ones: ASAN_OPTIONS=malloc_context_size=30) and a small quarantine, which an input of a
// few hundred allocations does not overflow.

// The names are the sanitizers' own. NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
extern const char* __asan_default_options();
extern const char* __ubsan_default_options();

const char* __asan_default_options() {
  return "malloc_context_size=2:quarantine_size_mb=4:thread_local_quarantine_size_kb=256:strict_string_checks=1";
}

const char* __ubsan_default_options() { return "print_stacktrace=1"; }
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
