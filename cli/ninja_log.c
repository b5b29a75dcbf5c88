// SPDX-License-Identifier: Apache-2.0
//
// Ninja_log: a table of the log's lines by output; of several for one output the last one counts, as
// for ninja.
#include "cli/ninja_log.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

struct entry {
  const char *output;  // in the text
  long start, end;     // milliseconds
  UT_hash_handle hh;
};

struct ninja_log {
  struct sl_text text;
  struct entry *entries;  // an array, in the order of the lines
  size_t count;
  struct entry *by_output;
};

// "START\tEND\tMTIME\tOUTPUT\tHASH": takes the line apart in place.
static bool parse_line(char *line, struct entry *entry) {
  char *at = line, *field[5];
  for (size_t i = 0; i < 5; i++) {
    field[i] = at;
    at += strcspn(at, "\t");
    if (i < 4 && *at != '\t') return false;
    *at++ = '\0';
  }
  *entry = (struct entry){
      .output = field[3], .start = strtol(field[0], NULL, 10), .end = strtol(field[1], NULL, 10)};
  return entry->start >= 0 && entry->end >= entry->start;
}

static void add_entry(struct ninja_log *log, struct entry *entry) {
  struct entry *before;
  HASH_FIND_STR(log->by_output, entry->output, before);
  if (before) HASH_DEL(log->by_output, before);
  HASH_ADD_KEYPTR(hh, log->by_output, entry->output, strlen(entry->output), entry);
}

// The formats from 5 to 7 differ in the hash only.
static bool is_known(const char *text) {
  static const char start[] = "# ninja log v";
  return strncmp(text, start, sizeof start - 1) == 0 && text[sizeof start - 1] >= '5' &&
         text[sizeof start - 1] <= '7' && text[sizeof start] == '\n';
}

static void parse(struct ninja_log *log) {
  size_t lines = 1;
  for (const char *at = log->text.bytes; (at = strchr(at, '\n')); at++) lines++;
  log->entries = calloc(lines, sizeof *log->entries);
  if (!log->entries) abort();
  for (char *line = log->text.bytes; *line;) {
    char *next = line + strcspn(line, "\n");
    bool last = !*next;
    *next = '\0';
    if (*line != '#' && parse_line(line, &log->entries[log->count]))
      add_entry(log, &log->entries[log->count++]);
    line = last ? next : next + 1;
  }
}

struct ninja_log *ninja_log_read(struct sl_thread *thread, const char *execution_root) {
  struct ninja_log *log = calloc(1, sizeof *log);
  if (!log) abort();
  char *path = bz_path_join(execution_root, ".ninja_log");
  bool read = bz_file_read_absolute(thread, path, &log->text);
  sl_error_clear(thread);
  free(path);
  if (read && is_known(sl_text_string(&log->text))) parse(log);
  return log;
}

double ninja_log_seconds(const struct ninja_log *log, const struct bz_action *action) {
  const struct entry *first = NULL;
  for (size_t i = 0; i < action->output_count; i++) {
    char *path = bz_lowered_path(action->outputs[i]);
    struct entry *entry;
    HASH_FIND_STR(log->by_output, path, entry);
    free(path);
    if (!first) first = entry;
    if (!entry || entry->start != first->start || entry->end != first->end) return -1;
  }
  return first ? (double)(first->end - first->start) / 1000 : -1;
}

void ninja_log_free(struct ninja_log *log) {
  HASH_CLEAR(hh, log->by_output);
  free(log->entries);
  sl_text_free(&log->text);
  free(log);
}
