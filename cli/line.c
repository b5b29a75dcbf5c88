// SPDX-License-Identifier: Apache-2.0
//
// Line: the only file that knows libedit. Invariant: without a terminal libedit is never asked, and
// nothing is written.
#include "cli/line.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum { HISTORY_ENTRIES = 10000 };

struct bz_lines {
  EditLine *editor;  // NULL: no terminal
  History *history;
  char *history_path;
  const char *prompt;
  bz_line_complete complete;
  void *data;
  sigset_t signals;  // held back outside of waits
  bool interrupted;  // a wait was, since the line began
};

// ---------------------------------------------------------------- completion

// Words that may follow, one a line, and how much they have in common.
struct words {
  struct sl_text all;
  struct sl_text common;
  size_t count;
};

static void add_word(void *list, const char *word, size_t length) {
  struct words *words = list;
  if (words->count++ == 0) {
    sl_text_append(&words->common, word, length);
  } else {
    size_t same = 0, most = words->common.length < length ? words->common.length : length;
    while (same < most && words->common.bytes[same] == word[same]) same++;
    words->common.bytes[words->common.length = same] = '\0';
  }
  sl_text_append(&words->all, word, length);
  sl_text_append_char(&words->all, '\n');
}

static int compare_words(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

// Shows them in order, in lines of at most 80 columns.
static void list_words(struct words *words) {
  char **sorted = calloc(words->count, sizeof *sorted);
  if (!sorted) abort();
  char *rest = words->all.bytes;
  for (size_t i = 0; i < words->count; i++) sorted[i] = strsep(&rest, "\n");
  qsort(sorted, words->count, sizeof *sorted, compare_words);
  size_t column = 80;
  for (size_t i = 0; i < words->count; i++) {
    size_t length = strlen(sorted[i]);
    column = column + length + 2 > 80 ? 0 : column;
    printf("%s%s", column == 0 ? "\n" : "  ", sorted[i]);
    column += length + 2;
  }
  putchar('\n');
  free(sorted);
}

static unsigned char complete_line(EditLine *editor, int character) {
  (void)character;
  struct bz_lines *lines;
  el_get(editor, EL_CLIENTDATA, &lines);
  const LineInfo *line = el_line(editor);
  struct words words = {0};
  size_t typed = 0;
  lines->complete(lines->data, line->buffer, (size_t)(line->cursor - line->buffer), &typed,
                  add_word, &words);
  unsigned char outcome = CC_ERROR;
  if (words.count > 0 && words.common.length > typed) {
    outcome = el_insertstr(editor, words.common.bytes + typed) == 0 ? CC_REFRESH : CC_ERROR;
  } else if (words.count > 1) {
    list_words(&words);
    outcome = CC_REDISPLAY;
  }
  sl_text_free(&words.all);
  sl_text_free(&words.common);
  return outcome;
}

// ---------------------------------------------------------------- waiting

// Reads a character as libedit would, but lets an interrupt come only while it waits: one that came
// just before would be lost otherwise.
static int read_character(EditLine *editor, wchar_t *character) {
  struct bz_lines *lines;
  el_get(editor, EL_CLIENTDATA, &lines);
  mbstate_t state = {0};
  for (size_t used = (size_t)-2; used > 1;) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (ppoll(&input, 1, NULL, &lines->signals) < 0) {
      lines->interrupted = errno == EINTR;
      return -1;
    }
    char byte;
    ssize_t count = read(STDIN_FILENO, &byte, 1);
    if (count <= 0) return (int)count;
    used = mbrtowc(character, &byte, 1, &state);
    if (used == (size_t)-1) state = (mbstate_t){0};
  }
  return 1;
}

// Text is UTF-8, also where nothing says so.
static void choose_encoding(void) {
  setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1) setlocale(LC_CTYPE, "C.UTF-8");
}

// ---------------------------------------------------------------- opening

static const char *prompt_of(EditLine *editor) {
  struct bz_lines *lines;
  el_get(editor, EL_CLIENTDATA, &lines);
  return lines->prompt;
}

static void open_editor(struct bz_lines *lines) {
  HistEvent event;
  choose_encoding();
  lines->editor = el_init("starmypy", stdin, stdout, stderr);
  lines->history = history_init();
  if (!lines->editor || !lines->history) return;
  history(lines->history, &event, H_SETSIZE, HISTORY_ENTRIES);
  history(lines->history, &event, H_SETUNIQUE, 1);
  if (lines->history_path) history(lines->history, &event, H_LOAD, lines->history_path);
  el_set(lines->editor, EL_CLIENTDATA, lines);
  el_set(lines->editor, EL_GETCFN, read_character);
  el_set(lines->editor, EL_PROMPT, prompt_of);
  el_set(lines->editor, EL_EDITOR, "emacs");
  el_set(lines->editor, EL_HIST, history, lines->history);
  el_set(lines->editor, EL_ADDFN, "starlark-complete", "Complete a name", complete_line);
  el_set(lines->editor, EL_BIND, "^I", "starlark-complete", NULL);
  el_set(lines->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
  // ~/.editrc has the last word.
  el_source(lines->editor, NULL);
}

struct bz_lines *bz_lines_open(const char *path, bz_line_complete complete, void *data) {
  struct bz_lines *lines = calloc(1, sizeof *lines);
  if (!lines) abort();
  lines->complete = complete;
  lines->data = data;
  if (!isatty(STDIN_FILENO)) return lines;
  lines->history_path = path ? strdup(path) : NULL;
  open_editor(lines);
  return lines;
}

void bz_lines_close(struct bz_lines *lines) {
  HistEvent event;
  if (lines->history && lines->history_path)
    history(lines->history, &event, H_SAVE, lines->history_path);
  if (lines->history) history_end(lines->history);
  if (lines->editor) el_end(lines->editor);
  free(lines->history_path);
  free(lines);
}

bool bz_lines_are_typed(const struct bz_lines *lines) { return lines->editor != NULL; }

// ---------------------------------------------------------------- reading

static enum bz_line_outcome read_typed(struct bz_lines *lines, struct sl_text *line) {
  int length = 0;
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  sigprocmask(SIG_BLOCK, &interrupt, &lines->signals);
  lines->interrupted = false;
  const char *text = el_gets(lines->editor, &length);
  sigprocmask(SIG_SETMASK, &lines->signals, NULL);
  if (lines->interrupted) {
    el_reset(lines->editor);
    fputc('\n', stdout);
    return BZ_LINE_INTERRUPTED;
  }
  if (!text || length < 0) return BZ_LINE_END;
  sl_text_append(line, text, (size_t)length);
  return BZ_LINE_READ;
}

static enum bz_line_outcome read_piped(struct sl_text *line) {
  char *text = NULL;
  size_t size = 0;
  errno = 0;
  ssize_t length = getline(&text, &size, stdin);
  if (length >= 0) sl_text_append(line, text, (size_t)length);
  free(text);
  if (length >= 0) return BZ_LINE_READ;
  return errno == EINTR ? BZ_LINE_INTERRUPTED : BZ_LINE_END;
}

enum bz_line_outcome bz_lines_read(struct bz_lines *lines, const char *prompt,
                                   struct sl_text *line) {
  sl_text_reset(line);
  lines->prompt = prompt;
  enum bz_line_outcome outcome = lines->editor ? read_typed(lines, line) : read_piped(line);
  if (line->length > 0 && line->bytes[line->length - 1] == '\n') line->bytes[--line->length] = '\0';
  return outcome;
}

void bz_lines_remember(struct bz_lines *lines, const char *entry) {
  HistEvent event;
  if (lines->history) history(lines->history, &event, H_ENTER, entry);
}
