// SPDX-License-Identifier: Apache-2.0
//
// Writers: the formats of the action graph, one row each.
#include <string.h>

#include "rules/graph/dump.h"

const struct bz_graph_writer bz_graph_writers[] = {
    {"text", "for people, as Bazel prints it", write_text, false},
    {"jsonproto", "analysis.ActionGraphContainer as JSON", write_jsonproto, false},
    {"textproto", "the same as protobuf text", write_textproto, false},
    {"proto", "the same as protobuf binary", write_proto, false},
    {"summary", "how many actions of each kind", write_summary, false},
    {"commands", "the command lines, one a line", write_commands, false},
    {"ninja", "a build.ninja for the execution root", write_ninja, true},
    {NULL, NULL, NULL, false},
};

const struct bz_graph_writer *bz_graph_writer_find(const char *name) {
  for (const struct bz_graph_writer *writer = bz_graph_writers; writer->name; writer++)
    if (strcmp(writer->name, name) == 0) return writer;
  return NULL;
}
