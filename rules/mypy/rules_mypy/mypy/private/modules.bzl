"""What the sources of a target are called when they are imported.

A module's name is the path of its file below an import directory: the nearest one of the target's own `imports`; else the nearest one
that a dependency brings; else the root of the repository. So a name is decided once, where the file is listed, and is the same for all
who import it.
"""

load("@rules_python//python:py_info.bzl", "PyInfo")
load("@rules_python//python/private:imports.bzl", "import_directory", "import_path")
load(":closure.bzl", "shown")

# The imports that no dependency has: what a rule brings whose attributes do not tell.
def _not_inherited(target, deps):
    inherited = {entry: True for dep in deps if PyInfo in dep for entry in dep[PyInfo].imports.to_list()}
    return [entry for entry in target[PyInfo].imports.to_list() if entry not in inherited]

def import_roots(target, ctx, deps):
    """The import directories of a target.

    Args:
      target: the target.
      ctx: the aspect's context.
      deps: the targets that it depends on.
    Returns:
      A list of the target's own directories and a list of those of everything below it, which may have the former as well. Paths are
      from the execution root, without the folder of generated files; "" is the main repository.
    """
    if PyInfo not in target:
        return [], []
    declared = getattr(ctx.rule.attr, "imports", None)
    if type(declared) == "list" and not [entry for entry in declared if "$" in entry]:
        own = [import_directory(ctx, entry) for entry in declared if not entry.startswith("/")]
    else:
        own = _not_inherited(target, deps)
    return (
        [import_path(entry, ctx.workspace_name) for entry in own],
        [import_path(entry, ctx.workspace_name) for entry in target[PyInfo].imports.to_list()],
    )

# The path of a file as if it stood in the source tree.
def _tree_path(file):
    return file.path[len(file.root.path) + 1:] if file.root.path else file.path

# The path below a directory, or None.
def _below(path, directory):
    if not directory:
        return path
    return path[len(directory) + 1:] if path.startswith(directory + "/") else None

# The nearest of some directories to a file. That a package is its own import directory gives its __init__ no name.
def _nearest(path, directories):
    found = None
    for directory in directories:
        rest = _below(path, directory)
        if rest and not rest.startswith("__init__.py") and (found == None or len(directory) > len(found)):
            found = directory
    return found

def _is_name(word):
    return word.replace("_", "a").isalnum() and not word[0].isdigit()

# Folders that cannot be named in an import are no packages: names begin below the last of them.
def _without_unnameable(base, rest):
    folders = rest.split("/")[:-1]
    for i in range(len(folders) - 1, -1, -1):
        if not _is_name(folders[i]):
            skipped = "/".join(folders[:i + 1])
            return (base + "/" if base else "") + skipped, rest[len(skipped) + 1:]
    return base, rest

def import_base(path, repository, own, inherited):
    """The directory from which names count.

    Args:
      path: where the file would stand in the source tree.
      repository: the root of its repository.
      own: import directories of the target.
      inherited: import directories that its dependencies bring.
    Returns:
      A path; "" is the main repository.
    """
    for directories in (own, inherited):
        base = _nearest(path, directories)
        if base != None:
            return base
    return repository

# A source under the name that it has below a directory.
def _named(file, directory):
    base, rest = _without_unnameable(directory, _below(_tree_path(file), directory))
    parts = rest.removesuffix("." + file.extension).split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return struct(name = ".".join(parts), source = file, base = base)

def name_module(file, own, inherited):
    """Names a source.

    Args:
      file: a .py or .pyi File.
      own: import directories of the target.
      inherited: import directories that its dependencies bring.
    Returns:
      struct(name, source, base): the dotted name, the File, and the directory that the name counts from, without the folder of
      generated files.
    """
    return _named(file, import_base(_tree_path(file), file.owner.workspace_root, own, inherited))

def other_names(modules, visible, directories):
    """The names that sources have besides their own: programs import them so, but to mypy these are other modules.

    Args:
      modules: the target's own modules; each also has a name below the root of its repository.
      visible: modules of direct dependencies; they also have a name below the target's import directories.
      directories: these.
    Returns:
      A dict from each other name to its module.
    """
    taken = {module.name: True for module in modules + visible}
    names = {}
    for module in modules:
        root = module.source.owner.workspace_root
        if module.base != root:
            names[_named(module.source, root).name] = module
    near = [directory for directory in directories if directory and directory.split("/")[-1] != "site-packages"]
    for module in visible if near else []:
        directory = _nearest(_tree_path(module.source), near)
        if directory != None:
            names.setdefault(_named(module.source, directory).name, module)
    return {name: names[name] for name in names if name not in taken}

def _is_stub(file):
    return file.extension == "pyi"

# Which of two sources of one name stays, and whether that goes without saying: a stub takes the place of its module.
def _choose(first, second):
    if first.source == second.source or _is_stub(first.source) != _is_stub(second.source):
        return (second if _is_stub(second.source) else first), True
    return first, False

def _warn(label, message, *details):
    print("WARNING: {}: {}".format(shown(label), message.format(*details)))

def name_modules(label, sources, own, inherited):
    """Names the sources of a target.

    Args:
      label: the target's, for warnings.
      sources: .py and .pyi Files.
      own: import directories of the target.
      inherited: import directories that its dependencies bring.
    Returns:
      A list of what name_module gives, sorted by name, each name once.
    """
    modules = {}
    for file in sources:
        module = name_module(file, own, inherited)
        earlier = modules.get(module.name)
        if not earlier:
            modules[module.name] = module
            continue
        modules[module.name], obvious = _choose(earlier, module)
        if not obvious:
            _warn(
                label,
                "module '{}' is both {} and {}: the first is taken, the second is not checked",
                module.name,
                earlier.source.path,
                module.source.path,
            )
    return [modules[name] for name in sorted(modules)]

def module_root(module):
    """Where the search path must lead for a module to be found under its name.

    Args:
      module: what name_module or name_directory gives.
    Returns:
      struct(path, kind): "." stands for the main repository's sources.
    """
    folder, base = module.source.root.path, module.base
    if not folder:
        return struct(path = base or ".", kind = "source")
    return struct(path = folder + ("/" + base if base else ""), kind = "generated")

def name_directory(directory, own, inherited):
    """The same as name_module for a directory whose modules nobody knows yet.

    Args:
      directory: a File that is a directory.
      own: import directories of the target.
      inherited: import directories that its dependencies bring.
    Returns:
      struct(name, source, base): the package that the directory is; "" if it is on the search path itself.
    """
    path = _tree_path(directory)
    base = import_base(path + "/", directory.owner.workspace_root, own, inherited)
    return struct(name = _below(path + "/", base)[:-1].replace("/", "."), source = directory, base = base)

def warn_of_conflicts(label, modules, deps):
    """Tells what cannot be right in what a target sees: one name of two files, one file of two names, one file in two targets.

    Looks at the target and its direct dependencies; what meets further away is told by mypy_runner.py.

    Args:
      label: the target's.
      modules: its own modules.
      deps: list of (label, modules) of its direct dependencies.
    """
    names, files = {}, {}
    for owner, theirs in [(label, modules)] + deps:
        for module in theirs:
            path = module.source.path
            other, same_name = names.setdefault(module.name, (owner, module))
            another, same_file = files.setdefault(path, (owner, module))
            if same_file.name != module.name:
                _warn(
                    label,
                    "{} is module '{}' of {} and module '{}' of {}, which to mypy are two modules: their imports differ",
                    path,
                    same_file.name,
                    shown(another),
                    module.name,
                    shown(owner),
                )
            elif another != owner:
                _warn(label, "{} is a source of both {} and {}: each analyses it", path, shown(another), shown(owner))
            elif same_name.source != module.source:
                _warn(
                    label,
                    "module '{}' is {} of {} and {} of {}: the first is taken",
                    module.name,
                    same_name.source.path,
                    shown(other),
                    path,
                    shown(owner),
                )
