// SPDX-License-Identifier: Apache-2.0
//
// A type of the host's: accounts with fields, methods, an operator, order and a repr, and a function that makes them.
// Starlark code uses them as it uses its own values; frozen ones refuse to change.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "runtime/starlark.h"

// Objects that can change begin with struct sl_mutable: the runtime freezes them with their module.
struct account {
  struct sl_mutable head;
  sl_value owner;   // a string
  int64_t balance;  // in cents
  sl_value log;     // a list of deposits and withdrawals
};

static struct account *as_account(sl_value x) { return (struct account *)(void *)x; }

// ---------------------------------------------------------------- methods

// The signature in the table below has seen to the types of the arguments.
static sl_value deposit(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct account *account = as_account(self);
  int64_t amount;
  if (!sl_check_mutable(thread, self)) return NULL;
  if (!sl_int_to_int64(arguments[0], &amount) || amount <= 0)
    return sl_fail(thread, "an amount has to be positive");
  if (!sl_list_push(thread, account->log, sl_int(amount))) return NULL;
  account->balance += amount;
  return sl_int(account->balance);
}

static sl_value withdraw(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  struct account *account = as_account(self);
  int64_t amount;
  if (!sl_check_mutable(thread, self)) return NULL;
  if (!sl_int_to_int64(arguments[0], &amount) || amount > account->balance) {
    return sl_fail(thread, "%s has only %" PRId64, sl_string_bytes(account->owner),
                   account->balance);
  }
  if (!sl_list_push(thread, account->log, sl_int(-amount))) return NULL;
  account->balance -= amount;
  return arguments[1] == SL_TRUE ? SL_NONE : sl_int(account->balance);
}

static struct sl_builtin methods[] = {
    SL_BUILTIN("deposit(amount: int, /)", deposit, "Adds an amount; returns the balance."),
    SL_BUILTIN("withdraw(amount: int, /, *, quiet: bool = False)", withdraw,
               "Takes an amount, if there is so much."),
    SL_BUILTIN_END,
};

// ---------------------------------------------------------------- slots

static bool repr(struct sl_thread *thread, sl_value x, struct sl_text *out) {
  sl_text_append_string(out, "account(");
  if (!sl_repr(thread, as_account(x)->owner, out)) return false;
  sl_text_format(out, ", %" PRId64 ")", as_account(x)->balance);
  return true;
}

static bool truth(sl_value x) { return as_account(x)->balance != 0; }

static bool compare(struct sl_thread *thread, sl_value x, sl_value y, int *order) {
  (void)thread;
  int64_t a = as_account(x)->balance, b = as_account(y)->balance;
  *order = (a > b) - (a < b);
  return true;
}

static sl_value attribute(struct sl_thread *thread, sl_value x, const char *name, size_t length) {
  (void)thread, (void)length;
  if (strcmp(name, "owner") == 0) return as_account(x)->owner;
  if (strcmp(name, "balance") == 0) return sl_int(as_account(x)->balance);
  return strcmp(name, "log") == 0 ? as_account(x)->log : NULL;
}

static void attribute_names(sl_value x, void (*offer)(void *data, const char *name, size_t length),
                            void *data) {
  (void)x;
  offer(data, "owner", 5);
  offer(data, "balance", 7);
  offer(data, "log", 3);
}

// account + account: what both have.
static sl_value binary(struct sl_thread *thread, enum sl_operator op, sl_value x, sl_value y,
                       bool reversed) {
  (void)thread;
  if (op != SL_OP_PLUS || reversed || sl_type_of(y) != sl_type_of(x)) return NULL;
  return sl_int(as_account(x)->balance + as_account(y)->balance);
}

// Says which values it holds, so that they are frozen with it.
static void freeze(sl_value x, void (*visit)(void *data, sl_value part), void *data) {
  visit(data, as_account(x)->owner);
  visit(data, as_account(x)->log);
}

// Filled in by name in C; C++17 knows no such initializers.
static struct sl_type account_type;

static void make_type(void) {
  account_type.name = "account";
  account_type.flags = SL_TYPE_MUTABLE | SL_TYPE_HASH_IDENTITY;
  account_type.methods = methods;
  account_type.repr = repr;
  account_type.truth = truth;
  account_type.compare = compare;
  account_type.attribute = attribute;
  account_type.attribute_names = attribute_names;
  account_type.binary = binary;
  account_type.freeze = freeze;
}

// ---------------------------------------------------------------- the host

static sl_value make_account(struct sl_thread *thread, sl_value self, sl_value *arguments) {
  (void)self;
  struct account *account = (struct account *)sl_new(thread, &account_type, sizeof *account);
  account->owner = arguments[0];
  account->log = sl_list(thread, NULL, 0);
  sl_int_to_int64(arguments[1], &account->balance);
  return (sl_value)(void *)account;
}

static struct sl_builtin functions[] = {
    SL_BUILTIN("account(owner: string, balance: int = 0)", make_account, "Opens an account."),
    SL_BUILTIN_END,
};

static const char *const programs[] = {
    "ann = account(\"Ann\")\n"
    "bob = account(\"Bob\", balance = 500)\n"
    "ann.deposit(700)\n"
    "ann.withdraw(150, quiet = True)\n"
    "print(ann, bob, max(ann, bob), ann + bob, [name for name in dir(ann)])\n"
    "print(ann.log, bool(account(\"Eve\")), type(ann))\n",
    "bob = account(\"Bob\", 500)\nbob.withdraw(600)\n",
    "bob = account(\"Bob\", \"500\")\n",
    "account(\"Bob\").deposits\n",
};

static void print(struct sl_thread *thread, const char *position, const char *text, size_t length) {
  (void)thread, (void)position;
  printf("%.*s\n", (int)length, text);
}

int main(void) {
  sl_initialize(NULL);
  make_type();
  struct sl_thread *thread = sl_thread_new();
  struct sl_environment *environment = sl_environment_new(sl_universe());
  sl_environment_set_builtins(environment, functions);
  sl_thread_set_print(thread, print);
  struct sl_module *first = NULL;
  for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
    struct sl_module *module =
        sl_execute_text(thread, "bank.star", programs[i], strlen(programs[i]), environment);
    if (!module) printf("%s\n", sl_error_message(thread));
    sl_error_clear(thread);
    if (i == 0) first = module;
  }
  // What a module has made is frozen when it has run, the host's objects with it.
  sl_value ann = first ? sl_module_get(first, "ann") : NULL;
  sl_value method = ann ? sl_attribute(thread, ann, "deposit") : NULL;
  sl_value amount = sl_int(1);
  if (method && !sl_call(thread, method, &amount, 1, NULL, 0))
    printf("%s\n", sl_error_message(thread));
  sl_thread_free(thread);
  return method ? 0 : 1;
}
