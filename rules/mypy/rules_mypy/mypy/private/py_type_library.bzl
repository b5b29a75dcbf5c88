"""py_type_library and its provider."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load("@rules_python//python/private:imports.bzl", "import_path")

PyTypeLibraryInfo = provider(
    doc = "A stub package laid out for MYPYPATH.",
    fields = {
        "directory": "File: a directory that holds site-packages/PACKAGE, without the \"-stubs\" suffix; None: nobody laid it out.",
        "files": "depset of File: the stubs as they came.",
        "roots": "list of string: the directories that hold them, where PACKAGE may be called PACKAGE-stubs.",
    },
)

# The main repository in the entries of PyInfo.imports.
_MAIN = "_main"

def _import_roots(target):
    if PyInfo not in target:
        return [target.label.workspace_root + "/site-packages"]
    repository = target.label.repo_name or _MAIN
    return [import_path(entry, _MAIN) for entry in target[PyInfo].imports.to_list() if entry.split("/")[0] == repository]

def type_library_info(target, directory = None):
    """What stands for a stub package where `types` maps to it.

    Args:
      target: a py_type_library, or the stub package itself.
      directory: where it was laid out.
    Returns:
      PyTypeLibraryInfo.
    """
    if PyTypeLibraryInfo in target:
        return target[PyTypeLibraryInfo]
    roots = _import_roots(target)
    return PyTypeLibraryInfo(
        directory = directory,
        files = depset([
            file
            for file in target[DefaultInfo].default_runfiles.files.to_list()
            if [root for root in roots if file.path.startswith(root + "/")]
        ], transitive = [target[PyInfo].direct_pyi_files] if PyInfo in target else []),
        roots = roots,
    )

def _py_type_library_impl(ctx):
    directory = ctx.actions.declare_directory(ctx.label.name)
    typing = ctx.attr.typing
    arguments = ctx.actions.args()
    arguments.add("--input", "{}/site-packages".format(typing.label.workspace_root))
    arguments.add("--output", directory.path)
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [arguments],
        inputs = depset(transitive = [typing[DefaultInfo].files, typing[DefaultInfo].default_runfiles.files]),
        outputs = [directory],
        mnemonic = "BuildPyTypeLibrary",
        progress_message = "Laying out stubs %{label}",
        use_default_shell_env = True,
    )
    return [
        DefaultInfo(
            files = depset([directory]),
            runfiles = ctx.runfiles(files = [directory]),
        ),
        type_library_info(typing, directory),
    ]

py_type_library = rule(
    implementation = _py_type_library_impl,
    attrs = {
        "typing": attr.label(mandatory = True, doc = "The pypi target of the stubs."),
        "_tool": attr.label(
            default = "//mypy/private:py_type_library",
            cfg = "exec",
            executable = True,
        ),
    },
    doc = "Lays out a stub package for MYPYPATH.",
)
