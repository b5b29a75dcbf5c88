"""py_type_library and its provider."""

PyTypeLibraryInfo = provider(
    doc = "A stub package laid out for MYPYPATH.",
    fields = {"directory": "File: a directory that holds site-packages/PACKAGE, without the \"-stubs\" suffix."},
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
        PyTypeLibraryInfo(directory = directory),
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
