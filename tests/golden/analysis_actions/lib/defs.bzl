"""Rules whose actions show what ctx gives them."""

load(":settings.bzl", "SettingInfo")

def _show(ctx, name, lines, **kwargs):
    out = ctx.actions.declare_file(name)
    args = ctx.actions.args()
    args.add_all(lines)
    ctx.actions.run(outputs = [out], executable = "/bin/true", arguments = [args], mnemonic = "Show", **kwargs)
    return out

# Args: conversions, directories, callbacks with an expander, files of arguments.

def _paths(directory, expander):
    return [file.path for file in expander.expand(directory)]

def _args(ctx):
    tree = ctx.actions.declare_directory("tree")
    ctx.actions.run_shell(outputs = [tree], command = "mkdir -p $1", arguments = [tree.path])
    args = ctx.actions.args()
    args.add(Label("//lib:flag"))
    args.add(True)
    args.add("--number", -3)
    args.add_all([tree], map_each = _paths)
    args.add_all([tree], expand_directories = False)
    args.add_all("--range", range(3), format_each = "<%s>")
    args.add_joined("--joined", depset(["b", "a", "b"]), join_with = "+", format_joined = "[%s]")
    args.add_joined("--empty", [], join_with = ",", omit_if_empty = False, format_joined = "(%s)")
    snapshot = ctx.actions.declare_file("snapshot")
    ctx.actions.run(outputs = [snapshot], executable = "/bin/true", arguments = [args], inputs = [tree])
    args.add("later")
    for format in ["shell", "multiline", "flag_per_line"]:
        content = ctx.actions.args()
        content.set_param_file_format(format)
        content.add_all(["--a", "one two", "--b", "it's"])
        ctx.actions.write(ctx.actions.declare_file("args." + format), content)
    return [DefaultInfo(files = depset([snapshot]))]

args = rule(implementation = _args)

# One action of each kind.

def _kinds(ctx):
    name = ctx.label.name
    actions = ctx.actions
    shell = actions.declare_file("deep/er/" + name + ".sh")
    actions.run_shell(
        outputs = [shell],
        command = "true",
        use_default_shell_env = True,
        env = {"Z": "1", "A": "2", "PATH": "/mine"},
        execution_requirements = {"requires-network": "1"},
    )
    near = actions.declare_file("near.txt", sibling = shell)
    actions.write(near, "text\n", is_executable = True)
    actions.expand_template(
        template = ctx.file._template,
        output = actions.declare_file(name + ".expanded"),
        substitutions = {"{A}": "a", "{B}": ""},
        is_executable = True,
    )
    actions.symlink(output = actions.declare_file(name + ".link"), target_file = near)
    actions.symlink(output = actions.declare_file(name + ".run"), target_file = near, is_executable = True)
    actions.symlink(output = actions.declare_symlink(name + ".dangling"), target_path = "../nowhere", progress_message = "Linking %{output}")
    actions.do_nothing(mnemonic = "Nothing", inputs = [near])
    actions.run(
        outputs = [actions.declare_file(name + ".used")],
        inputs = [near],
        executable = ctx.attr._tool[DefaultInfo].files_to_run,
        tools = [ctx.attr._other[DefaultInfo].files_to_run, ctx.executable._other],
        progress_message = "Using %{input} for %{label}",
    )
    return [OutputGroupInfo(near = [near])]

kinds = rule(
    implementation = _kinds,
    attrs = {
        "_template": attr.label(default = "//lib:template.txt", allow_single_file = True),
        "_tool": attr.label(default = "//p:tool", executable = True, cfg = "exec"),
        "_other": attr.label(default = "//p:other_tool", executable = True, cfg = "exec"),
    },
)

def _tool(ctx):
    if ctx.attr.predeclared:
        ctx.actions.write(ctx.outputs.executable, "#!/bin/sh\n", is_executable = True)
        return [DefaultInfo(files = depset(ctx.files.data))]
    out = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(out, "#!/bin/sh\n", is_executable = True)
    runfiles = ctx.runfiles(
        files = ctx.files.data,
        symlinks = {"renamed/a": out},
        root_symlinks = {"top": out},
    )
    return [DefaultInfo(executable = out, runfiles = runfiles.merge(ctx.runfiles(collect_default = True)))]

tool = rule(
    implementation = _tool,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "predeclared": attr.bool(),
    },
    executable = True,
)

# What ctx has.

def _context(ctx):
    constraint = ctx.attr.constraint[platform_common.ConstraintValueInfo]
    lines = [
        "ctx " + str(ctx),
        "kind of attr " + type(ctx.attr),
        "var " + str(ctx.var),
        "shell " + str(ctx.configuration.default_shell_env),
        "features %s %s" % (ctx.features, ctx.disabled_features),
        "python " + ctx.fragments.bazel_py.python_path,
        "toolchain %s" % ctx.toolchains["//lib:type"],
        "toolchains %s" % ("//lib:type" in ctx.toolchains),
        "settings %s" % [target[SettingInfo].value for target in ctx.attr._settings],
        "constraint %s" % ctx.target_platform_has_constraint(constraint),
        "relative %s" % ctx.package_relative_label(":x"),
        "computed " + ctx.attr._computed,
        "by name %s" % {name: target.label.name for name, target in ctx.attr.by_name.items()},
        "lists %s" % {name: [target.label.name for target in targets] for name, targets in ctx.attr.lists.items()},
        "keyed %s" % {target.label.name: text for target, text in ctx.attr.keyed.items()},
        "target %s %s %s" % (ctx.attr.files[0], ctx.attr.files[1], ctx.attr.files[2]),
        "label %s" % ctx.attr.files[2].label,
        "output %s" % ctx.attr.out,
        "files %s" % ctx.files.files,
        "unset %r" % [ctx.attr.tri, ctx.attr.one, ctx.file.one, ctx.executable.tool],
        ctx.expand_location("$(location :a.txt) $(rootpaths :both) $(execpath :nick)", ctx.attr.files),
        ctx.expand_make_variables("cmd", "$(BINDIR) $(MINE) $$HOME $@", {"MINE": "mine", "@": "at"}),
        "dir " + " ".join([name for name in dir(ctx.attr) if not name.startswith("_")][:3]),
    ]
    out = _show(ctx, ctx.outputs.out.basename + ".lines", lines)
    ctx.actions.symlink(output = ctx.outputs.out, target_file = out)
    for file in [ctx.outputs.listing, ctx.outputs.second]:
        ctx.actions.write(file, "")

context = rule(
    implementation = _context,
    attrs = {
        "by_name": attr.string_keyed_label_dict(),
        "constraint": attr.label(),
        "files": attr.label_list(allow_files = True),
        "keyed": attr.label_keyed_string_dict(allow_files = True),
        "lists": attr.label_list_dict(),
        "one": attr.label(allow_single_file = True),
        "out": attr.output(),
        "tool": attr.label(executable = True, cfg = "exec"),
        "tri": attr.int(values = [0, 1]),
        "_computed": attr.string(default = lambda name, files: "%s has %d" % (name, len(files))),
        "_settings": attr.label_list(default = ["//lib:flag", "//lib:level", "//lib:words"]),
    },
    outputs = {"listing": "%{name}.list", "second": "sub/%{name}.2"},
    toolchains = [config_common.toolchain_type("//lib:type", mandatory = False)],
)

# Make variables from other targets.

def _variables(ctx):
    return [platform_common.TemplateVariableInfo({"COMPILER": ctx.label.name + "/cc"})]

variables = rule(implementation = _variables)

# Conditions.

def _echo(ctx):
    _show(ctx, ctx.label.name + ".echo", [ctx.attr.text])

echo = rule(implementation = _echo, attrs = {"text": attr.string()})
