// SPDX-License-Identifier: Apache-2.0
//
// The writers of rules/graph/, one for each row of bz_graph_writers.
#ifndef RULES_GRAPH_DUMP_H_
#define RULES_GRAPH_DUMP_H_

#include "rules/graph/graph.h"

bool write_jsonproto(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
bool write_textproto(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
bool write_proto(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
bool write_text(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
bool write_summary(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
bool write_commands(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);
bool write_ninja(struct sl_thread *thread, const struct bz_graph *graph, struct sl_text *out);

#endif  // RULES_GRAPH_DUMP_H_
