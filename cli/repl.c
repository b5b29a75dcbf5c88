// SPDX-License-Identifier: Apache-2.0
//
// Repl: `starmypy repl`: a dialogue. Each piece, a statement or an expression, is run as the continuation of one
// module. Invariant: whatever a piece does, the session goes on; an interrupt ends the piece only.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/evaluation.h"
#include "cli/line.h"

static const char synopsis[] = "[--dialect=NAME]";
static const char doc[] =
    "Evaluates what is typed, line by line.\n\n"
    "A statement that opens a block goes on until an empty line. The value of an expression is "
    "shown, and is `_`\n"
    "from then on. load(\"x.star\", \"f\") reads files of the working directory, anew each time.\n"
    "Tab completes names and attributes, Ctrl-C interrupts, Ctrl-D ends. The history is kept in\n"
    "$XDG_STATE_HOME/starmypy/history (~/.local/state/starmypy/history). When the standard input "
    "is no terminal,\n"
    "nothing is prompted, and the exit status tells whether the last piece failed.";

struct session {
  struct bz_evaluation evaluation;
  struct sl_dialect dialect;
  struct sl_module *module;
  sl_value last;  // `_`; NULL: nothing yet
  struct bz_lines *lines;
  struct sl_text piece;  // what is being entered
  struct sl_text line;   // the newest line
  bool line_is_left;     // ... which belongs to the next piece
  bool failed;           // the last piece did
};

// ---------------------------------------------------------------- interrupts

// The thread that is running a piece, or NULL: then a line is being read.
static struct sl_thread *volatile running;

static void interrupt(int number) {
  (void)number;
  if (running) sl_thread_cancel(running, "interrupted");
}

// Reading is to end as well, so it does not begin anew.
static void catch_interrupts(void) {
  struct sigaction action = {.sa_handler = interrupt};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

// ---------------------------------------------------------------- where a piece ends

// How a text stands at its end.
struct state {
  int brackets;    // open ones
  char quote;      // of the string that is open, or 0
  bool triple;     // ... its quotes being three
  bool continued;  // the last line ends with a backslash
  bool opens;      // the last line ends with a colon
};

static size_t scan_quote(struct state *state, const char *at, size_t left) {
  bool three = left >= 3 && at[1] == at[0] && at[2] == at[0];
  if (!state->quote) {
    state->quote = *at;
    state->triple = three;
    return three ? 3 : 1;
  }
  if (*at != state->quote || (state->triple && !three)) return 1;
  state->quote = 0;
  return state->triple ? 3 : 1;
}

static void scan_plain(struct state *state, char c) {
  if (strchr("([{", c)) state->brackets++;
  if (strchr(")]}", c) && state->brackets > 0) state->brackets--;
  if (c != ' ' && c != '\t' && c != '\r') state->opens = c == ':';
}

// Adds a line, without its newline.
static void scan_line(struct state *state, const char *line, size_t length) {
  state->continued = false;
  if (!state->triple) state->quote = 0;  // such a string ends with its line, or is an error
  for (size_t i = 0; i < length;) {
    char c = line[i];
    if (c == '\\') {
      state->continued = i + 1 == length;
      i += 2;
    } else if (c == '"' || c == '\'') {
      i += scan_quote(state, line + i, length - i);
      state->opens = false;
    } else if (!state->quote && c == '#') {
      break;
    } else {
      if (!state->quote) scan_plain(state, c);
      i++;
    }
  }
  if (!state->quote) state->triple = false;
}

static bool is_inside(const struct state *state) {
  return state->brackets > 0 || state->triple || state->continued;
}

static bool is_blank(const struct sl_text *line) {
  return strspn(sl_text_string(line), " \t\r") == line->length;
}

static bool begins_with(const char *line, const char *word) {
  size_t length = strlen(word);
  return strncmp(line, word, length) == 0 && strchr(" \t:(", line[length]);
}

// Whether a line belongs to the block above it.
static bool goes_on(const char *line) {
  return *line == ' ' || *line == '\t' || *line == '#' || begins_with(line, "else") ||
         begins_with(line, "elif");
}

static enum bz_line_outcome next_line(struct session *session) {
  if (session->line_is_left) {
    session->line_is_left = false;
    return BZ_LINE_READ;
  }
  return bz_lines_read(session->lines, session->piece.length ? "... " : ">>> ", &session->line);
}

// Reads a piece: a line, the lines that its brackets and strings need, or a block.
static enum bz_line_outcome read_piece(struct session *session) {
  struct state state = {0};
  bool block = false;
  sl_text_reset(&session->piece);
  for (;;) {
    bool inside = is_inside(&state);
    enum bz_line_outcome outcome = next_line(session);
    if (outcome == BZ_LINE_END && session->piece.length > 0) return BZ_LINE_READ;
    if (outcome != BZ_LINE_READ) return outcome;
    bool blank = is_blank(&session->line);
    if (!inside && blank && (block || session->piece.length == 0)) {
      // Between the lines of a file an empty one ends nothing.
      if (session->piece.length == 0 || !bz_lines_are_typed(session->lines)) continue;
      return BZ_LINE_READ;
    }
    if (!inside && block && !goes_on(sl_text_string(&session->line))) {
      session->line_is_left = true;
      return BZ_LINE_READ;
    }
    scan_line(&state, sl_text_string(&session->line), session->line.length);
    sl_text_append(&session->piece, sl_text_string(&session->line), session->line.length);
    sl_text_append_char(&session->piece, '\n');
    block = block || (state.opens && !is_inside(&state));
    if (!block && !is_inside(&state)) return BZ_LINE_READ;
  }
}

// ---------------------------------------------------------------- running

static void show(struct session *session, sl_value value) {
  struct sl_text text = {0};
  if (value == SL_NONE) return;
  session->last = value;
  if (sl_repr(session->evaluation.thread, value, &text)) {
    bz_evaluation_print(NULL, "", sl_text_string(&text), text.length);
  } else {
    session->failed = true;
    fprintf(stderr, "%s\n", sl_error_text(session->evaluation.thread));
  }
  sl_text_free(&text);
}

static const struct sl_environment *environment_of(const struct session *session) {
  const struct sl_environment *universe = session->evaluation.environment;
  if (!session->last) return universe;
  struct sl_environment *environment = sl_environment_new(universe);
  sl_environment_set(environment, "_", session->last);
  return environment;
}

static void run_piece(struct session *session) {
  struct sl_thread *thread = session->evaluation.thread;
  struct sl_file *file =
      bz_evaluation_parse(&session->dialect, sl_module_name(session->module),
                          sl_text_string(&session->piece), session->piece.length);
  bz_evaluation_forget(&session->evaluation);  // files may have been edited since
  running = thread;
  session->failed = !sl_module_continue(thread, session->module, file, environment_of(session));
  if (!session->failed) show(session, sl_module_result(session->module));
  running = NULL;
  fflush(stdout);
  if (sl_error_pending(thread)) fprintf(stderr, "%s\n", sl_error_text_with_carets(thread));
  sl_error_clear(thread);
  sl_thread_cancel(thread, NULL);
  sl_file_free(file);
}

// ---------------------------------------------------------------- completion

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// What is offered, if it begins with what was typed.
struct offers {
  const char *typed;
  size_t length;
  void (*offer)(void *list, const char *word, size_t length);
  void *list;
};

static void offer_name(void *data, const char *name, size_t length) {
  const struct offers *offers = data;
  if (length < offers->length || strncmp(name, offers->typed, offers->length) != 0) return;
  offers->offer(offers->list, name, length);
}

static void offer_globals(const struct session *session, struct offers *offers) {
  const char *name;
  sl_value value;
  for (size_t i = 0; sl_module_global(session->module, i, &name, &value, NULL); i++) {
    if (value) offer_name(offers, name, strlen(name));
  }
}

static void offer_keywords(struct offers *offers) {
  static const char *const words[] = {"and",  "break", "continue", "def",  "elif",
                                      "else", "for",   "if",       "in",   "lambda",
                                      "load", "not",   "or",       "pass", "return"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    offer_name(offers, words[i], strlen(words[i]));
}

static void offer_attributes(struct session *session, sl_value value, struct offers *offers) {
  sl_value names = sl_attribute_names(session->evaluation.thread, value);
  for (size_t i = 0; names && i < sl_list_length(names); i++) {
    sl_value name = sl_list_get(names, i);
    offer_name(offers, sl_string_bytes(name), sl_string_length(name));
  }
}

static sl_value find_global(const struct session *session, const char *wanted, size_t length) {
  const char *name;
  sl_value value;
  for (size_t i = 0; sl_module_global(session->module, i, &name, &value, NULL); i++) {
    if (value && strlen(name) == length && memcmp(name, wanted, length) == 0) return value;
  }
  char copy[64];
  if (length >= sizeof copy) return NULL;
  snprintf(copy, sizeof copy, "%.*s", (int)length, wanted);
  return sl_environment_get(session->evaluation.environment, copy);
}

// The value of `a.b.c.`, names only: nothing is called for a completion. NULL: it is not known.
static sl_value value_before(struct session *session, const char *text, size_t length) {
  size_t start = length;
  while (start > 0 && (is_word(text[start - 1]) || text[start - 1] == '.')) start--;
  sl_value value = NULL;
  for (size_t i = start; i < length; i++) {
    size_t end = i;
    while (end < length && text[end] != '.') end++;
    char name[64];
    if (i == start) {
      value = find_global(session, text + i, end - i);
    } else {
      if (end - i >= sizeof name) return NULL;
      snprintf(name, sizeof name, "%.*s", (int)(end - i), text + i);
      sl_value found = NULL;
      if (sl_attribute_find(session->evaluation.thread, value, name, &found) != 1) return NULL;
      value = found;
    }
    if (!value) return NULL;
    i = end;
  }
  return value;
}

static void complete(void *data, const char *text, size_t length, size_t *typed,
                     void (*offer)(void *list, const char *word, size_t word_length), void *list) {
  struct session *session = data;
  size_t start = length;
  while (start > 0 && is_word(text[start - 1])) start--;
  *typed = length - start;
  struct offers offers = {text + start, *typed, offer, list};
  if (start > 0 && text[start - 1] == '.') {
    sl_value value = value_before(session, text, start);
    if (value) offer_attributes(session, value, &offers);
  } else {
    offer_globals(session, &offers);
    sl_environment_each(session->evaluation.environment, offer_name, &offers);
    offer_keywords(&offers);
  }
  sl_error_clear(session->evaluation.thread);
}

// ---------------------------------------------------------------- the command

// Appends /NAME, and makes that directory. False: it is not there.
static bool enter_directory(struct sl_text *path, const char *name) {
  sl_text_format(path, "/%s", name);
  return mkdir(sl_text_string(path), 0700) == 0 || errno == EEXIST;
}

// The file that keeps the history; false: there is no place for it.
static bool find_history(struct sl_text *path) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  bool found = true;
  if (state && *state) {
    sl_text_append_string(path, state);
    found = mkdir(state, 0700) == 0 || errno == EEXIST;
  } else if (home) {
    sl_text_append_string(path, home);
    found = enter_directory(path, ".local") && enter_directory(path, "state");
  }
  if (!found || path->length == 0 || !enter_directory(path, "starmypy")) return false;
  sl_text_append_string(path, "/history");
  return true;
}

static void begin(struct session *session) {
  struct sl_text history = {0};
  bool kept = find_history(&history);
  bz_evaluation_begin(&session->evaluation);
  session->module = sl_module_begin("<repl>", &session->evaluation);
  session->lines = bz_lines_open(kept ? sl_text_string(&history) : NULL, complete, session);
  sl_text_free(&history);
  catch_interrupts();
  if (bz_lines_are_typed(session->lines))
    printf("starmypy %s. Ctrl-D ends, Tab completes, `_` is the last value.\n", sl_version());
}

// `asked`: the dialect was asked for, so that loaded files are in it, too.
static int repl(const struct sl_dialect *base, bool asked) {
  struct session session = {.dialect = *base};
  // In a dialogue names are bound again, and statements stand alone.
  session.dialect.top_level_control = session.dialect.global_reassignment = true;
  session.dialect.load_binds_globally = true;
  session.dialect.loads_first = false;
  session.evaluation = (struct bz_evaluation){
      .thread = sl_thread_new(),
      .environment = sl_universe_of(&session.dialect),
      .dialect = asked ? base : NULL,
  };
  begin(&session);
  enum bz_line_outcome outcome;
  while ((outcome = read_piece(&session)) != BZ_LINE_END) {
    if (outcome == BZ_LINE_INTERRUPTED) continue;
    bz_lines_remember(session.lines, sl_text_string(&session.piece));
    run_piece(&session);
  }
  bool typed = bz_lines_are_typed(session.lines);
  if (typed) putchar('\n');
  bz_lines_close(session.lines);
  sl_text_free(&session.piece);
  sl_text_free(&session.line);
  sl_thread_free(session.evaluation.thread);
  return !typed && session.failed ? BZ_EXIT_FAILURE : BZ_EXIT_SUCCESS;
}

static int repl_run(int argc, char **argv) {
  static const char option[] = "--dialect=";
  if (bz_command_told_help(synopsis, doc, argc, argv)) return BZ_EXIT_SUCCESS;
  const struct sl_dialect *dialect = &sl_dialect_bzl;
  bool known = argc <= 2;
  if (argc == 2 && strncmp(argv[1], option, strlen(option)) == 0) {
    dialect = sl_dialect_named(argv[1] + strlen(option));
  } else {
    known = argc == 1;
  }
  if (known && dialect) return repl(dialect, argc == 2);
  fprintf(stderr, "Usage: starmypy repl %s\n", synopsis);
  return BZ_EXIT_COMMAND_LINE;
}

const struct bz_command bz_repl_command = {synopsis, doc, repl_run};
