"""Mode "compat": the actions of the rules_mypy module, to the letter.

The order of search path groups, entries that do not exist, empty entries and the trailing slash of an empty import are all part of it:
configurations in use depend on them.
"""

load(":package.bzl", "package_of")
load(":providers.bzl", "MypyCacheInfo", "MypyInfo")
load(":py_type_library.bzl", "PyTypeLibraryInfo")

# Packages that mypy brings itself; on the path they would shadow its own.
_DROPPED = ["typing-extensions", "typing_extensions", "mypy-extensions", "mypy_extensions"]

# "_main/a/b" -> "a/b", "REPO/site-packages" -> "site-packages", "_main" -> "".
def _stripped(entry):
    return entry.split("/", 1)[1] if "/" in entry else ""

def _imports(target):
    return target[PyInfo].imports.to_list() if PyInfo in target else []

# A search path in groups, each a dict of entry -> origin: the first target to bring an entry is told as its reason.
def _new_path():
    return struct(types = {}, external = {}, imports = {}, generated = {}, pyi = {})

def _add(group, entry, label, attribute):
    if entry not in group:
        group[entry] = struct(entry = entry, label = label, attribute = attribute)

def _add_external(path, dep, attribute, typed_roots):
    site_packages = dep.label.workspace_root + "/site-packages"
    _add(path.external, site_packages, dep.label, attribute)
    for entry in _imports(dep):
        if "external/" + entry not in typed_roots:
            _add(path.external, "external/" + entry, dep.label, attribute)

def _add_generated(path, dep, attribute):
    for file in dep.default_runfiles.files.to_list():
        if file.root.path:
            root = file.root.path
            if dep.label.workspace_root:
                root += "/" + dep.label.workspace_root
            _add(path.generated, root, dep.label, attribute)

# What one dependency brings: search path entries, stub files and a cache.
def _visit(ctx, dep, attribute, path, pyi_files, caches, types, typed_roots):
    if PyInfo in dep and hasattr(dep[PyInfo], "direct_pyi_files"):
        pyi_files.append(dep[PyInfo].direct_pyi_files)
        for entry in _imports(dep):
            entry = _stripped(entry)
            if entry not in ("site-packages", "_main"):
                _add(path.pyi, "{}/{}".format(ctx.bin_dir.path, entry), dep.label, attribute)
    if PyTypeLibraryInfo in dep:
        _add(path.types, dep[PyTypeLibraryInfo].directory.path + "/site-packages", dep.label, attribute)
    elif dep.label in types:
        return  # its stubs stand for it
    elif dep.label.workspace_root:
        _add_external(path, dep, attribute, typed_roots)
    elif dep.label.workspace_name == "":
        for entry in _imports(dep):
            _add(path.imports, _stripped(entry), dep.label, attribute)
    if MypyCacheInfo in dep:
        caches.append(dep)
    _add_generated(path, dep, attribute)

# The target's imports are its own and those of everything below it; what a dependency has as well is told as that one's.
def _add_own_imports(path, target, dependencies):
    inherited = {}
    for dep, attribute in dependencies:
        for entry in _imports(dep):
            inherited.setdefault(entry, (dep.label, attribute))
    for entry in _imports(target):
        label, attribute = inherited.get(entry, (target.label, "imports"))
        _add(path.imports, _stripped(entry), label, attribute)

def _group(entries):
    return [entries[entry] for entry in sorted(entries)]

# Every generated root with every import below it, in case the imported code is generated.
def _generated_imports(path):
    product = {}
    for root in path.generated.values():
        for entry in path.imports.values():
            _add(product, root.entry + "/" + entry.entry, entry.label, entry.attribute)
    return product

def _search_path(ctx, path):
    start = struct(entry = ".", label = ctx.label, attribute = "srcs")
    groups = [path.types, path.external, path.imports, path.generated, _generated_imports(path), path.pyi]
    entries = [start] + [entry for group in groups for entry in _group(group)]
    return [entry for entry in entries if not [name for name in _DROPPED if name in entry.entry]]

def _environment(ctx, path):
    environment = {"MYPYPATH": ctx.configuration.host_path_separator.join([entry.entry for entry in path])}
    environment |= ctx.configuration.default_shell_env
    environment["PYTHONNOUSERSITE"] = "true"
    if ctx.attr.color:
        environment |= {"MYPY_FORCE_COLOR": "1", "TERM": "xterm-256color"}
    return environment

def _typed_data(ctx):
    return [
        file
        for file in getattr(ctx.rule.files, "data", [])
        if file.basename == "py.typed" or file.extension == "pyi"
    ]

def _arguments(ctx, report, cache, caches, sources):
    arguments = ctx.actions.args()
    arguments.add("--output", report)
    if cache:
        arguments.add("--cache-dir", cache.path)
    arguments.add_all([dep[MypyCacheInfo].directory.path for dep in caches], before_each = "--upstream-cache")
    arguments.add_all(sources)
    arguments.add("--mypy-ini", ctx.file._mypy_ini)
    return arguments

# The target's dependencies and then the stubs of those that have some, each with the attribute that brings it.
def _dependencies(ctx, types):
    deps = getattr(ctx.rule.attr, "deps", [])
    return [(dep, "deps") for dep in deps] + [(types[dep.label], "types") for dep in deps if dep.label in types]

# Makes the action of a target with sources.
def _check(target, ctx, sources):
    types = {key.label: value for key, value in zip(ctx.attr._types_keys, ctx.attr._types_values)}
    typed_roots = [label.workspace_root + "/site-packages" for label in types]
    path, pyi_files, caches = _new_path(), [], []
    dependencies = _dependencies(ctx, types)
    _add_own_imports(path, target, dependencies)
    for dep, attribute in dependencies:
        _visit(ctx, dep, attribute, path, pyi_files, caches, types, typed_roots)
    search_path = _search_path(ctx, path)

    report = ctx.actions.declare_file(ctx.rule.attr.name + ".mypy_stdout")
    cache = ctx.actions.declare_directory(ctx.rule.attr.name + ".mypy_cache") if ctx.attr.cache else None
    ctx.actions.run(
        mnemonic = "mypy",
        progress_message = "mypy %{label}",
        executable = ctx.executable._mypy_cli,
        arguments = [_arguments(ctx, report, cache, caches, sources)],
        inputs = depset(
            ctx.rule.files.srcs + _typed_data(ctx) + [dep[MypyCacheInfo].directory for dep in caches] + [ctx.file._mypy_ini],
            transitive = pyi_files + [dep.default_runfiles.files for dep, _ in dependencies],
        ),
        outputs = [report] + ([cache] if cache else []),
        env = _environment(ctx, search_path),
    )
    info = MypyInfo(
        mode = "compat",
        path = search_path,
        report = report,
        sources = sources,
        upstream = [dep.label for dep in caches],
    )
    providers = [OutputGroupInfo(mypy = depset([report])), info]
    return providers + ([MypyCacheInfo(directory = cache)] if cache else [])

def _checked_sources(ctx):
    return [
        file
        for file in ctx.rule.files.srcs
        if file.extension in ("py", "pyi") and "/_virtual_imports/" not in file.short_path
    ]

def compat(target, ctx, reason):
    """Checks one target after its dependencies.

    Args:
      target: the target.
      ctx: the aspect's context.
      reason: why it is not checked, or None.
    Returns:
      Providers: the report as output group "mypy", the cache, and MypyInfo.
    """
    if not reason and not hasattr(ctx.rule.files, "srcs"):
        reason = "{} has no sources".format(ctx.rule.kind)
    sources = _checked_sources(ctx) if not reason else []
    if not reason and not sources:
        reason = "it has no .py or .pyi sources"
    if reason:
        return [MypyInfo(mode = "compat", package = package_of(target, ctx), reason = reason)]
    return _check(target, ctx, sources)
