// SPDX-License-Identifier: Apache-2.0
//
// Module: files become programs, programs run as modules. Invariant: whatever a module's code has made is frozen when
// sl_module_execute returns, be it with success or not.
#include "runtime/code.h"
#include "runtime/thread.h"

// ---------------------------------------------------------------- programs

static void copy_source(struct sl_program *program, const struct sl_file *file) {
  program->path = sl_string_from(file->path);
  program->source = sl_allocate_atomic(file->length + 1);
  memcpy(program->source, file->source, file->length);
  program->source_length = file->length;
  program->line_starts = sl_allocate_atomic((file->line_count + 1) * sizeof *program->line_starts);
  memcpy(program->line_starts, file->line_starts, file->line_count * sizeof *program->line_starts);
  program->line_count = file->line_count;
}

static void copy_globals(struct sl_program *program, const struct sl_file *file) {
  program->global_count = file->global_count;
  program->global_names = sl_allocate((file->global_count + 1) * sizeof *program->global_names);
  program->global_exported = sl_allocate_atomic(file->global_count + 1);
  for (uint32_t i = 0; i < file->global_count; i++) {
    const struct sl_name *name = file->globals[i].name;
    program->global_names[i] = sl_string_intern(name->bytes, name->length);
    program->global_exported[i] = file->globals[i].exported;
  }
}

static void copy_loads(struct sl_program *program, const struct sl_file *file) {
  program->load_count = file->load_count;
  program->loads = sl_allocate((file->load_count + 1) * sizeof *program->loads);
  for (uint32_t i = 0; i < file->load_count; i++) {
    const struct sl_node *module = file->loads[i]->load.module;
    program->loads[i].module = sl_string(module->string.bytes, module->string.length);
    program->loads[i].offset = module->start;
  }
}

static bool environment_contains(void *data, const char *name, size_t length) {
  (void)length;
  return sl_environment_get(data, name) != NULL;
}

// What sl_names.each is given, for the callback that it makes to have its search.
static void environment_each(void *data,
                             void (*offer)(void *search, const char *name, size_t length),
                             void *search) {
  sl_environment_each(data, offer, search);
}

struct sl_program *sl_program_new(struct sl_thread *thread, struct sl_file *file,
                                  const struct sl_environment *environment) {
  struct sl_names names = {(void *)(uintptr_t)environment, environment_contains, environment_each};
  if (!file->resolved) sl_file_resolve(file, &names);
  if (file->error_count > 0) {
    sl_error_set_static(thread, file);
    return NULL;
  }
  struct sl_program *program = sl_allocate(sizeof *program);
  copy_source(program, file);
  copy_globals(program, file);
  copy_loads(program, file);
  program->code = sl_compile(thread, file, program, environment);
  return program->code ? program : NULL;
}

size_t sl_program_load_count(const struct sl_program *program) { return program->load_count; }

const char *sl_program_load(const struct sl_program *program, size_t i,
                            struct sl_position *position) {
  if (position) *position = sl_program_position(program, program->loads[i].offset);
  return sl_string_bytes(program->loads[i].module);
}

struct sl_position sl_program_position(const struct sl_program *program, uint32_t offset) {
  uint32_t low = 0, high = program->line_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (program->line_starts[middle] <= offset) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return (struct sl_position){low + 1, offset - program->line_starts[low] + 1};
}

// ---------------------------------------------------------------- modules

static bool module_repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  (void)thread;
  sl_text_format(out, "<module %s>", sl_module_name((const struct sl_module *)(const void *)x));
  return true;
}

static const struct sl_type module_type = {.name = "module", .repr = module_repr};

static struct sl_module *module_new(const char *name, void *data) {
  struct sl_module *module = sl_allocate(sizeof *module);
  module->type = &module_type;
  module->name = sl_string_from(name);
  module->mutability = sl_mutability_new();
  module->data = data;
  return module;
}

// Runs a program whose first globals are those that the module has.
static bool run(struct sl_thread *thread, struct sl_module *module, struct sl_program *program) {
  sl_value *globals = sl_allocate((program->global_count + 1) * sizeof(sl_value));
  uint32_t before = module->program ? module->program->global_count : 0;
  if (before) memcpy(globals, module->globals, before * sizeof *globals);
  module->program = program;
  module->globals = globals;
  module->result = SL_NONE;
  if (!sl_thread_enter_call(thread)) return false;
  struct sl_mutability *outer = sl_thread_set_mutability(thread, module->mutability);
  struct sl_call_frame *floor = thread->floor;
  sl_value *top = thread->top;
  thread->floor = thread->frame;
  sl_value *window = thread->top;
  sl_value function = (sl_value)(void *)sl_function_new(program->code, module);
  bool pushed = sl_frame_push(thread, (struct sl_function *)(void *)function, window + 1, NULL);
  if (pushed) window[0] = function;
  bool done = pushed && sl_interpret(thread) != NULL;
  thread->top = top;
  thread->floor = floor;
  sl_thread_set_mutability(thread, outer);
  return sl_thread_leave_call(thread) && done;
}

struct sl_module *sl_module_execute(struct sl_thread *thread, struct sl_program *program,
                                    const char *name, void *data, struct sl_module **failed) {
  struct sl_module *module = module_new(name, data);
  bool done = run(thread, module, program);
  sl_mutability_freeze(module->mutability);
  if (failed) *failed = done ? NULL : module;
  return done ? module : NULL;
}

struct sl_module *sl_module_begin(const char *name, void *data) {
  static const struct sl_program nothing = {0};
  struct sl_module *module = module_new(name, data);
  module->program = (struct sl_program *)(uintptr_t)&nothing;
  module->result = SL_NONE;
  return module;
}

bool sl_module_continue(struct sl_thread *thread, struct sl_module *module, struct sl_file *file,
                        const struct sl_environment *environment) {
  const struct sl_program *before = module->program;
  const char **names = sl_arena_allocate(&file->arena, before->global_count * sizeof *names);
  // A name that was never bound is not in the way of what the environment calls so.
  for (uint32_t i = 0; i < before->global_count; i++)
    names[i] = module->globals[i] ? sl_string_bytes(before->global_names[i]) : "";
  sl_file_continue(file, names, before->global_count);
  struct sl_program *program = sl_program_new(thread, file, environment);
  return program && run(thread, module, program);
}

struct sl_module *sl_execute_text(struct sl_thread *thread, const char *name, const char *text,
                                  size_t length, const struct sl_environment *environment) {
  struct sl_file *file = sl_file_parse(name, text, length, sl_dialect_for_file(name));
  struct sl_program *program = sl_program_new(thread, file, environment);
  sl_file_free(file);
  return program ? sl_module_execute(thread, program, name, NULL, NULL) : NULL;
}

const char *sl_module_name(const struct sl_module *module) { return sl_string_bytes(module->name); }

void *sl_module_data(const struct sl_module *module) { return module->data; }

sl_value sl_module_find(const struct sl_module *module, sl_value name) {
  const struct sl_program *program = module->program;
  for (uint32_t i = 0; i < program->global_count; i++) {
    if (program->global_names[i] == name)
      return program->global_exported[i] ? module->globals[i] : NULL;
  }
  return NULL;
}

sl_value sl_module_get(const struct sl_module *module, const char *name) {
  return sl_module_find(module, sl_string_intern(name, strlen(name)));
}

bool sl_module_global(const struct sl_module *module, size_t i, const char **name, sl_value *value,
                      bool *exported) {
  const struct sl_program *program = module->program;
  if (i >= program->global_count) return false;
  if (name) *name = sl_string_bytes(program->global_names[i]);
  if (value) *value = module->globals[i];
  if (exported) *exported = program->global_exported[i];
  return true;
}

sl_value sl_module_result(const struct sl_module *module) { return module->result; }
