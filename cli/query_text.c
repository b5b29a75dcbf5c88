// SPDX-License-Identifier: Apache-2.0
//
// Query text: joins the words of a query, or reads it from a file.
#include "cli/query_text.h"
#include "runtime/object.h"

static const char *keep(struct sl_text *text) {
  const char *kept = bz_text_copy(sl_text_string(text));
  sl_text_free(text);
  return kept;
}

static const char *join_words(sl_value words) {
  struct sl_text text = {0};
  for (size_t i = 0; i < sl_list_length(words); i++) {
    if (i > 0) sl_text_append_char(&text, ' ');
    sl_text_append_string(&text, sl_string_bytes(sl_list_get(words, i)));
  }
  return keep(&text);
}

const char *query_text_read(struct context *context) {
  const char *file = context->options.query_file;
  sl_value words = context->options.words;
  if (file && sl_list_length(words) > 0) {
    context_tell(context, BZ_ERROR,
                 "Command-line %s expression cannot be specified with --query_file",
                 context->command);
    return NULL;
  }
  if (!file && sl_list_length(words) == 0) {
    context_tell(context, BZ_ERROR,
                 "missing query expression. Type 'starmypy %s --help' for syntax and help",
                 context->command);
    return NULL;
  }
  if (!file) return join_words(words);
  struct sl_text text = {0};
  if (bz_file_read_absolute(context->thread, file, &text)) return keep(&text);
  sl_text_free(&text);
  context_tell_error(context);
  return NULL;
}
