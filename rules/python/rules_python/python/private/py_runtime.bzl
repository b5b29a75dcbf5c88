"""py_runtime and py_runtime_pair: name an interpreter. Nothing here runs it: launchers take the interpreter of --python_path."""

PyRuntimeInfo = provider(
    doc = "An interpreter for Python code.",
    fields = {
        "bootstrap_template": "The launcher's template, or None.",
        "files": "depset of the runtime's files, or None for one of the system.",
        "interpreter": "The interpreter File, or None.",
        "interpreter_path": "The absolute path of the interpreter, or None.",
        "interpreter_version_info": "struct(major, minor, micro, releaselevel, serial), as sys.version_info; None: not known.",
        "python_version": "\"PY3\".",
        "stub_shebang": "The first line of launchers.",
    },
)

def _version_info(values):
    if "major" not in values or "minor" not in values:
        return None
    numbers = {name: int(values[name]) if name in values else None for name in ("major", "minor", "micro", "serial")}
    return struct(releaselevel = values.get("releaselevel"), **numbers)

def _py_runtime_impl(ctx):
    return [
        DefaultInfo(files = depset(ctx.files.files)),
        PyRuntimeInfo(
            bootstrap_template = None,
            files = depset(ctx.files.files) if ctx.file.interpreter else None,
            interpreter = ctx.file.interpreter,
            interpreter_path = ctx.attr.interpreter_path or None,
            interpreter_version_info = _version_info(ctx.attr.interpreter_version_info),
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
        "interpreter_version_info": attr.string_dict(),
        "python_version": attr.string(default = "PY3", values = ["PY2", "PY3"]),
        "stub_shebang": attr.string(default = "#!/usr/bin/env python3"),
    },
    doc = "An interpreter.",
)

def _py_runtime_pair_impl(ctx):
    runtime = ctx.attr.py3_runtime
    return [platform_common.ToolchainInfo(
        py2_runtime = None,
        py3_runtime = runtime[PyRuntimeInfo] if runtime else None,
    )]

py_runtime_pair = rule(
    implementation = _py_runtime_pair_impl,
    attrs = {"py3_runtime": attr.label(providers = [PyRuntimeInfo])},
    doc = "A Python toolchain.",
)
