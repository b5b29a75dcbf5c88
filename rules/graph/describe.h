// SPDX-License-Identifier: Apache-2.0
//
// Describe: what the writers share: how an action is named, quoted and ordered.
#ifndef RULES_GRAPH_DESCRIBE_H_
#define RULES_GRAPH_DESCRIBE_H_

#include "rules/graph/graph.h"

#define EXECUTION_PLATFORM "@@platforms//host:host"

// The progress message, or what Bazel says of an action that has none: "Writing file p/x".
void describe_action(const struct bz_action *action, struct sl_text *out);

// The aspects of an action, outermost first.
struct aspect_chain {
  struct bz_aspect_result *const *below;
  struct bz_aspect_result *own;
  size_t count;
};
struct aspect_chain describe_aspects(const struct bz_action *action);
const struct bz_aspect_result *describe_aspect(const struct aspect_chain *chain, size_t i);

#endif  // RULES_GRAPH_DESCRIBE_H_
