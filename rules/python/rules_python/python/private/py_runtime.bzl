"""py_runtime: names an interpreter. Nothing here runs it: launchers take the interpreter of --python_path."""

PyRuntimeInfo = provider(
    doc = "An interpreter for Python code.",
    fields = {
        "bootstrap_template": "The launcher's template, or None.",
        "files": "depset of the runtime's files, or None for one of the system.",
        "interpreter": "The interpreter File, or None.",
        "interpreter_path": "The absolute path of the interpreter, or None.",
        "python_version": "\"PY3\".",
        "stub_shebang": "The first line of launchers.",
    },
)

def _py_runtime_impl(ctx):
    return [
        DefaultInfo(files = depset(ctx.files.files)),
        PyRuntimeInfo(
            bootstrap_template = None,
            files = depset(ctx.files.files) if ctx.file.interpreter else None,
            interpreter = ctx.file.interpreter,
            interpreter_path = ctx.attr.interpreter_path or None,
            python_version = ctx.attr.python_version,
            stub_shebang = ctx.attr.stub_shebang,
        ),
    ]

py_runtime = rule(
    implementation = _py_runtime_impl,
    attrs = {
        "files": attr.label_list(allow_files = True),
        "interpreter": attr.label(allow_single_file = True),
        "interpreter_path": attr.string(),
        "python_version": attr.string(default = "PY3", values = ["PY2", "PY3"]),
        "stub_shebang": attr.string(default = "#!/usr/bin/env python3"),
    },
    doc = "An interpreter.",
)
