"""genrule: files made by a shell command."""

def _files(targets):
    return [file for target in targets for file in target[DefaultInfo].files.to_list()]

def _one(files, variable):
    if len(files) != 1:
        fail("variable '{}' : {}".format(
            variable,
            "no input file" if variable == "$<" and not files else "more than one {} file".format("input" if variable == "$<" else "output"),
        ))
    return files[0].path

# The directory of the outputs: that of the one output, else the package's.
def _output_directory(ctx, outputs):
    if len(outputs) == 1:
        return outputs[0].dirname
    return _rule_directory(ctx)

def _rule_directory(ctx):
    parts = [ctx.bin_dir.path, ctx.label.workspace_root, ctx.label.package]
    return "/".join([part for part in parts if part])

def _expand(ctx, command, sources, outputs):
    variables = {
        "SRCS": " ".join([file.path for file in sources]),
        "OUTS": " ".join([file.path for file in outputs]),
        "@D": _output_directory(ctx, outputs),
        "RULEDIR": _rule_directory(ctx),
    }
    if "$<" in command:
        variables["<"] = _one(sources, "$<")
    if "$@" in command or "$(@)" in command:
        variables["@"] = _one(outputs, "$@")
    command = ctx.expand_location(command, targets = ctx.attr.srcs + ctx.attr.tools)
    return ctx.expand_make_variables("cmd", command, variables)

def _genrule_impl(ctx):
    command = ctx.attr.cmd_bash or ctx.attr.cmd
    if not command:
        fail("missing value for `cmd` attribute, you can also set `cmd_ps` or `cmd_bat` on Windows and `cmd_bash` on other platforms.")
    sources = _files(ctx.attr.srcs)
    outputs = ctx.outputs.outs
    if not outputs:
        fail("Genrules without outputs don't make sense", attr = "outs")
    setup = ctx.file._genrule_setup
    ctx.actions.run(
        executable = "/bin/bash",
        arguments = ["-c", "source {}; {}".format(setup.path, _expand(ctx, command, sources, outputs))],
        inputs = depset([setup], transitive = [target[DefaultInfo].files for target in ctx.attr.srcs]),
        tools = [target[DefaultInfo].files_to_run for target in ctx.attr.tools],
        outputs = outputs,
        mnemonic = "Genrule",
        progress_message = ctx.attr.message + " %{label}" if ctx.attr.message else "Executing genrule %{label}",
        use_default_shell_env = True,
        execution_requirements = {tag: "" for tag in ctx.attr.tags if tag in _EXECUTION_TAGS},
    )
    files = depset(outputs)
    return [DefaultInfo(
        files = files,
        default_runfiles = ctx.runfiles(),
        data_runfiles = ctx.runfiles(transitive_files = files),
    )]

_EXECUTION_TAGS = ["local", "no-cache", "no-remote", "no-remote-cache", "no-remote-exec", "no-sandbox", "requires-network"]

genrule = rule(
    implementation = _genrule_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "tools": attr.label_list(allow_files = True, cfg = "exec"),
        "toolchains": attr.label_list(),
        "outs": attr.output_list(mandatory = True),
        "cmd": attr.string(),
        "cmd_bash": attr.string(),
        "cmd_bat": attr.string(),
        "cmd_ps": attr.string(),
        "output_to_bindir": attr.bool(),
        "local": attr.bool(),
        "message": attr.string(),
        "executable": attr.bool(),
        "heuristic_label_expansion": attr.bool(),
        "stamp": attr.int(),
        "_genrule_setup": attr.label(
            default = "@bazel_tools//tools/genrule:genrule-setup.sh",
            allow_single_file = True,
            cfg = "exec",
        ),
    },
    doc = "Files made by a shell command.",
)
