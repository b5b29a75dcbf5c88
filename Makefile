# SPDX-License-Identifier: Apache-2.0
# Builds starmypy: two libraries, one program, their tests. `make help` lists the targets.
# Sources are found by wildcard; everything built goes to $(BUILD), generated sources to $(GEN).
# Variants keep apart: make CC=clang, make test SANITIZE=address,undefined, make WERROR=1, make BUILD=DIR.

VERSION := 0.1.0
ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build$(if $(filter-out gcc,$(CC)),/$(notdir $(lastword $(CC))))$(if $(SANITIZE),/sanitize)
# A release archive carries generated sources, so that it builds without re2c, lemon and Python.
GEN := $(firstword $(wildcard generated) $(BUILD)/gen)
# The private Python environments (mypy and the tools of `make check`), shared by all variants.
VENVS ?= build
PYTHON ?= python3
LEMPAR ?= /usr/share/lemon/lempar.c
PREFIX ?= /usr/local
ifeq ($(MAKELEVEL),0)
MAKEFLAGS := -j$(shell nproc) $(MAKEFLAGS)  # a -j on the command line wins
endif

OPTIMIZE ?= -O2 -g
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
    -Wwrite-strings
# Under a sanitizer gcc warns of what its own instrumentation does.
ERRORS := $(if $(SANITIZE),,$(if $(WERROR)$(CI),-Werror))
CFLAGS_ALL := -std=gnu17 -D_GNU_SOURCE $(OPTIMIZE) $(WARNINGS) $(ERRORS) -I. -I$(GEN) \
    -DSTARMYPY_VERSION='"$(VERSION)"' \
    $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer) $(CFLAGS)
LIBRARIES := -lgc -lgmp -lutf8proc -lmd -lpcre2-8 -lpthread -lm

# --- what is built from what ---------------------------------------------------------------------

STARLARK := $(wildcard common/*.c parser/*.c runtime/*.c runtime/types/*.c builtins/*.c)
STARMYPY := $(wildcard rules/*.c rules/*/*.c)
CLI := $(wildcard cli/*.c cli/*/*.c)
# Programs of one file each: unit tests, and examples of embedding.
SINGLE := $(wildcard tests/unit/*.c examples/*/*.c) tests/fuzz/programs.c
# Folders whose files the binary carries: one subfolder per repository.
EMBED := rules/core rules/python rules/mypy
EMBEDDED := $(shell find $(EMBED) -name __pycache__ -prune -o -print 2>/dev/null)

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
STARLARK_OBJECTS := $(call objects,$(STARLARK) $(if $(wildcard parser/lexer.re),parser/lexer.c) \
    $(if $(wildcard parser/grammar.y),parser/grammar.c))
STARMYPY_OBJECTS := $(call objects,$(STARMYPY) embedded.c)
CLI_OBJECTS := $(call objects,$(CLI))
SINGLE_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(SINGLE))
OBJECTS := $(STARLARK_OBJECTS) $(STARMYPY_OBJECTS) $(CLI_OBJECTS)
GENERATED := $(addprefix $(GEN)/,parser/lexer.c parser/grammar.c embedded.c)
ARCHIVES := $(BUILD)/libstarmypy.a $(BUILD)/libstarlark.a
# The interpreter is optimized as a whole, into one object. That takes gcc; sanitizers gain nothing.
ifeq ($(findstring gcc,$(CC))$(SANITIZE),gcc)
WHOLE := $(BUILD)/libstarlark.o
$(STARLARK_OBJECTS): LTO := -flto
endif

.PHONY: all run test check bench bench-mypy layers format format-check headers typecheck install \
    uninstall dist clean help packages programs embedding fuzz fuzz-run
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(BUILD)/starmypy  ## build the libraries and the program (the default)

# A file that holds $(2), touched only when that text changes: what must be rebuilt then depends on it.
remember = $(shell mkdir -p $(dir $(1)); printf '%s\n' '$(subst ','\'',$(2))' | cmp -s - $(1) || \
    printf '%s\n' '$(subst ','\'',$(2))' >$(1))
ifeq ($(filter clean help layers format format-check uninstall,$(MAKECMDGOALS)),)
$(call remember,$(BUILD)/flags,$(CC) $(CFLAGS_ALL) $(LDFLAGS))
$(call remember,$(BUILD)/objects,$(OBJECTS))
endif

$(BUILD)/starmypy: $(CLI_OBJECTS) $(ARCHIVES)
	@echo "link    $@"
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBRARIES)

$(BUILD)/libstarlark.a: $(or $(WHOLE),$(STARLARK_OBJECTS))
$(BUILD)/libstarmypy.a: $(STARMYPY_OBJECTS)
# ar's q, not its r: two folders may have files of the same name.
$(ARCHIVES): $(BUILD)/objects
	@echo "archive $@"
	@rm -f $@ && ar qcs $@ $(filter %.o,$^)

# What may be uninitialized is told when each file is compiled; across files gcc only guesses.
$(BUILD)/libstarlark.o: $(STARLARK_OBJECTS)
	@echo "optimize $@"
	@$(CC) $(CFLAGS_ALL) -fPIE -flto=auto -Wno-maybe-uninitialized -r -flinker-output=nolto-rel \
	    -o $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@echo "compile $<"
	@mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) $(LTO) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: $(GEN)/%.c $(BUILD)/flags
	@echo "compile $<"
	@mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) $(LTO) $(GENERATED_FLAGS) -MMD -MP -c -o $@ $<

$(SINGLE_PROGRAMS): $(BUILD)/%: %.c $(ARCHIVES)
	@echo "compile $<"
	@mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) $(LDFLAGS) -MMD -MP -o $@ $< $(ARCHIVES) $(LIBRARIES)

$(GEN)/parser/lexer.c: parser/lexer.re
	@echo "re2c    $<"
	@mkdir -p $(@D) && re2c -W -Werror --no-generation-date -I parser -o $@ $<

# Lemon ends with status 1 on a conflict, and leaves a header alone that would not change.
$(GEN)/parser/grammar.c $(GEN)/parser/grammar.h &: parser/grammar.y $(wildcard $(LEMPAR))
	@echo "lemon   $<"
	@mkdir -p $(@D) && lemon -q -T$(LEMPAR) -d$(@D) $< && touch $(GEN)/parser/grammar.h

$(GEN)/embedded.c: setup/embed.py $(EMBEDDED)
	@echo "embed   $(EMBED)"
	@mkdir -p $(@D) && $(PYTHON) setup/embed.py $(EMBED) >$@

# The token numbers are in a generated header, which may not be there yet at the first build.
$(filter $(BUILD)/parser/%,$(OBJECTS)): | $(if $(wildcard parser/grammar.y),$(GEN)/parser/grammar.h)
# lempar.c's parser has parts that a grammar need not use, and no prototypes.
$(BUILD)/parser/grammar.o: GENERATED_FLAGS := -Wno-unused-parameter -Wno-unused-label \
    -Wno-missing-prototypes -Wno-type-limits
# A file in one literal: ISO C promises 4095 characters only.
$(BUILD)/embedded.o: GENERATED_FLAGS := -Wno-overlength-strings

-include $(OBJECTS:.o=.d) $(SINGLE_PROGRAMS:=.d) $(wildcard $(BUILD)/tests/fuzz/*.d)

# --- the machine's set-up ------------------------------------------------------------------------

# Targets that do all their set-up wait for the Debian packages; plain `make` uses what is there.
PACKAGES := $(if $(filter run test check bench bench-mypy,$(MAKECMDGOALS)),packages)
$(OBJECTS) $(GENERATED): | $(PACKAGES)

packages:
	@setup/packages.sh $(if $(filter check,$(MAKECMDGOALS)),--check)

# Python environments: setup/NAME.lock pins what is in $(VENVS)/NAME, with hashes.
$(VENVS)/%/lock: setup/%.lock setup/environment.sh | $(PACKAGES)
	@PYTHON=$(PYTHON) setup/environment.sh $< $(@D)

# The example's packages, so that tests can install them again and again without the network.
EXAMPLE := examples/monorepo
WHEELS := $(VENVS)/wheels
$(WHEELS)/lock: $(EXAMPLE)/requirements_lock.txt setup/wheels.sh $(VENVS)/mypy/lock
	@PYTHON=$(VENVS)/mypy/bin/python setup/wheels.sh $< $(@D)

# --- running and testing -------------------------------------------------------------------------

SUBMAKE = @+$(MAKE) --no-print-directory
STARMYPY_PROGRAM := $(abspath $(BUILD)/starmypy)

run: $(BUILD)/starmypy $(WHEELS)/lock  ## set up, build, and type-check examples/monorepo
	@cd $(EXAMPLE) && PIP_NO_INDEX=1 PIP_FIND_LINKS=$(abspath $(WHEELS)) $(STARMYPY_PROGRAM) vendor
	@cd $(EXAMPLE) && $(STARMYPY_PROGRAM) check --mypy=$(abspath $(VENVS)/mypy/bin/python) //...
	@echo "Try next, in $(EXAMPLE):  $(STARMYPY_PROGRAM) query 'deps(//...)'   or   aquery, explain, help"

TEST_SETUP := $(WHEELS)/lock $(VENVS)/mypy-1.0.1/lock $(VENVS)/tools/lock
test: programs $(TEST_SETUP)  ## set up, build, all tests; T="-k PATTERN": some
	@$(PYTHON) tests/run --build $(BUILD) --environments $(VENVS) $(T)

bench: $(BUILD)/starmypy  ## time bench/starlark; B="--impl NAME=COMMAND" adds a peer
	@$(PYTHON) bench/run.py --impl starmypy=$(STARMYPY_PROGRAM) $(B)

bench-mypy: $(BUILD)/starmypy $(VENVS)/mypy/lock  ## time ways to run mypy; B="time torch" another workload
	@$(PYTHON) bench/mypy/run.py $(or $(B),time layers) --program $(STARMYPY_PROGRAM) \
	    --mypy $(abspath $(VENVS)/mypy/bin/python)

# libFuzzer's harnesses, instrumented throughout, so in a build of their own; below it is what they find.
FUZZERS := $(addprefix tests/fuzz/,lexer parser evaluator)
FUZZ_SECONDS ?= 20
FUZZ_FLAGS := -timeout=20 -rss_limit_mb=4096 -max_len=4096 -seed=1
$(addprefix $(BUILD)/,$(FUZZERS)): $(BUILD)/%: %.c $(ARCHIVES)
	@echo "compile $<"
	@mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(LDFLAGS) -MMD -MP -o $@ $< $(ARCHIVES) \
	    $(LIBRARIES)

fuzz:  ## fuzz lexer, parser and evaluator, FUZZ_SECONDS each (20)
	$(SUBMAKE) BUILD=$(BUILD)/fuzz CC=clang SANITIZE=address,undefined,fuzzer-no-link fuzz-run

fuzz-run: $(addprefix $(BUILD)/,$(FUZZERS))
	@for fuzzer in $(FUZZERS); do \
	    mkdir -p $(BUILD)/corpus/$$fuzzer; \
	    ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 $(BUILD)/$$fuzzer $(FUZZ_FLAGS) \
	        -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(BUILD)/ -dict=tests/fuzz/starlark.dict \
	        $(BUILD)/corpus/$$fuzzer tests/fuzz/corpus >$(BUILD)/$$fuzzer.log 2>&1 || \
	        { cat $(BUILD)/$$fuzzer.log; exit 1; }; \
	    echo "fuzz: $$fuzzer, $(FUZZ_SECONDS) s"; done

# --- gates ---------------------------------------------------------------------------------------

C_FOLDERS := common parser runtime runtime/types builtins rules rules/* cli cli/* tests/unit \
    tests/fuzz examples/*
C_FILES := $(wildcard $(C_FOLDERS:=/*.[ch]))
PYTHON_FOLDERS := setup bench bench/mypy tests tests/kinds tests/monorepo tests/proto tests/python
PYTHON_FILES := tests/run $(wildcard $(PYTHON_FOLDERS:=/*.py)) $(filter %.py,$(EMBEDDED))

layers:  ## every #include points downward, every library has its one file
	@$(PYTHON) tests/layers.py

format: $(VENVS)/tools/lock  ## format the C sources in place
	@$(VENVS)/tools/bin/clang-format -i $(C_FILES)

format-check: $(VENVS)/tools/lock
	@$(VENVS)/tools/bin/clang-format --dry-run -Werror $(C_FILES)

MYPY = MYPYPATH=tests:bench/mypy $(VENVS)/mypy/bin/python -m mypy --strict --no-error-summary \
    --cache-dir $(VENVS)/mypy/cache
# One by one: the tools are scripts, not modules of one program, and may have the same names.
typecheck: $(VENVS)/mypy/lock
	@for file in $(PYTHON_FILES); do $(MYPY) $$file || exit 1; done
	@echo "typecheck: $(words $(PYTHON_FILES)) files"

headers:  # the public ones are C++ too
	@for header in $(DOORS); do \
	    echo "#include \"$$header\"" | \
	        clang -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I. - || exit 1; done

# What is installed is all that a host needs, in C and in C++.
STAGE = $(abspath $(BUILD))/stage
STAGED = PKG_CONFIG_SYSROOT_DIR=$(STAGE) PKG_CONFIG_PATH=$(STAGE)$(PREFIX)/lib/pkgconfig pkg-config
embedding:
	@$(MAKE) --no-print-directory install DESTDIR=$(STAGE) >$(BUILD)/stage.log
	@for host in examples/embed/*.c; do for language in c c++; do \
	    clang -x $$language $$host -x none $$($(STAGED) --cflags --libs starmypy) \
	        -o $(STAGE)/host || exit 1; done; done
	@echo "embedding: $(words $(wildcard examples/embed/*.c)) hosts, in C and C++"

programs: $(BUILD)/starmypy $(SINGLE_PROGRAMS)

# Gates in the order of their price; the tests come last, so that their closing line is the last.
# The sanitized run also takes the interpreter's portable dispatch, which no other build has.
check:  ## everything that must hold before a change goes in
	@setup/packages.sh --check
	$(SUBMAKE) layers format-check typecheck headers
	$(SUBMAKE) BUILD=$(BUILD)/clang CC=clang WERROR=1 programs
	$(SUBMAKE) BUILD=$(BUILD)/sanitize SANITIZE=address,undefined CFLAGS=-DSL_SWITCH_DISPATCH test
	$(SUBMAKE) fuzz
	$(SUBMAKE) BUILD=$(BUILD)/werror WERROR=1 embedding
	$(SUBMAKE) BUILD=$(BUILD)/werror WERROR=1 test

# --- release -------------------------------------------------------------------------------------

DESTINATION = $(DESTDIR)$(PREFIX)
# The doors that hosts include, and the headers that these include.
DOORS := runtime/starlark.h builtins/builtins.h rules/bazel.h
PUBLIC_HEADERS = $(filter %.h,$(shell $(CC) -I. -x c -MM $(DOORS)))

install: all  ## into PREFIX (/usr/local), below DESTDIR
	install -D -m 755 $(BUILD)/starmypy $(DESTINATION)/bin/starmypy
	install -d $(DESTINATION)/lib/pkgconfig $(DESTINATION)/include/starmypy
	install -m 644 $(ARCHIVES) $(DESTINATION)/lib
	for header in $(PUBLIC_HEADERS); do \
	    install -D -m 644 $$header $(DESTINATION)/include/starmypy/$$header; done
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBRARIES@|$(LIBRARIES)|' \
	    setup/starmypy.pc.in >$(DESTINATION)/lib/pkgconfig/starmypy.pc

uninstall:  ## remove what install put there
	rm -rf $(DESTINATION)/include/starmypy
	rm -f $(DESTINATION)/bin/starmypy $(ARCHIVES:$(BUILD)/%=$(DESTINATION)/lib/%)
	rm -f $(DESTINATION)/lib/pkgconfig/starmypy.pc

# The archive holds the committed tree and the generated sources.
RELEASE := starmypy-$(VERSION)
dist: $(GENERATED)  ## a release archive, which builds without re2c and lemon
	@rm -rf $(BUILD)/$(RELEASE) && mkdir -p $(BUILD)/$(RELEASE)
	@git archive HEAD | tar -x -C $(BUILD)/$(RELEASE)
	@cp -r $(GEN) $(BUILD)/$(RELEASE)/generated
	@tar -czf $(BUILD)/$(RELEASE).tar.gz -C $(BUILD) $(RELEASE) && rm -rf $(BUILD)/$(RELEASE)
	@echo "$(BUILD)/$(RELEASE).tar.gz"

clean:  ## remove everything built, the Python environments too
	rm -rf $(BUILD)

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12
