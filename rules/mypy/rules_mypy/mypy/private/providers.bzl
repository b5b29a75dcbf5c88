"""What the mypy aspect tells: to itself about dependencies, and to whoever shows its actions."""

MypyCacheInfo = provider(
    doc = "A target's mypy cache, in mode \"compat\".",
    fields = {"directory": "File: the cache directory, with the caches of everything below merged in."},
)

MypyImportsInfo = provider(
    doc = "Which modules of distributions some targets need.",
    fields = {"modules": "dict from the Label of a distribution to the File that lists its modules that others import."},
)

MypySharedInfo = provider(
    doc = "What a target hands to its dependents, in mode \"shared\". Depsets hold the target's own and those of everything below.",
    fields = {
        "files": "depset of File: sources that no action analyses for all, so that whoever imports them reads them.",
        "interfaces": "depset of File: one for each module of a target.",
        "manifest": "File: tells which modules the target has, where they are found, and the manifests of its dependencies.",
        "manifests": "depset of File.",
        "member": "struct(label, roots, sources): of a distribution in a requirement cycle, which is analysed with the others of its group.",
        "modules": "list of struct(name, source): the target's own modules, by name; empty for a distribution.",
        "packs": "depset of File: the analysed modules of distributions and of the standard library.",
        "python_version": "string: the version that the target is checked for; None: that of the interpreter.",
        "roots": "depset of struct(path, kind, label, attribute): directories of the search path, and the target and attribute that bring each.",
    },
)

MypyInfo = provider(
    doc = "How a target is checked, for people and editors.",
    fields = {
        "exit_code": "File: the exit status of mypy, or 3: it was not run because of a dependency; absent in mode \"compat\", where it is that of the action.",
        "mode": "string: the mode of the aspect.",
        "package": "struct(name, sources, wanted, lists, pack, is_library, skipped, compat_brings): of a target that stands for a distribution or for the standard library: its name, a depset of its files and one of those that are asked for, Files that say which of its modules are wanted instead, the File that its analysis makes (None: there is none), whether everything that imports it analyses it itself, and what it brings to the search path of dependents in mode \"compat\": \"all\" that is below it, \"itself\" as stubs stand for it, or \"nothing\".",
        "path": "list of struct(entry, label, attribute): each entry of the search path in order, the target it is there for, and the attribute that brings it.",
        "reason": "string: why the target is not checked; absent if it is.",
        "report": "File: mypy's report.",
        "sources": "list of File: what is checked.",
        "upstream": "list of Label: the targets whose analysis is used, in order.",
        "verdict": "File: what is made only if the report has no errors; absent in mode \"compat\", where the report is.",
    },
)
