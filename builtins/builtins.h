// SPDX-License-Identifier: Apache-2.0
//
// The door of builtins/: what every Starlark program can call. Each function is one row of a table, written
// against starlark.h as any embedder's would be. sl_universe() of starlark.h puts the functions together;
// documentation, completion and hover read the rows.
#ifndef BUILTINS_BUILTINS_H_
#define BUILTINS_BUILTINS_H_

#include "runtime/starlark.h"

#ifdef __cplusplus
extern "C" {
#endif

// The language's functions, one table a file; each ends with SL_BUILTIN_END.
extern struct sl_builtin
    sl_object_functions[];  // bool dir fail getattr hasattr hash print repr str type
extern struct sl_builtin sl_number_functions[];  // abs float int
extern struct sl_builtin
    sl_sequence_functions[];  // all any enumerate len list range reversed tuple zip
extern struct sl_builtin sl_order_functions[];  // max min sorted
extern struct sl_builtin sl_dict_functions[];   // dict
extern struct sl_builtin sl_set_functions[];    // set

// All of the tables above, ended by NULL.
extern struct sl_builtin *const sl_universe_tables[];

// What dialects with bytes have besides, or instead: bytes hash.
extern struct sl_builtin sl_bytes_functions[];

// The module `json`, and its functions as methods of its type.
extern const struct sl_type sl_json_type;
extern struct sl_builtin sl_json_methods[];
sl_value sl_json_module(void);

// The methods of the language's types (sl_string_methods ...) are declared in starlark.h.

#ifdef __cplusplus
}
#endif

#endif  // BUILTINS_BUILTINS_H_
