// SPDX-License-Identifier: Apache-2.0
//
// A host in C++: threads and handles end with their scope, errors are exceptions of the host's own.
// Starlark's own errors are never thrown: no exception passes through the library.
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/starlark.h"

namespace {

struct ThreadFree {
  void operator()(sl_thread *thread) const { sl_thread_free(thread); }
};
using Thread = std::unique_ptr<sl_thread, ThreadFree>;

struct HandleFree {
  void operator()(sl_handle *handle) const { sl_handle_free(handle); }
};

// A value that stays alive in memory of C++, which the collector does not look into.
class Value {
 public:
  explicit Value(sl_value value) : handle_(sl_handle_new(value)) {}
  sl_value get() const { return sl_handle_get(handle_.get()); }

 private:
  std::unique_ptr<sl_handle, HandleFree> handle_;
};

[[noreturn]] void Throw(sl_thread *thread) {
  std::string text = sl_error_text(thread);
  sl_error_clear(thread);
  throw std::runtime_error(text);
}

sl_module *Run(sl_thread *thread, const std::string &name, const std::string &text) {
  sl_module *module =
      sl_execute_text(thread, name.c_str(), text.data(), text.size(), sl_universe());
  if (!module) Throw(thread);
  return module;
}

std::string Call(sl_thread *thread, const Value &function, int argument) {
  sl_value number = sl_int(argument);
  sl_value result = sl_call(thread, function.get(), &number, 1, nullptr, 0);
  sl_text text = {};
  if (!result || !sl_str(thread, result, &text)) Throw(thread);
  std::string shown(sl_text_string(&text), text.length);
  sl_text_free(&text);
  return shown;
}

}  // namespace

int main() {
  sl_initialize(nullptr);
  Thread thread(sl_thread_new());
  sl_module *module = Run(thread.get(), "shapes.star",
                          "def square(n): return n * n\n"
                          "def inverse(n): return 1 / n\n");
  std::vector<Value> functions;
  functions.emplace_back(sl_module_get(module, "square"));
  functions.emplace_back(sl_module_get(module, "inverse"));
  for (int number : {4, 0}) {
    for (const Value &function : functions) {
      try {
        std::cout << Call(thread.get(), function, number) << "\n";
      } catch (const std::runtime_error &error) {
        std::cout << error.what() << "\n";
      }
    }
  }
  return 0;
}
