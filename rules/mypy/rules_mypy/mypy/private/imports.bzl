"""mypy_imports: which modules of distributions some targets need, so that others need not be analysed.

An aspect cannot look into sources, but an action can: one for each target and distribution lists what its modules import. Another one
follows the lists from the targets on, and writes a file for each distribution, which changes only when its part of the answer does.
"""

load(":actions.bzl", "new_arguments", "run_mypy")
load(":closure.bzl", "DEPENDENCIES", "dependencies", "files_of")
load(":modules.bzl", "import_roots", "name_directory", "name_module")
load(":package.bzl", "distribution_name", "package_roots", "package_sources")
load(":providers.bzl", "MypyImportsInfo")
load(":shared.bzl", "sources_of")

# Stubs are behind a py_type_library.
_ALONG = DEPENDENCIES + ["typing"]

_ListsInfo = provider(
    doc = "What a target and everything below it imports.",
    fields = {"lists": "depset of struct(label, file, is_package)."},
)

_MYPY_CLI = {
    "_mypy_cli": attr.label(
        default = Label("//mypy/private:mypy"),
        cfg = "exec",
        executable = True,
    ),
}

# The sources of a target, and the arguments that tell what they are called.
def _look_at_target(target, ctx, deps, arguments):
    own, inherited = import_roots(target, ctx, deps)
    sources, _ = sources_of(target, ctx, deps)
    directories = [file for file in files_of(ctx, "srcs") if file.is_directory]
    for source in sources:
        arguments.add_all("--module", [name_module(source, own, inherited).name, source])
    for directory in directories:
        arguments.add_all("--directory", [name_directory(directory, own, inherited).name, directory], expand_directories = False)
    return sources + directories

# The same of a distribution, whose modules are found when they are read.
def _look_at_package(target, ctx, deps, name, arguments):
    sources = package_sources(ctx)
    for root in package_roots(target, ctx, name, sources, {}, deps) if sources else []:
        arguments.add_all("--root", [root.kind, root.path])
    return sources

def _list_imports_impl(target, ctx):
    deps = dependencies(ctx, _ALONG)
    below = [dep[_ListsInfo].lists for dep in deps if _ListsInfo in dep]
    name = distribution_name(target, ctx)
    arguments = new_arguments(ctx, "imports")
    if name:
        sources = _look_at_package(target, ctx, deps, name, arguments)
    else:
        sources = _look_at_target(target, ctx, deps, arguments)
    if not sources:
        return [_ListsInfo(lists = depset(transitive = below))]
    output = ctx.actions.declare_file(ctx.label.name + ".mypy_imports")
    arguments.add("--output", output)
    run_mypy(
        ctx,
        arguments,
        mnemonic = "MypyImports",
        progress_message = "Looking for imports of %{label}",
        inputs = sources,
        outputs = [output],
    )
    own = struct(file = output, is_package = name != None, label = target.label)
    return [_ListsInfo(lists = depset([own], transitive = below))]

_list_imports = aspect(
    implementation = _list_imports_impl,
    attr_aspects = _ALONG,
    attrs = _MYPY_CLI,
)

def _path_of(label):
    return "/".join([part for part in [label.repo_name, label.package, label.name] if part])

def _mypy_imports_impl(ctx):
    below = [dep[_ListsInfo].lists for dep in ctx.attr.deps + ctx.attr.stubs]
    lists = depset(transitive = below).to_list()
    packages = [found for found in lists if found.is_package]
    modules = {
        found.label: ctx.actions.declare_file("{}/{}.modules".format(ctx.label.name, _path_of(found.label)))
        for found in packages
    }
    arguments = new_arguments(ctx, "wanted")
    arguments.add_all([found.file for found in lists if not found.is_package], before_each = "--target")
    for found in packages:
        arguments.add_all("--package", [found.file, modules[found.label]])
    if packages:
        run_mypy(
            ctx,
            arguments,
            mnemonic = "MypyWanted",
            progress_message = "Following imports of %{label}",
            inputs = [found.file for found in lists],
            outputs = modules.values(),
        )
    return [DefaultInfo(files = depset(modules.values())), MypyImportsInfo(modules = modules)]

_mypy_imports = rule(
    implementation = _mypy_imports_impl,
    attrs = {
        "deps": attr.label_list(aspects = [_list_imports], doc = "The targets. What is below them counts as well."),
        "stubs": attr.label_list(aspects = [_list_imports], doc = "What stands for distributions."),
    } | _MYPY_CLI,
    provides = [MypyImportsInfo],
)

def mypy_imports(name, deps, types = None, **kwargs):
    """Finds out which modules of distributions targets need, for mypy(package_modules = "//:NAME").

    Args:
      name: name of the target.
      deps: the targets; what is below them counts as well. Those that are missing find what they need analysed by themselves.
      types: what mypy() has as `types`.
      **kwargs: attributes that all rules have.
    """
    _mypy_imports(
        name = name,
        stubs = {str(stubs): stubs for stubs in (types or {}).values()}.values(),
        deps = deps,
        **kwargs
    )
