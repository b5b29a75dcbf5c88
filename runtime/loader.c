// SPDX-License-Identifier: Apache-2.0
//
// Loader: modules loaded in parallel. A module is parsed first, which tells what it loads; it runs when that has run. So
// no OS thread ever waits for another one's module, and modules that load each other are those that are left when
// nothing is left to do. Invariant: what the outcome depends on is the modules' texts alone: errors, what is printed
// and cycles are found in the order of names and of load statements, never in that of time.
#include <stdlib.h>

#include "runtime/os.h"
#include "runtime/thread.h"

enum state { PARSING, WAITING, DONE, FAILED };

// A module, in collected memory.
struct sl_loader_entry {
  sl_value name;
  struct sl_loader_entry *next_of_slot;
  struct sl_loader_entry *next;  // in the queue, or in an array of `printed`
  enum state state;
  struct sl_program *program;
  struct sl_loader_entry **loads;  // what its load statements mean, in their order
  size_t load_count;
  size_t missing;                       // how many of them have not ended
  struct sl_loader_entry **dependents;  // what loads it
  size_t dependent_count, dependent_capacity;
  struct sl_module *module;             // of one that is DONE
  struct sl_pending_error error;        // of one that has FAILED
  struct sl_text printed;               // for each text its position, a NUL, its length, its bytes
  struct sl_loader_entry *walked_from;  // of the walk that tells what was printed
  size_t walked;                        // how many of its loads that walk has seen
  bool told;
  bool forgotten;
};

// In uncollectable memory that is scanned. All of it, and every entry, is changed in the monitor; but what an entry
// that is being parsed or run has of its own is its thread's.
struct sl_loader {
  struct sl_loader_options options;
  struct sl_monitor *monitor;
  struct sl_crew *crew;
  struct sl_loader_entry **slots;  // by hash of the name; a power of two
  size_t slot_count, entry_count;
  struct sl_loader_entry *first, *last;  // the queue
  size_t active;                         // jobs that are being done
  bool ending;
};

// ---------------------------------------------------------------- entries

static struct sl_loader_entry **slot_of(struct sl_loader *loader, sl_value name) {
  uint32_t hash = sl_string_hash((struct sl_string *)(void *)name);
  return &loader->slots[hash & (loader->slot_count - 1)];
}

static void grow_slots(struct sl_loader *loader) {
  struct sl_loader_entry **before = loader->slots;
  size_t count = loader->slot_count;
  loader->slot_count = count ? count * 2 : 64;
  loader->slots = sl_allocate(loader->slot_count * sizeof *loader->slots);
  for (size_t i = 0; i < count; i++) {
    for (struct sl_loader_entry *entry = before[i], *next; entry; entry = next) {
      next = entry->next_of_slot;
      struct sl_loader_entry **slot = slot_of(loader, entry->name);
      entry->next_of_slot = *slot;
      *slot = entry;
    }
  }
}

static void enqueue(struct sl_loader *loader, struct sl_loader_entry *entry) {
  entry->next = NULL;
  if (loader->first) {
    loader->last->next = entry;
  } else {
    loader->first = entry;
  }
  loader->last = entry;
}

// The entry of a name; a new one is queued, to be parsed.
static struct sl_loader_entry *find(struct sl_loader *loader, sl_value name) {
  if (loader->entry_count >= loader->slot_count) grow_slots(loader);
  struct sl_loader_entry **slot = slot_of(loader, name);
  for (struct sl_loader_entry *entry = *slot; entry; entry = entry->next_of_slot) {
    if (sl_string_equal((const struct sl_string *)(const void *)entry->name,
                        (const struct sl_string *)(const void *)name))
      return entry;
  }
  struct sl_loader_entry *entry = sl_allocate(sizeof *entry);
  entry->name = name;
  entry->next_of_slot = *slot;
  *slot = entry;
  loader->entry_count++;
  enqueue(loader, entry);
  return entry;
}

static void add_dependent(struct sl_loader_entry *entry, struct sl_loader_entry *dependent) {
  if (entry->dependent_count == entry->dependent_capacity) {
    entry->dependent_capacity = entry->dependent_capacity ? entry->dependent_capacity * 2 : 4;
    entry->dependents =
        sl_reallocate(entry->dependents, entry->dependent_capacity * sizeof *entry->dependents);
  }
  entry->dependents[entry->dependent_count++] = dependent;
}

static bool has_ended(const struct sl_loader_entry *entry) {
  return entry->state == DONE || entry->state == FAILED;
}

// Ends an entry; those for which it was the last one missing are queued. In the monitor.
static void end(struct sl_loader *loader, struct sl_loader_entry *entry, enum state state) {
  entry->state = state;
  for (size_t i = 0; i < entry->dependent_count; i++) {
    if (--entry->dependents[i]->missing == 0) enqueue(loader, entry->dependents[i]);
  }
}

// ---------------------------------------------------------------- parsing

// The full names of what a program loads; NULL with an error pending. In collected memory.
static sl_value *resolve_loads(struct sl_loader *loader, struct sl_thread *thread,
                               const struct sl_loader_entry *entry,
                               const struct sl_program *program) {
  const struct sl_loader_options *options = &loader->options;
  size_t count = sl_program_load_count(program);
  sl_value *names = sl_allocate((count + 1) * sizeof *names);
  struct sl_text full = {0};
  bool resolved = true;
  for (size_t i = 0; i < count && resolved; i++) {
    const char *written = sl_program_load(program, i, NULL);
    sl_text_reset(&full);
    if (options->resolve) {
      resolved =
          options->resolve(thread, options->data, sl_string_bytes(entry->name), written, &full);
    } else {
      sl_text_append_string(&full, written);
    }
    names[i] = sl_string_from_text(&full);
  }
  sl_text_free(&full);
  return resolved ? names : NULL;
}

static struct sl_program *parse(struct sl_loader *loader, struct sl_thread *thread,
                                const struct sl_loader_entry *entry) {
  const struct sl_loader_options *options = &loader->options;
  const char *name = sl_string_bytes(entry->name);
  struct sl_text text = {0};
  struct sl_program *program = NULL;
  if (options->read(thread, options->data, name, &text)) {
    struct sl_file *file =
        sl_file_parse(name, sl_text_string(&text), text.length,
                      options->dialect ? options->dialect : sl_dialect_for_file(name));
    program = sl_program_new(thread, file, options->environment);
    sl_file_free(file);
  } else if (!sl_error_pending(thread)) {
    sl_fail(thread, "module '%s' not found", name);
  }
  sl_text_free(&text);
  return program;
}

static void parse_entry(struct sl_loader *loader, struct sl_thread *thread,
                        struct sl_loader_entry *entry) {
  struct sl_program *program = parse(loader, thread, entry);
  sl_value *names = program ? resolve_loads(loader, thread, entry, program) : NULL;
  if (!names) sl_error_save(thread, &entry->error);
  sl_monitor_enter(loader->monitor);
  if (names) {
    entry->state = WAITING;
    entry->program = program;
    entry->load_count = sl_program_load_count(program);
    entry->loads = sl_allocate((entry->load_count + 1) * sizeof *entry->loads);
    for (size_t i = 0; i < entry->load_count; i++) {
      entry->loads[i] = find(loader, names[i]);
      add_dependent(entry->loads[i], entry);
      if (!has_ended(entry->loads[i])) entry->missing++;
    }
    if (entry->missing == 0) enqueue(loader, entry);
  } else {
    end(loader, entry, FAILED);
  }
  sl_monitor_leave(loader->monitor);
}

// ---------------------------------------------------------------- running

static struct sl_module *load(struct sl_thread *thread, struct sl_module *from, const char *name) {
  const struct sl_loader_entry *entry = thread->loading;
  (void)from;
  for (size_t i = 0; i < entry->load_count; i++) {
    if (strcmp(sl_program_load(entry->program, i, NULL), name) == 0) return entry->loads[i]->module;
  }
  return NULL;
}

static void keep_printed(struct sl_thread *thread, const char *position, const char *text,
                         size_t length) {
  struct sl_text *printed = &((struct sl_loader_entry *)thread->loading)->printed;
  sl_text_append(printed, position, strlen(position) + 1);
  sl_text_append(printed, (const char *)&length, sizeof length);
  sl_text_append(printed, text, length);
}

// The first thing that it loads and that is not DONE; NULL: there is none.
static struct sl_loader_entry *first_obstacle(const struct sl_loader_entry *entry) {
  for (size_t i = 0; i < entry->load_count; i++) {
    if (entry->loads[i]->state != DONE) return entry->loads[i];
  }
  return NULL;
}

static void run_entry(struct sl_loader *loader, struct sl_thread *thread,
                      struct sl_loader_entry *entry) {
  const struct sl_loader_entry *failed = first_obstacle(entry);
  struct sl_module *module = NULL;
  if (failed) {
    sl_error_restore(thread, &failed->error);
  } else {
    thread->loading = entry;
    module = sl_module_execute(thread, entry->program, sl_string_bytes(entry->name),
                               loader->options.data, NULL);
    thread->loading = NULL;
  }
  if (!module) sl_error_save(thread, &entry->error);
  sl_monitor_enter(loader->monitor);
  entry->module = module;
  end(loader, entry, module ? DONE : FAILED);
  sl_monitor_leave(loader->monitor);
}

// ---------------------------------------------------------------- the crew

// The next job; NULL: there will be none any more. In the monitor.
static struct sl_loader_entry *take_job(struct sl_loader *loader) {
  while (!loader->first && !loader->ending) sl_monitor_wait(loader->monitor);
  struct sl_loader_entry *entry = loader->first;
  if (!entry || loader->ending) return NULL;
  loader->first = entry->next;
  entry->next = NULL;
  loader->active++;
  return entry;
}

static void work(void *data) {
  struct sl_loader *loader = data;
  sl_heap_attach_thread();
  struct sl_thread *thread = sl_thread_new();
  sl_thread_set_load(thread, load);
  sl_thread_set_print(thread, keep_printed);
  sl_monitor_enter(loader->monitor);
  for (struct sl_loader_entry *entry; (entry = take_job(loader)) != NULL;) {
    enum state state = entry->state;
    sl_monitor_leave(loader->monitor);
    if (loader->options.prepare) loader->options.prepare(thread, loader->options.data);
    if (state == PARSING) {
      parse_entry(loader, thread, entry);
    } else {
      run_entry(loader, thread, entry);
    }
    sl_monitor_enter(loader->monitor);
    loader->active--;
    sl_monitor_notify(loader->monitor);
  }
  sl_monitor_leave(loader->monitor);
  sl_thread_free(thread);
  sl_heap_detach_thread();
}

// ---------------------------------------------------------------- cycles

// Where a walk along obstacles comes to one that it has seen, or to one that has failed.
static struct sl_loader_entry *end_of_walk(struct sl_loader_entry *entry) {
  struct sl_loader_entry *slow = entry;
  for (bool odd = false; entry->state != FAILED; odd = !odd) {
    entry = first_obstacle(entry);
    if (odd) slow = first_obstacle(slow);
    if (entry == slow) break;
  }
  return entry;
}

static struct sl_loader_entry *smallest_of_cycle(struct sl_loader_entry *entry) {
  struct sl_loader_entry *smallest = entry;
  for (struct sl_loader_entry *at = first_obstacle(entry); at != entry; at = first_obstacle(at)) {
    if (strcmp(sl_string_bytes(at->name), sl_string_bytes(smallest->name)) < 0) smallest = at;
  }
  return smallest;
}

static void fail_cycle(struct sl_thread *thread, struct sl_loader_entry *first) {
  struct sl_text text = {0};
  struct sl_loader_entry *at = first;
  do {
    sl_text_format(&text, "%s -> ", sl_string_bytes(at->name));
    at = first_obstacle(at);
  } while (at != first);
  sl_fail(thread, "cycle in load statements: %s%s", sl_text_string(&text),
          sl_string_bytes(first->name));
  sl_text_free(&text);
}

// Nothing is left to do, but this one has not ended: it loads itself, or something that does, before it loads anything
// that has failed. Says so.
static void fail_unfinished(struct sl_thread *thread, struct sl_loader_entry *entry) {
  struct sl_loader_entry *obstacle = end_of_walk(entry);
  if (obstacle->state == FAILED) {
    sl_error_restore(thread, &obstacle->error);
  } else {
    fail_cycle(thread, smallest_of_cycle(obstacle));
  }
}

// ---------------------------------------------------------------- what was printed

static void tell_one(struct sl_loader *loader, struct sl_thread *thread,
                     struct sl_loader_entry *entry) {
  const char *at = entry->printed.bytes, *end = at + entry->printed.length;
  entry->told = true;
  while (at != end) {
    const char *position = at;
    size_t length;
    at += strlen(at) + 1;
    memcpy(&length, at, sizeof length);
    at += sizeof length;
    if (loader->options.print) loader->options.print(thread, position, at, length);
    at += length;
  }
  sl_text_free(&entry->printed);
}

// Tells what a module's loads have printed, in their order, then what it has.
static void tell(struct sl_loader *loader, struct sl_thread *thread,
                 struct sl_loader_entry *entry) {
  entry->walked_from = NULL;
  while (entry) {
    struct sl_loader_entry *load = NULL;
    if (!entry->told && entry->walked < entry->load_count) load = entry->loads[entry->walked++];
    if (load && load->walked == 0 && !load->told) {
      load->walked_from = entry;
      entry = load;
    } else if (!load) {
      if (!entry->told) tell_one(loader, thread, entry);
      entry = entry->walked_from;
    }
  }
}

// ---------------------------------------------------------------- forgetting

// Marks an entry and all that load it, which queue up by `next`.
static void mark_forgotten(struct sl_loader_entry *entry) {
  struct sl_loader_entry *last = entry;
  if (entry->forgotten) return;
  entry->forgotten = true;
  for (entry->next = NULL; entry; entry = entry->next) {
    for (size_t i = 0; i < entry->dependent_count; i++) {
      struct sl_loader_entry *dependent = entry->dependents[i];
      if (dependent->forgotten) continue;
      dependent->forgotten = true;
      dependent->next = NULL;
      last = last->next = dependent;
    }
  }
}

static void free_texts(struct sl_loader_entry *entry) {
  sl_error_free(&entry->error);
  sl_text_free(&entry->printed);
}

static void drop_forgotten_dependents(struct sl_loader_entry *entry) {
  size_t count = 0;
  for (size_t i = 0; i < entry->dependent_count; i++) {
    if (!entry->dependents[i]->forgotten) entry->dependents[count++] = entry->dependents[i];
  }
  entry->dependent_count = count;
}

static void drop_forgotten(struct sl_loader *loader) {
  for (size_t i = 0; i < loader->slot_count; i++) {
    for (struct sl_loader_entry **at = &loader->slots[i], *entry; (entry = *at) != NULL;) {
      if (entry->forgotten) {
        *at = entry->next_of_slot;
        loader->entry_count--;
        free_texts(entry);
      } else {
        drop_forgotten_dependents(entry);
        at = &entry->next_of_slot;
      }
    }
  }
}

// ---------------------------------------------------------------- externals

struct sl_loader *sl_loader_new(const struct sl_loader_options *options) {
  sl_heap_expect_threads();
  struct sl_loader *loader = sl_allocate_root(sizeof *loader);
  memset(loader, 0, sizeof *loader);
  loader->options = *options;
  if (!loader->options.environment) loader->options.environment = sl_universe();
  loader->monitor = sl_monitor_new();
  unsigned jobs = options->jobs ? options->jobs : sl_processor_count();
  loader->crew = sl_crew_new(jobs, work, loader);
  return loader;
}

void sl_loader_free(struct sl_loader *loader) {
  sl_monitor_enter(loader->monitor);
  loader->ending = true;
  sl_monitor_notify(loader->monitor);
  sl_monitor_leave(loader->monitor);
  sl_crew_join(loader->crew);
  sl_monitor_free(loader->monitor);
  for (size_t i = 0; i < loader->slot_count; i++) {
    for (struct sl_loader_entry *entry = loader->slots[i]; entry; entry = entry->next_of_slot)
      free_texts(entry);
  }
  sl_free_root(loader);
}

// Nothing is being done: sl_loader_load has returned.
void sl_loader_forget(struct sl_loader *loader, const char *name) {
  sl_monitor_enter(loader->monitor);
  for (size_t i = 0; i < loader->slot_count; i++) {
    for (struct sl_loader_entry *entry = loader->slots[i]; entry; entry = entry->next_of_slot) {
      if (name ? sl_string_is(entry->name, name) : entry->state != DONE) mark_forgotten(entry);
    }
  }
  drop_forgotten(loader);
  sl_monitor_leave(loader->monitor);
}

bool sl_loader_load(struct sl_loader *loader, struct sl_thread *thread, const char *const *names,
                    size_t count, struct sl_module **modules) {
  struct sl_loader_entry **wanted = sl_allocate((count + 1) * sizeof *wanted);
  sl_monitor_enter(loader->monitor);
  for (size_t i = 0; i < count; i++) wanted[i] = find(loader, sl_string_from(names[i]));
  sl_monitor_notify(loader->monitor);
  while (loader->first || loader->active > 0) sl_monitor_wait(loader->monitor);
  sl_monitor_leave(loader->monitor);
  bool loaded = true;
  for (size_t i = 0; i < count; i++) {
    tell(loader, thread, wanted[i]);
    modules[i] = wanted[i]->module;
    if (modules[i]) continue;
    // The first failure is the one that is told.
    loaded = false;
    fail_unfinished(thread, wanted[i]);
  }
  return loaded;
}
