// SPDX-License-Identifier: Apache-2.0
//
// Repository context: module_ctx and repository_ctx, what the implementations of module extensions and repository rules get.
// Private to loading/.
#ifndef RULES_LOADING_REPOSITORY_CONTEXT_H_
#define RULES_LOADING_REPOSITORY_CONTEXT_H_

#include "rules/loading/state.h"

// module_ctx; `module` is the one struct of its `modules`.
sl_value bz_module_context(struct bz_loader *loader, sl_value module);
// repository_ctx; what it writes goes into the dict `files`, path -> text.
sl_value bz_repository_context(struct bz_loader *loader, const char *canonical,
                               const char *apparent, sl_value attributes, sl_value files);

#endif  // RULES_LOADING_REPOSITORY_CONTEXT_H_
