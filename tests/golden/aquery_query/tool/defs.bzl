def _join(ctx):
    inputs = ctx.files.srcs + [f for d in ctx.attr.deps for f in d[DefaultInfo].files.to_list()]
    out = ctx.actions.declare_file(ctx.label.name + ".out")
    log = ctx.actions.declare_file(ctx.label.name + ".log")
    args = ctx.actions.args()
    args.add_all(inputs)
    ctx.actions.run(
        outputs = [out, log],
        inputs = inputs,
        executable = ctx.executable._joiner,
        arguments = [args],
        mnemonic = "Join",
        progress_message = "joining %{label}",
    )
    ctx.actions.write(ctx.outputs.list, "\n".join([f.path for f in inputs]))
    return [DefaultInfo(files = depset([out]))]

join = rule(
    implementation = _join,
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "deps": attr.label_list(),
        "_joiner": attr.label(default = ":joiner", executable = True, cfg = "exec"),
    },
    outputs = {"list": "%{name}.list"},
)

def _joiner(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(program, "#!/bin/sh\n", is_executable = True)
    return [DefaultInfo(executable = program)]

joiner = rule(implementation = _joiner, executable = True)

def _aspect(target, ctx):
    out = ctx.actions.declare_file(target.label.name + "." + ctx.attr.kind)
    ctx.actions.write(out, ctx.attr.kind)
    return []

_attrs = {"kind": attr.string(values = ["count", "weigh"], default = "count")}
count = aspect(implementation = _aspect, attr_aspects = ["deps"], attrs = _attrs)

def _weigh(target, ctx):
    ctx.actions.do_nothing(mnemonic = "Weigh", inputs = target[DefaultInfo].files)
    return []

weigh = aspect(implementation = _weigh)

def _bad(target, ctx):
    if target.label.name == "low":
        fail("too low")
    return []

bad = aspect(implementation = _bad, attr_aspects = ["deps"])
