"""The executable of a py_binary: a shell script that starts the interpreter of --python_path."""

load(":imports.bzl", "import_path")

# Runs from the execution root, as actions do, or from anywhere beside its runfiles.
_TEMPLATE = """#!/bin/sh
main={main}
[ -e "$main" ] || main="$0.runfiles/"{short_main}
PYTHONPATH={path}"${{PYTHONPATH:-}}" exec {python} "$main" "$@"
"""

# As the shell takes it for one word, whatever is in it.
def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"

def write_launcher(ctx, main, imports):
    """Declares and writes the launcher.

    Args:
      ctx: the context of an executable rule.
      main: File to run.
      imports: depset of PyInfo.imports.
    Returns:
      The launcher File, named like the target.
    """
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        output = executable,
        content = _TEMPLATE.format(
            main = _quoted(main.path),
            path = _quoted("".join([(import_path(entry, ctx.workspace_name) or ".") + ":" for entry in imports.to_list()])),
            python = _quoted(ctx.fragments.bazel_py.python_path),
            short_main = _quoted("{}/{}".format(ctx.workspace_name, main.short_path)),
        ),
        is_executable = True,
    )
    return executable
