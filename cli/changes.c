// SPDX-License-Identifier: Apache-2.0
//
// Changes: ninja runs an action when an input is newer than what its log says of the outputs. A
// source that is replaced by an older file, or edited while its action runs, is not. So the stamps
// of sources are kept beside the log, and an action whose stamp is another one now loses its lines
// in the log: ninja runs it until it has ended well, and its outputs stay what they are, so that
// those that it does not change are no reason for others to run. A log in a form that is not known
// is removed, after which ninja runs everything.
#include "cli/changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hash.h"

#define STAMPS_FILE ".stamps-of-starmypy"
#define LOG_FILE ".ninja_log"
#define RUNNING_FILE ".running-of-starmypy"  // there from a change to the end of a run

// An output of this graph, or of an earlier one.
struct output {
  char *path;        // as lowered
  uint64_t before;   // the stamp that its action had; 0: another output keeps it, or none does
  uint64_t now;      // the same in this graph
  bool is_known;     // an earlier run has listed it
  bool is_live;      // an action of this graph makes it
  bool is_outdated;  // its action must run
  UT_hash_handle hh;
};

struct changes {
  struct context *context;
  const struct checks *checks;
  struct output *outputs;
  bool removes;  // outputs that nothing makes any more
  bool any;      // an action must run
};

static struct output *find_output(struct changes *changes, const char *path, size_t length) {
  struct output *output;
  HASH_FIND(hh, changes->outputs, path, length, output);
  return output;
}

static struct output *add_output(struct changes *changes, char *path) {
  struct output *output = find_output(changes, path, strlen(path));
  if (output) {
    free(path);
    return output;
  }
  output = calloc(1, sizeof *output);
  if (!output) abort();
  output->path = path;
  HASH_ADD_KEYPTR(hh, changes->outputs, output->path, strlen(output->path), output);
  return output;
}

static void free_outputs(struct changes *changes) {
  struct output *output, *next;
  HASH_ITER(hh, changes->outputs, output, next) {
    HASH_DEL(changes->outputs, output);
    free(output->path);
    free(output);
  }
}

static char *path_of(const struct changes *changes, const char *name) {
  return bz_path_join(changes->checks->execution_root, name);
}

// The content of a file of the execution root, empty when there is none.
static void read_file(struct changes *changes, const char *name, struct sl_text *text) {
  char *path = path_of(changes, name);
  if (!bz_file_read_absolute(changes->context->thread, path, text)) sl_text_reset(text);
  sl_error_clear(changes->context->thread);
  free(path);
}

static bool write_file(struct changes *changes, const char *name, const struct sl_text *text) {
  char *path = path_of(changes, name);
  bool done = bz_file_write(changes->context->thread, path, sl_text_string(text), text->length);
  free(path);
  return done;
}

// ---------------------------------------------------------------- stamps

// Lines "STAMP PATH": the first output of an action with a process has its stamp, all others 0.
static void read_stamps(struct changes *changes, const char *text) {
  while (*text) {
    char *end;
    size_t length = strcspn(text, "\n");
    uint64_t stamp = strtoull(text, &end, 16);
    if (*end == ' ' && end < text + length) {
      char *path = strndup(end + 1, (size_t)(text + length - end - 1));
      struct output *output = add_output(changes, path);
      output->is_known = true;
      output->before = stamp;
    }
    text += length + (text[length] == '\n');
  }
}

static void add_action(struct changes *changes, const struct bz_action *action, uint64_t stamp) {
  bool outdated = false;
  for (size_t i = 0; i < action->output_count; i++) {
    struct output *output = add_output(changes, bz_lowered_path(action->outputs[i]));
    if (i == 0) {
      outdated = stamp != output->before;
      output->now = stamp;
    }
    output->is_live = true;
    output->is_outdated = outdated;
  }
  changes->any |= outdated;
}

static void add_actions(struct changes *changes) {
  const struct bz_graph *closure = changes->checks->closure;
  uint64_t *stamps = calloc(closure->count + 1, sizeof *stamps);
  if (!stamps) abort();
  bz_lowered_stamps(closure, stamps);
  for (size_t i = 0; i < closure->count; i++) add_action(changes, closure->actions[i], stamps[i]);
  free(stamps);
}

static bool is_dead(const struct changes *changes, const struct output *output) {
  return changes->removes && output->is_known && !output->is_live;
}

// A stamp that is not settled is not kept: its action runs again next time.
static void format_stamps(const struct changes *changes, struct sl_text *text) {
  for (const struct output *output = changes->outputs; output; output = output->hh.next) {
    uint64_t stamp = output->is_live ? output->now : output->before;
    if (stamp == BZ_STAMP_UNSETTLED) stamp = 0;
    if (!is_dead(changes, output)) sl_text_format(text, "%" PRIx64 " %s\n", stamp, output->path);
  }
}

static int compare_outputs(const struct output *a, const struct output *b) {
  return strcmp(a->path, b->path);
}

// ---------------------------------------------------------------- the log

// The output that a line of the log is about: the fourth of five fields. False: it is no such line.
static bool find_path(const char *line, size_t length, const char **path, size_t *path_length) {
  const char *end = line + length, *at = line;
  for (int tabs = 0; tabs < 3; tabs++) {
    at = memchr(at, '\t', (size_t)(end - at));
    if (!at++) return false;
  }
  const char *last = memchr(at, '\t', (size_t)(end - at));
  *path = at;
  *path_length = last ? (size_t)(last - at) : 0;
  return last != NULL;
}

// Copies the log without the lines of outputs that are outdated or dead, and without those that make
// no sense, as whoever wrote them was killed. False: it is not in a form that is known.
static bool filter_log(struct changes *changes, const char *log, struct sl_text *kept) {
  static const char head[] = "# ninja log v";
  if (strncmp(log, head, strlen(head)) != 0) return false;
  while (*log) {
    size_t length = strcspn(log, "\n"), path_length = 0;
    const char *path = "";
    if (!log[length]) break;
    bool good = *log == '#' || find_path(log, length, &path, &path_length);
    const struct output *output = find_output(changes, path, path_length);
    if (good && !(output && (output->is_outdated || is_dead(changes, output))))
      sl_text_append(kept, log, length + 1);
    log += length + 1;
  }
  return true;
}

static bool settle_log(struct changes *changes) {
  struct sl_text log = {0}, kept = {0};
  read_file(changes, LOG_FILE, &log);
  bool done = true;
  if (log.length == 0) {
    // Nothing has run.
  } else if (filter_log(changes, sl_text_string(&log), &kept)) {
    if (kept.length != log.length) done = write_file(changes, LOG_FILE, &kept);
  } else {
    char *path = path_of(changes, LOG_FILE);
    unlink(path);
    free(path);
  }
  sl_text_free(&log);
  sl_text_free(&kept);
  return done;
}

static bool remove_dead(struct changes *changes) {
  bool done = true;
  for (const struct output *output = changes->outputs; done && output; output = output->hh.next)
    if (is_dead(changes, output))
      done = bz_lowered_remove(changes->context->thread, changes->checks->execution_root,
                               output->path);
  return done;
}

// ---------------------------------------------------------------- all of it

// The log first, the list last: what is stopped between the two is done again.
static bool settle(struct changes *changes) {
  struct sl_text before = {0}, after = {0}, running = {0};
  read_file(changes, STAMPS_FILE, &before);
  read_stamps(changes, sl_text_string(&before));
  add_actions(changes);
  HASH_SORT(changes->outputs, compare_outputs);
  format_stamps(changes, &after);
  bool same = strcmp(sl_text_string(&before), sl_text_string(&after)) == 0;
  bool done = (same && !changes->any) ||
              (write_file(changes, RUNNING_FILE, &running) && settle_log(changes) &&
               remove_dead(changes) && (same || write_file(changes, STAMPS_FILE, &after)));
  sl_text_free(&before);
  sl_text_free(&after);
  return done;
}

bool changes_settle(struct context *context, const struct checks *checks, bool everything,
                    bool *any) {
  struct changes changes = {.context = context, .checks = checks, .removes = everything};
  bool done = settle(&changes);
  if (!done) context_tell_error(context);
  char *running = path_of(&changes, RUNNING_FILE);
  *any = access(running, F_OK) == 0;
  free(running);
  free_outputs(&changes);
  return done;
}

void changes_done(const struct checks *checks) {
  char *running = bz_path_join(checks->execution_root, RUNNING_FILE);
  unlink(running);
  free(running);
}
