// SPDX-License-Identifier: Apache-2.0
//
// Visibility: who may use a target. Declared as a list of Labels: //visibility:public and :private, //p:__pkg__,
// //p:__subpackages__, and package groups, whose specifications are kept as written. Invariant: public stands alone.
#include <string.h>

#include "rules/loading/state.h"

// ---------------------------------------------------------------- labels with a meaning

struct bz_label *bz_visibility_public(struct bz_workspace *workspace) {
  return bz_label_make(bz_workspace_main(workspace), "visibility", "public");
}

static struct bz_label *private_label(struct bz_workspace *workspace) {
  return bz_label_make(bz_workspace_main(workspace), "visibility", "private");
}

static bool is_word(const struct bz_label *label, const char *word) {
  return strcmp(label->package, "visibility") == 0 && strcmp(label->name, word) == 0;
}

bool bz_visibility_is_special(const struct bz_label *label) {
  return strcmp(label->package, "visibility") == 0 || strcmp(label->name, "__pkg__") == 0 ||
         strcmp(label->name, "__subpackages__") == 0;
}

// ---------------------------------------------------------------- declarations

sl_value bz_visibility_convert(struct bz_conversion *conversion, sl_value given) {
  sl_value labels = bz_convert(conversion, BZ_TYPE_NODEP_LABEL_LIST, given);
  if (!labels || !sl_is_list(labels)) return labels;
  size_t count = sl_list_length(labels), kept = 0;
  sl_value *items = sl_allocate((count + 1) * sizeof *items);
  for (size_t i = 0; i < count; i++) {
    sl_value item = sl_list_get(labels, i);
    const struct bz_label *label = bz_label_of(item);
    if (is_word(label, "public")) return sl_list_frozen(&item, 1);
    if (is_word(label, "legacy_public")) continue;
    if (strcmp(label->package, "visibility") == 0 && !is_word(label, "private")) {
      return sl_fail(conversion->thread,
                     "Invalid visibility label '%s'; did you mean //visibility:public or "
                     "//visibility:private?",
                     bz_label_text(label));
    }
    if (!is_word(label, "private") || count == 1) items[kept++] = item;
  }
  return sl_list_frozen(items, kept);
}

sl_value bz_visibility_with(sl_value visibility, struct bz_label *location) {
  size_t count = sl_list_length(visibility);
  sl_value *items = sl_allocate((count + 1) * sizeof *items);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    sl_value item = sl_list_get(visibility, i);
    if (is_word(bz_label_of(item), "public")) return visibility;
    if (!is_word(bz_label_of(item), "private")) items[kept++] = item;
  }
  items[kept++] = bz_label_value(bz_label_make(location->repository, location->package, "__pkg__"));
  return sl_list_frozen(items, kept);
}

sl_value bz_visibility_declared(const struct bz_target *target) {
  if (target->kind == BZ_TARGET_GENERATED_FILE)
    return bz_visibility_declared(target->generating_rule);
  if (target->visibility) return target->visibility;
  // A config_setting that does not say otherwise may be used by everybody, whatever its package says.
  if (target->kind == BZ_TARGET_RULE &&
      target->rule_class->behaviour == BZ_BEHAVIOUR_CONFIG_SETTING) {
    sl_value everyone = bz_label_value(bz_visibility_public(target->label->repository->workspace));
    return sl_list_frozen(&everyone, 1);
  }
  return target->package->default_visibility;
}

sl_value bz_target_visibility(struct sl_thread *thread, const struct bz_target *target) {
  (void)thread;
  sl_value declared = bz_visibility_declared(target);
  if (declared) return declared;
  sl_value nobody = bz_label_value(private_label(target->label->repository->workspace));
  return sl_list_frozen(&nobody, 1);
}

// ---------------------------------------------------------------- package specifications

const char *bz_specification_error(const char *text) {
  if (*text == '-') text++;
  if (strcmp(text, "public") == 0 || strcmp(text, "private") == 0) return NULL;
  if (*text == '@') {
    const char *slashes = strstr(text, "//");
    return slashes ? NULL : "must start with '//'";
  }
  return strncmp(text, "//", 2) == 0 ? NULL : "must start with '//'";
}

static bool is_below(const char *package, const char *top, size_t length) {
  if (length == 0) return true;
  return strncmp(package, top, length) == 0 && (package[length] == '\0' || package[length] == '/');
}

int bz_specification_matches(const char *text, struct bz_repository *home,
                             const struct bz_repository *repository, const char *package) {
  if (*text == '-') text++;
  if (strcmp(text, "public") == 0) return 1;
  if (strcmp(text, "private") == 0) return 0;
  const char *path = strstr(text, "//");
  if (!path) return -1;
  const struct bz_repository *wanted = home;
  if (text[0] == '@' && text[1] == '@') {
    wanted = bz_repository_find(home->workspace, text + 2, (size_t)(path - text) - 2);
  } else if (text[0] == '@') {
    wanted = path == text + 1 ? bz_workspace_main(home->workspace)
                              : bz_repository_resolve(home, text + 1, (size_t)(path - text) - 1);
  }
  if (wanted != repository) return 0;
  path += 2;
  size_t length = strlen(path);
  if (strcmp(path, "...") == 0) return 1;
  if (length > 4 && strcmp(path + length - 4, "/...") == 0)
    return is_below(package, path, length - 4);
  return strcmp(path, package) == 0;
}

// ---------------------------------------------------------------- package groups

// Groups that were looked into, so that includes in a circle end.
struct group_walk {
  struct sl_thread *thread;
  struct bz_loader *loader;
  const struct bz_package *from;
  sl_value pending;  // list of Labels; grows
};

// Whether a group's own specifications cover the package; a negative one wins.
static bool specifications_cover(const struct bz_target *group, const struct bz_package *from) {
  bool covered = false;
  for (size_t i = 0; i < sl_list_length(group->specifications); i++) {
    const char *text = sl_string_bytes(sl_list_get(group->specifications, i));
    if (bz_specification_matches(text, group->label->repository, from->repository, from->name) <= 0)
      continue;
    if (*text == '-') return false;
    covered = true;
  }
  return covered;
}

static bool enqueue(struct group_walk *walk, sl_value label) {
  for (size_t i = 0; i < sl_list_length(walk->pending); i++)
    if (sl_list_get(walk->pending, i) == label) return true;
  return sl_list_push(walk->thread, walk->pending, label);
}

// 1: one of the groups covers the package; 0: none; -1: an error is pending.
static int groups_cover(struct group_walk *walk) {
  for (size_t next = 0; next < sl_list_length(walk->pending); next++) {
    struct bz_label *label = bz_label_of(sl_list_get(walk->pending, next));
    const struct bz_target *group = bz_target_load(walk->thread, walk->loader, label);
    if (!group) return -1;
    if (group->kind != BZ_TARGET_PACKAGE_GROUP) continue;
    if (specifications_cover(group, walk->from)) return 1;
    for (size_t i = 0; i < sl_list_length(group->includes); i++)
      if (!enqueue(walk, sl_list_get(group->includes, i))) return -1;
  }
  return 0;
}

static bool label_covers(const struct bz_label *label, const struct bz_package *from) {
  if (is_word(label, "public")) return true;
  if (label->repository != from->repository) return false;
  if (strcmp(label->name, "__pkg__") == 0) return strcmp(label->package, from->name) == 0;
  return strcmp(label->name, "__subpackages__") == 0 &&
         is_below(from->name, label->package, strlen(label->package));
}

int bz_target_is_visible(struct sl_thread *thread, struct bz_loader *loader,
                         const struct bz_target *target, const struct bz_package *from) {
  if (target->package == from || target->package->opaque) return 1;
  if (target->kind == BZ_TARGET_PACKAGE_GROUP || target->kind == BZ_TARGET_ENVIRONMENT_GROUP)
    return 1;
  struct group_walk walk = {thread, loader, from, NULL};
  sl_value visibility = bz_target_visibility(thread, target);
  for (size_t i = 0; i < sl_list_length(visibility); i++) {
    sl_value item = sl_list_get(visibility, i);
    if (label_covers(bz_label_of(item), from)) return 1;
    if (bz_visibility_is_special(bz_label_of(item))) continue;
    if (!walk.pending) walk.pending = sl_list(thread, NULL, 0);
    if (!enqueue(&walk, item)) return -1;
  }
  return walk.pending ? groups_cover(&walk) : 0;
}
