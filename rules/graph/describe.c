// SPDX-License-Identifier: Apache-2.0
//
// Describe: the words that every format of the action graph has in common.
#include "rules/graph/describe.h"

#include <string.h>

static void describe_without_message(const struct bz_action *action, struct sl_text *out) {
  const struct bz_artifact *output = action->outputs[0];
  switch (action->kind) {
    case BZ_ACTION_WRITE:
      sl_text_format(out, "Writing %s %s", action->is_executable ? "script" : "file",
                     output->short_path);
      break;
    case BZ_ACTION_EXPAND_TEMPLATE:
      sl_text_format(out, "Expanding template %s", output->short_path);
      break;
    case BZ_ACTION_SYMLINK:
      sl_text_format(out, "Creating symlink %s", output->path);
      break;
    case BZ_ACTION_RUNFILES_MANIFEST:
      sl_text_append_string(out, "Creating source manifest for ");
      bz_label_display(action->target->label, out);
      break;
    case BZ_ACTION_RUNFILES_TREE:
      sl_text_format(out, "Creating runfiles tree %s", output->path);
      break;
    default:
      sl_text_format(out, "%s %s", action->mnemonic, output->short_path);
  }
}

void describe_action(const struct bz_action *action, struct sl_text *out) {
  if (action->progress_message) {
    sl_text_append_string(out, action->progress_message);
  } else {
    describe_without_message(action, out);
  }
  if (action->configuration->is_tool) sl_text_append_string(out, " [for tool]");
}

struct aspect_chain describe_aspects(const struct bz_action *action) {
  if (!action->aspect) return (struct aspect_chain){0};
  return (struct aspect_chain){action->aspect->below, action->aspect,
                               action->aspect->below_count + 1};
}

const struct bz_aspect_result *describe_aspect(const struct aspect_chain *chain, size_t i) {
  return i == 0 ? chain->own : chain->below[i - 1];
}
