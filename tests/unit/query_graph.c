// SPDX-License-Identifier: Apache-2.0
//
// Queries through the door of libstarmypy, over random graphs with cycles: walks, paths and ranks against plain
// definitions of them; and queries of random words, which must end in an answer or in an error.
#include <stdlib.h>
#include <unistd.h>

#include "rules/bazel.h"
#include "tests/unit/check.h"

enum { COUNT = 24, TRIALS = 150, SOUPS = 4000 };

// The graph: who depends on whom directly, and along any number of edges (itself included).
static bool edge[COUNT][COUNT], reaches[COUNT][COUNT];
static struct sl_thread *thread;
static struct bz_session *session;

typedef bool members[COUNT];

// ---------------------------------------------------------------- the workspace

static void write_file(const char *directory, const char *name, const struct sl_text *text) {
  char *path = bz_path_join(directory, name);
  check(bz_file_write(thread, path, sl_text_string(text), text->length));
  free(path);
}

static void make_graph(void) {
  for (int i = 0; i < COUNT; i++)
    for (int j = 0; j < COUNT; j++) {
      edge[i][j] = i != j && check_random() % 12 == 0;
      reaches[i][j] = i == j || edge[i][j];
    }
  for (int k = 0; k < COUNT; k++)
    for (int i = 0; i < COUNT; i++)
      for (int j = 0; j < COUNT; j++) reaches[i][j] |= reaches[i][k] && reaches[k][j];
}

static void write_workspace(const char *directory) {
  struct sl_text text = {0};
  write_file(directory, "MODULE.bazel", &text);
  for (int i = 0; i < COUNT; i++) {
    sl_text_format(&text, "filegroup(name = 'n%02d', srcs = [", i);
    for (int j = 0; j < COUNT; j++)
      if (edge[i][j]) sl_text_format(&text, "':n%02d', ", j);
    sl_text_append_string(&text, "])\n");
  }
  write_file(directory, "BUILD", &text);
  sl_text_free(&text);
}

static void remove_workspace(const char *directory) {
  static const char *const names[] = {"MODULE.bazel", "BUILD"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *path = bz_path_join(directory, names[i]);
    unlink(path);
    free(path);
  }
  rmdir(directory);
}

// ---------------------------------------------------------------- asking

static void ignore_event(void *data, enum bz_event_kind kind, const char *position,
                         const char *text) {
  (void)data, (void)kind, (void)position, (void)text;
}

static bool ask(const char *text, const char *output, struct sl_text *out, int *status) {
  struct bz_query *query = bz_query_parse(thread, text, BZ_QUERY_TARGETS);
  *status = 2;
  if (!query) return false;
  struct bz_query_options options;
  bz_query_options_initialize(&options, session->loader);
  options.output = output;
  return bz_query_run(thread, query, &options, out, status);
}

// The members that a query gives, and their numbers: its lines are "NUMBER //:nXX" or "//:nXX".
static void ask_members(const char *text, const char *output, members found, int *numbers) {
  struct sl_text out = {0};
  int status;
  memset(found, 0, sizeof(members));
  check(ask(text, output, &out, &status) && status == 0);
  for (const char *line = sl_text_string(&out); *line; line += strcspn(line, "\n") + 1) {
    const char *label = strstr(line, "//:n");
    int member = atoi(label + 4);
    found[member] = true;
    if (numbers) numbers[member] = atoi(line);
  }
  sl_text_free(&out);
}

static void expect(const char *text, const members want) {
  members got;
  ask_members(text, "label", got, NULL);
  if (memcmp(got, want, sizeof got) == 0) return;
  check_failures++;
  fprintf(stderr, "wrong members: %s\n", text);
}

// A random set as the query writes it.
static void random_set(members set, struct sl_text *text) {
  sl_text_reset(text);
  sl_text_append_string(text, "set(");
  for (int i = 0; i < COUNT; i++) {
    set[i] = check_random() % 8 == 0;
    if (set[i]) sl_text_format(text, " :n%02d", i);
  }
  sl_text_append_char(text, ')');
}

// ---------------------------------------------------------------- definitions

static void closure_of(const members from, int depth, members out) {
  members next;
  memcpy(out, from, sizeof(members));
  for (int step = 0; depth < 0 ? step < COUNT : step < depth; step++) {
    memcpy(next, out, sizeof next);
    for (int i = 0; i < COUNT; i++)
      for (int j = 0; j < COUNT; j++) next[j] |= out[i] && edge[i][j];
    memcpy(out, next, sizeof next);
  }
}

// The members of `among` from which one of `to` in it is reached along at most `depth` edges.
static void reverse_of(const members among, const members to, int depth, members out) {
  members next;
  for (int i = 0; i < COUNT; i++) out[i] = among[i] && to[i];
  for (int step = 0; depth < 0 ? step < COUNT : step < depth; step++) {
    memcpy(next, out, sizeof next);
    for (int i = 0; i < COUNT; i++)
      for (int j = 0; j < COUNT; j++) next[i] |= among[i] && edge[i][j] && out[j];
    memcpy(out, next, sizeof next);
  }
}

static bool is_cyclic(int i, int j) { return reaches[i][j] && reaches[j][i]; }

// The rank of each member of a closed set; cycles count as one. Relaxed until nothing changes.
static void ranks_of(const members set, bool greatest, int *ranks) {
  for (int i = 0; i < COUNT; i++) {
    bool has_predecessor = false;
    for (int j = 0; j < COUNT; j++)
      has_predecessor |= set[i] && set[j] && reaches[j][i] && !is_cyclic(i, j);
    ranks[i] = has_predecessor ? (greatest ? -1 : COUNT + 1) : 0;
  }
  for (int round = 0; round < COUNT; round++)
    for (int i = 0; i < COUNT; i++)
      for (int j = 0; j < COUNT; j++) {
        if (!set[i] || !set[j] || !edge[i][j] || is_cyclic(i, j) || ranks[i] < 0 ||
            ranks[i] > COUNT)
          continue;
        bool better = greatest ? ranks[i] + 1 > ranks[j] : ranks[i] + 1 < ranks[j];
        for (int k = 0; better && k < COUNT; k++)
          if (is_cyclic(j, k)) ranks[k] = ranks[i] + 1;
      }
}

// ---------------------------------------------------------------- tests

static void test_walks(const char *a, const members from, const char *b, const members to) {
  int depth = (int)(check_random() % 4);
  members closure, want;
  struct sl_text text = {0};
  closure_of(from, -1, closure);
  sl_text_format(&text, "deps(%s)", a);
  expect(sl_text_string(&text), closure);
  sl_text_reset(&text);
  sl_text_format(&text, "deps(%s, %d)", a, depth);
  closure_of(from, depth, want);
  expect(sl_text_string(&text), want);
  sl_text_reset(&text);
  sl_text_format(&text, "rdeps(%s, %s, %d)", a, b, depth);
  reverse_of(closure, to, depth, want);
  expect(sl_text_string(&text), want);
  sl_text_reset(&text);
  sl_text_format(&text, "allpaths(%s, %s)", a, b);
  reverse_of(closure, to, -1, want);
  expect(sl_text_string(&text), want);
  sl_text_free(&text);
}

// A path's lines follow edges from the first set to the second.
static void test_path(const char *a, const members from, const char *b, const members to) {
  struct sl_text text = {0}, out = {0};
  members closure;
  int status, last = -1;
  bool exists = false;
  closure_of(from, -1, closure);
  for (int i = 0; i < COUNT; i++) exists |= closure[i] && to[i];
  sl_text_format(&text, "somepath(%s, %s)", a, b);
  check(ask(sl_text_string(&text), "label", &out, &status));
  check(exists == (out.length > 0));
  members seen = {false};
  for (const char *line = sl_text_string(&out); *line; line += strcspn(line, "\n") + 1) {
    int member = atoi(line + 4);
    check(last < 0 ? from[member] : edge[last][member]);
    check(!seen[member]);
    seen[last = member] = true;
  }
  bool arrives = false;
  for (int i = 0; i < COUNT; i++) arrives |= seen[i] && to[i];
  check(arrives == exists);
  sl_text_free(&text);
  sl_text_free(&out);
}

static void test_ranks(const char *a, const members from, bool greatest) {
  members closure, found;
  int want[COUNT], got[COUNT];
  struct sl_text text = {0};
  sl_text_format(&text, "deps(%s)", a);
  closure_of(from, -1, closure);
  ask_members(sl_text_string(&text), greatest ? "maxrank" : "minrank", found, got);
  ranks_of(closure, greatest, want);
  check(memcmp(found, closure, sizeof found) == 0);
  for (int i = 0; i < COUNT; i++) check(!found[i] || got[i] == want[i]);
  sl_text_free(&text);
}

static void test_operators(const char *a, const members x, const char *b, const members y) {
  members want[3];
  static const char *const operators[] = {"+", "-", "^"};
  for (int i = 0; i < COUNT; i++) {
    want[0][i] = x[i] || y[i];
    want[1][i] = x[i] && !y[i];
    want[2][i] = x[i] && y[i];
  }
  for (int i = 0; i < 3; i++) {
    struct sl_text text = {0};
    sl_text_format(&text, "let a = %s in let b = %s in $a %s $b", a, b, operators[i]);
    expect(sl_text_string(&text), want[i]);
    sl_text_free(&text);
  }
}

static void test_random_words(void) {
  static const char *const words[] = {
      "//:n01",   ":n02",       "//...",     "//:*",   "deps",     "rdeps",
      "allpaths", "somepath",   "kind",      "filter", "attr",     "labels",
      "tests",    "buildfiles", "siblings",  "some",   "visible",  "same_pkg_direct_rdeps",
      "(",        ")",          "(",         ")",      ",",        "+",
      "-",        "^",          "=",         "let",    "in",       "set",
      "union",    "except",     "intersect", "x",      "$x",       "1",
      "-1",       "'rule'",     "\"",        "srcs",   "@x",       "//nope:x",
      "n0.",      "[",          "*",         "\\",     "//:n01 +", "deps(",
      "set("};
  struct sl_text text = {0}, out = {0};
  for (int i = 0; i < SOUPS; i++) {
    sl_text_reset(&text);
    sl_text_reset(&out);
    for (uint64_t n = check_random() % 12; n > 0; n--)
      sl_text_format(&text, "%s%s", words[check_random() % (sizeof words / sizeof *words)],
                     check_random() % 4 ? " " : "");
    int status;
    bool answered = ask(sl_text_string(&text), "label", &out, &status);
    check(answered ? status == 0 : sl_error_pending(thread) && (status == 2 || status == 7));
    sl_error_clear(thread);
  }
  sl_text_free(&text);
  sl_text_free(&out);
}

static void test_graph(void) {
  struct sl_text a = {0}, b = {0};
  for (int i = 0; i < TRIALS; i++) {
    members from, to;
    random_set(from, &a);
    random_set(to, &b);
    const char *x = sl_text_string(&a), *y = sl_text_string(&b);
    test_walks(x, from, y, to);
    test_path(x, from, y, to);
    test_ranks(x, from, false);
    test_ranks(x, from, true);
    test_operators(x, from, y, to);
  }
  sl_text_free(&a);
  sl_text_free(&b);
}

int main(void) {
  sl_initialize(NULL);
  thread = sl_thread_new();
  char directory[] = "/tmp/starmypy-query-XXXXXX";
  if (!mkdtemp(directory)) return 1;
  make_graph();
  write_workspace(directory);
  struct bz_session_options options = {.root = directory, .on_event = ignore_event};
  session = bz_session_open(thread, &options);
  check(session != NULL);
  if (session) {
    test_graph();
    test_random_words();
  }
  remove_workspace(directory);
  sl_thread_free(thread);
  return check_failures != 0;
}
