# SPDX-License-Identifier: Apache-2.0
# Builds starmypy: two libraries, one program, their tests. `make help` lists the targets.
# Sources are found by wildcard; everything built goes to $(BUILD), generated sources to $(GEN).
# Variants keep apart: make CC=clang, make test SANITIZE=address,undefined, make WERROR=1, make BUILD=DIR.

VERSION := $(shell sed -n 's/^.define SL_VERSION "\(.*\)"/\1/p' runtime/starlark.h)
# The part of it that changes when hosts must be compiled again: 0.MINOR, and from 1.0 on MAJOR.
INTERFACE := $(shell echo $(VERSION) | grep -oE '^(0\.[0-9]+|[1-9][0-9]*)')
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := $(if $(findstring clang,$(CC)),clang++,g++)
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
SANITIZED := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CFLAGS_ALL := -std=gnu17 -D_GNU_SOURCE $(OPTIMIZE) $(WARNINGS) $(ERRORS) -I. -I$(GEN) \
    $(SANITIZED) $(CFLAGS)
STARLARK_LIBRARIES := -lgc -lgmp -lutf8proc -lpthread -lm
STARMYPY_LIBRARIES := -lmd -lpcre2-8
LIBRARIES := $(STARMYPY_LIBRARIES) $(STARLARK_LIBRARIES)
PROGRAM_LIBRARIES := -ledit -ljansson
# The program carries what there are archives of: to look for shared libraries took longer than all else of its start.
# GMP can be replaced by its user, as the LGPL has it. Debian's archive of libedit needs two more.
archive = $(or $(filter /%,$(shell $(CC) -print-file-name=$(1:-l%=lib%.a))),$(1))
PROGRAM_ARCHIVES = $(foreach library,$(filter-out -lgmp -lpthread -lm,$(PROGRAM_LIBRARIES) $(LIBRARIES)), \
    $(call archive,$(library))) $(if $(filter /%,$(call archive,-ledit)), \
    $(call archive,-lbsd) $(call archive,-ltinfo)) -lgmp -lpthread -lm

# --- what is built from what ---------------------------------------------------------------------

STARLARK := $(wildcard common/*.c parser/*.c runtime/*.c runtime/types/*.c builtins/*.c)
STARMYPY := $(wildcard rules/*.c rules/*/*.c)
CLI := $(wildcard cli/*.c cli/*/*.c)
# Programs of one file each: unit tests, and examples of embedding.
SINGLE := $(wildcard tests/unit/*.c examples/*/*.c) tests/fuzz/programs.c bench/frontend.c
# Folders whose files the binary carries: one subfolder per repository.
EMBED := rules/core rules/python rules/mypy
EMBEDDED := $(shell find $(EMBED) -name __pycache__ -prune -o -print 2>/dev/null)

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
STARLARK_OBJECTS := $(call objects,$(STARLARK) $(if $(wildcard parser/lexer.re),parser/lexer.c) \
    $(if $(wildcard parser/grammar.y),parser/grammar.c))
STARMYPY_OBJECTS := $(call objects,$(STARMYPY) embedded.c)
CLI_OBJECTS := $(call objects,$(CLI))
SINGLE_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(SINGLE))
CPLUSPLUS_PROGRAMS := $(patsubst %.cc,$(BUILD)/%,$(wildcard examples/*/*.cc))
OBJECTS := $(STARLARK_OBJECTS) $(STARMYPY_OBJECTS) $(CLI_OBJECTS)
GENERATED := $(addprefix $(GEN)/,parser/lexer.c parser/grammar.c embedded.c)
ARCHIVES := $(BUILD)/libstarmypy.a $(BUILD)/libstarlark.a
# The same libraries to be shared, of objects of their own.
shared = $(BUILD)/lib$(1).so.$(VERSION)
SHARED := $(call shared,starlark) $(call shared,starmypy)
SHARED_STARLARK := $(STARLARK_OBJECTS:$(BUILD)/%=$(BUILD)/shared/%)
SHARED_STARMYPY := $(STARMYPY_OBJECTS:$(BUILD)/%=$(BUILD)/shared/%)
ALL_OBJECTS := $(OBJECTS) $(SHARED_STARLARK) $(SHARED_STARMYPY)
# The interpreter is optimized as a whole, into one object. That takes gcc; sanitizers gain nothing.
ifeq ($(findstring gcc,$(CC))$(SANITIZE),gcc)
WHOLE := $(BUILD)/libstarlark.o
$(STARLARK_OBJECTS) $(SHARED_STARLARK): LTO := -flto
endif

.PHONY: all run test check bench bench-mypy layers format format-check headers typecheck install \
    uninstall dist clean help packages programs stage threads fuzz fuzz-run soak
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
	@$(CC) $(CFLAGS_ALL) $(LDFLAGS) -Wl,--wrap=mmap -o $@ $^ $(PROGRAM_ARCHIVES)

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

# What hosts may use, and what is there for libstarmypy alone: inner doors and the leaves, under
# a version of their own (as glibc's GLIBC_PRIVATE). In one name a line.
STARLARK_DOORS := runtime/starlark.h builtins/builtins.h parser/syntax.h
STARLARK_INNER := runtime/object.h runtime/program.h $(wildcard common/*.h)
EXPORTED := $(addprefix $(BUILD)/,starlark.exports starlark-inner.exports starmypy.exports)
$(BUILD)/starlark.exports: EXPORTS = sl_ $(STARLARK_DOORS)
$(BUILD)/starlark-inner.exports: EXPORTS = sl_ $(STARLARK_DOORS) $(STARLARK_INNER)
$(BUILD)/starmypy.exports: EXPORTS = bz_ rules/bazel.h
$(EXPORTED): setup/exports.sh $(wildcard common/*.h parser/*.h runtime/*.h builtins/*.h rules/*.h rules/*/*.h)
	@mkdir -p $(@D) && setup/exports.sh "$(CC)" $(EXPORTS) >$@

$(call shared,starlark): $(SHARED_STARLARK) $(BUILD)/starlark.exports $(BUILD)/starlark-inner.exports
$(call shared,starlark): NODE = SL
$(call shared,starlark): INNER = $(BUILD)/starlark-inner.exports
$(call shared,starlark): LINKED = -flto=auto -Wno-maybe-uninitialized $(STARLARK_LIBRARIES)
$(call shared,starmypy): $(SHARED_STARMYPY) $(BUILD)/starmypy.exports $(call shared,starlark)
$(call shared,starmypy): NODE = BZ
$(call shared,starmypy): LINKED = $(STARMYPY_LIBRARIES)
$(SHARED): $(BUILD)/lib%.so.$(VERSION): $(BUILD)/objects
	@echo "link    $@"
	@(echo "$(NODE)_$(INTERFACE) { global:"; sed 's/$$/;/' $(BUILD)/$*.exports; echo "local: *; };"; \
	    $(if $(INNER),echo "$(NODE)_PRIVATE { global:"; \
	        comm -13 $(BUILD)/$*.exports $(INNER) | sed 's/$$/;/'; echo "};")) >$(BUILD)/$*.map
	@$(CC) $(CFLAGS_ALL) -fPIC $(LDFLAGS) -shared -Wl,-soname,lib$*.so.$(INTERFACE) \
	    -Wl,--version-script,$(BUILD)/$*.map -Wl,-Bsymbolic-functions $(if $(SANITIZE),,-Wl,-z,defs) \
	    -o $@ $(filter %.o %.so.$(VERSION),$^) $(LINKED)
	@ln -sf $(@F) $(BUILD)/lib$*.so.$(INTERFACE) && ln -sf $(@F) $(BUILD)/lib$*.so

# The archives for hosts: all in one object, in which only what hosts, or libstarmypy, may use has a name.
INSTALLED := $(ARCHIVES:$(BUILD)/%=$(BUILD)/installed/%)
$(BUILD)/installed/libstarlark.a: KEPT := $(BUILD)/starlark-inner.exports
$(BUILD)/installed/libstarmypy.a: KEPT := $(BUILD)/starmypy.exports
$(INSTALLED): $(BUILD)/installed/lib%.a: $(BUILD)/lib%.a $(BUILD)/%.exports $(BUILD)/starlark-inner.exports
	@echo "archive $@"
	@mkdir -p $(@D) && rm -f $@
	@$(CC) -nostdlib -r -Wl,--whole-archive $< -o $(@D)/$*.o
	@objcopy --keep-global-symbols=$(KEPT) $(@D)/$*.o && ar qcs $@ $(@D)/$*.o

define COMPILE
@echo "compile $<"
@mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) $(SHAREABLE) $(LTO) $(GENERATED_FLAGS) -MMD -MP -c -o $@ $<
endef
$(BUILD)/shared/%.o: SHAREABLE := -fPIC -fno-semantic-interposition
$(BUILD)/%.o: %.c $(BUILD)/flags
	$(COMPILE)
$(BUILD)/%.o: $(GEN)/%.c $(BUILD)/flags
	$(COMPILE)
$(BUILD)/shared/%.o: %.c $(BUILD)/flags
	$(COMPILE)
$(BUILD)/shared/%.o: $(GEN)/%.c $(BUILD)/flags
	$(COMPILE)

$(SINGLE_PROGRAMS): $(BUILD)/%: %.c $(ARCHIVES)
	@echo "compile $<"
	@mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) $(LDFLAGS) -MMD -MP -o $@ $< $(ARCHIVES) $(LIBRARIES)

$(CPLUSPLUS_PROGRAMS): $(BUILD)/%: %.cc $(ARCHIVES)
	@echo "compile $<"
	@mkdir -p $(@D) && $(CXX) -std=c++17 $(OPTIMIZE) -Wall -Wextra $(ERRORS) -I. $(SANITIZED) $(LDFLAGS) \
	    -MMD -MP -o $@ $< $(ARCHIVES) $(LIBRARIES)

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
$(filter $(BUILD)/parser/% $(BUILD)/shared/parser/%,$(ALL_OBJECTS)): | $(if $(wildcard parser/grammar.y),$(GEN)/parser/grammar.h)
# lempar.c's parser has parts that a grammar need not use, and no prototypes.
$(BUILD)/parser/grammar.o $(BUILD)/shared/parser/grammar.o: GENERATED_FLAGS := -Wno-unused-parameter -Wno-unused-label \
    -Wno-missing-prototypes -Wno-type-limits
# A file in one literal: ISO C promises 4095 characters only.
$(BUILD)/embedded.o $(BUILD)/shared/embedded.o: GENERATED_FLAGS := -Wno-overlength-strings

-include $(ALL_OBJECTS:.o=.d) $(SINGLE_PROGRAMS:=.d) $(CPLUSPLUS_PROGRAMS:=.d) $(wildcard $(BUILD)/tests/fuzz/*.d)

# --- the machine's set-up ------------------------------------------------------------------------

# Targets that do all their set-up wait for the Debian packages; plain `make` uses what is there.
PACKAGES := $(if $(filter run test check bench bench-mypy,$(MAKECMDGOALS)),packages)
$(ALL_OBJECTS) $(GENERATED) $(EXPORTED): | $(PACKAGES)

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

TEST_SETUP := $(WHEELS)/lock $(VENVS)/mypy-1.0.1/lock $(VENVS)/mypy-1.17.1/lock $(VENVS)/tools/lock
test: programs stage $(TEST_SETUP)  ## set up, build, all tests; T="-k PATTERN": some
	@$(PYTHON) tests/run --build $(BUILD) --environments $(VENVS) $(T)

bench: $(BUILD)/starmypy  ## time bench/starlark; B="--impl NAME=COMMAND" adds a peer
	@$(PYTHON) bench/run.py --impl starmypy=$(STARMYPY_PROGRAM) $(B)

bench-mypy: $(BUILD)/starmypy $(VENVS)/mypy/lock  ## time ways to run mypy; B="time torch" another workload
	@$(PYTHON) bench/mypy/run.py $(or $(B),time layers) --program $(STARMYPY_PROGRAM) \
	    --mypy $(abspath $(VENVS)/mypy/bin/python)

# libFuzzer's harnesses, instrumented throughout, so in a build of their own; below it is what they find.
FUZZERS := $(addprefix tests/fuzz/,lexer parser evaluator)
FUZZ_SECONDS ?= 30
FUZZ_FLAGS := -timeout=20 -rss_limit_mb=4096 -max_len=4096 -seed=1
$(addprefix $(BUILD)/,$(FUZZERS)): $(BUILD)/%: %.c $(ARCHIVES)
	@echo "compile $<"
	@mkdir -p $(@D) && $(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(LDFLAGS) -MMD -MP -o $@ $< $(ARCHIVES) \
	    $(LIBRARIES)

fuzz:  ## fuzz lexer, parser and evaluator, FUZZ_SECONDS each (30)
	$(SUBMAKE) BUILD=$(BUILD)/fuzz CC=clang SANITIZE=address,undefined,fuzzer-no-link fuzz-run

fuzz-run: $(addprefix $(BUILD)/,$(FUZZERS))
	@for fuzzer in $(FUZZERS); do \
	    mkdir -p $(BUILD)/corpus/$$fuzzer; \
	    ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 $(BUILD)/$$fuzzer $(FUZZ_FLAGS) \
	        -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=$(BUILD)/ -dict=tests/fuzz/starlark.dict \
	        $(BUILD)/corpus/$$fuzzer tests/fuzz/corpus >$(BUILD)/$$fuzzer.log 2>&1 || \
	        { cat $(BUILD)/$$fuzzer.log; exit 1; }; \
	    echo "fuzz: $$fuzzer, $(FUZZ_SECONDS) s"; done

# By hand: hours. The peers are commands as tests/fuzz/differ.py describes them, if there are any.
DIFFER = $(PYTHON) tests/fuzz/differ.py --ours
PROGRAMS := $(BUILD)/tests/fuzz/programs
soak: programs  ## fuzz for long; BAZEL=COMMAND GO=COMMAND: 200,000 programs compared with these
	$(SUBMAKE) fuzz FUZZ_SECONDS=1200
ifdef BAZEL
	$(DIFFER) '$(PROGRAMS) --options=notypes,noset' --impl bazel='$(BAZEL)' --seeds 0:200000
	$(DIFFER) '$(PROGRAMS) --options=notypes,noset' --impl bazel='$(BAZEL)' --seeds 0:30000 \
	    --kind broken
endif
ifdef GO
	$(DIFFER) '$(PROGRAMS) --dialect=spec' --impl go='$(GO)' --seeds 0:50000 --kind sets \
	    --level values
endif

# --- gates ---------------------------------------------------------------------------------------

C_FOLDERS := common parser runtime runtime/types builtins rules rules/* cli cli/* tests/unit \
    tests/fuzz examples/* bench
C_FILES := $(wildcard $(C_FOLDERS:=/*.[ch]) examples/*/*.cc)
PYTHON_FOLDERS := setup bench bench/mypy tests tests/conformance tests/kinds tests/monorepo \
    tests/proto tests/python
PYTHON_FILES := tests/run $(wildcard $(PYTHON_FOLDERS:=/*.py)) $(filter %.py,$(EMBEDDED))

layers:  ## every #include points downward, every library has its one file
	@$(PYTHON) tests/layers.py

format: $(VENVS)/tools/lock  ## format the C sources in place
	@$(VENVS)/tools/bin/clang-format -i $(C_FILES)

format-check: $(VENVS)/tools/lock
	@$(VENVS)/tools/bin/clang-format --dry-run -Werror $(C_FILES)

SEARCHED := tests:bench:bench/mypy:rules/mypy/rules_mypy/mypy/private
MYPY = MYPYPATH=$(SEARCHED) $(VENVS)/mypy/bin/python -m mypy --strict --no-error-summary \
    --cache-dir $(VENVS)/mypy/cache
# One by one: the tools are scripts, not modules of one program, and may have the same names.
typecheck: $(VENVS)/mypy/lock
	@for file in $(PYTHON_FILES); do $(MYPY) $$file || exit 1; done
	@echo "typecheck: $(words $(PYTHON_FILES)) files"

headers:  # the public ones are C++ too, those of libstarlark to the letter of both standards
	@for header in $(STARLARK_DOORS); do for language in 'c -std=c17' 'c++ -std=c++17'; do \
	    echo "#include \"$$header\"" | clang -x $$language -Wall -Wextra -Wpedantic -Werror \
	        -fsyntax-only -I. - || exit 1; done; done
	@echo '#include "rules/bazel.h"' | \
	    clang -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I. -

# An installation for tests of hosts, which see nothing else. All that this make builds too comes first: two
# makes at once would write the same files.
stage: all $(SHARED)
	@$(MAKE) --no-print-directory install PREFIX=$(abspath $(BUILD))/stage >$(BUILD)/stage.log

programs: $(BUILD)/starmypy $(SINGLE_PROGRAMS) $(CPLUSPLUS_PROGRAMS) $(SHARED)

# Gates in the order of their price; the tests come last, so that their closing line is the last.
# The sanitized run also takes the interpreter's portable dispatch, which no other build has.
check:  ## everything that must hold before a change goes in
	@setup/packages.sh --check
	$(SUBMAKE) layers format-check typecheck headers
	$(SUBMAKE) BUILD=$(BUILD)/clang CC=clang WERROR=1 programs
	$(SUBMAKE) BUILD=$(BUILD)/sanitize SANITIZE=address,undefined CFLAGS=-DSL_SWITCH_DISPATCH test
	$(SUBMAKE) BUILD=$(BUILD)/thread SANITIZE=thread threads
	$(SUBMAKE) fuzz
	$(SUBMAKE) BUILD=$(BUILD)/werror WERROR=1 test

# Several OS threads under a race detector, which takes the collector's signals for its own: it is off.
THREADED := $(addprefix $(BUILD)/tests/unit/,runtime_loader exec_api)
threads: $(THREADED)
	@for program in $(THREADED); do GC_DONT_GC=1 $$program || exit 1; done
	@echo "threads: $(words $(THREADED)) programs, no races"

# --- release -------------------------------------------------------------------------------------

DESTINATION = $(DESTDIR)$(PREFIX)
# The doors that hosts include, and the headers that these include.
DOORS := $(STARLARK_DOORS) rules/bazel.h
PUBLIC_HEADERS = $(filter %.h,$(shell $(CC) -I. -x c -MM $(DOORS)))

install: all $(SHARED) $(INSTALLED)  ## into PREFIX (/usr/local), below DESTDIR
	install -D -m 755 $(BUILD)/starmypy $(DESTINATION)/bin/starmypy
	install -d $(DESTINATION)/lib/pkgconfig $(DESTINATION)/include/starmypy
	install -m 644 $(INSTALLED) $(SHARED) $(DESTINATION)/lib
	cp -P $(wildcard $(BUILD)/lib*.so $(BUILD)/lib*.so.$(INTERFACE)) $(DESTINATION)/lib
	for header in $(PUBLIC_HEADERS); do \
	    install -D -m 644 $$header $(DESTINATION)/include/starmypy/$$header; done
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBRARIES@|$(STARLARK_LIBRARIES)|' \
	    setup/starlark.pc.in >$(DESTINATION)/lib/pkgconfig/starlark.pc
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBRARIES@|$(STARMYPY_LIBRARIES)|' \
	    setup/starmypy.pc.in >$(DESTINATION)/lib/pkgconfig/starmypy.pc

uninstall:  ## remove what install put there
	rm -rf $(DESTINATION)/include/starmypy
	rm -f $(DESTINATION)/bin/starmypy $(DESTINATION)/lib/libstarlark.* $(DESTINATION)/lib/libstarmypy.*
	rm -f $(DESTINATION)/lib/pkgconfig/starlark.pc $(DESTINATION)/lib/pkgconfig/starmypy.pc

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
