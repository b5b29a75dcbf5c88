"""Rules over what a repository that is not there would have given."""

load("@gone//:defs.bzl", "GoneInfo", "gone_aspect", "gone_transition")

def _impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".out")
    ctx.actions.run(
        outputs = [out],
        inputs = depset(transitive = [dep.files for dep in ctx.attr.deps]),
        executable = "/bin/true",
        arguments = ["%s %s %s" % (dep.label, GoneInfo in dep, dep.default_runfiles.files) for dep in ctx.attr.deps],
    )
    return [DefaultInfo(files = depset([out])), GoneInfo(x = 1)]

uses = rule(
    implementation = _impl,
    attrs = {
        "deps": attr.label_list(aspects = [gone_aspect], providers = [GoneInfo]),
        "data": attr.label_list(allow_files = [".txt"]),
        "tool": attr.label(executable = True, cfg = "exec"),
    },
    provides = [GoneInfo],
)

def _identity(_settings, _attr):
    return {}

own_transition = transition(implementation = _identity, inputs = [], outputs = [])

moved = rule(implementation = _impl, attrs = {"deps": attr.label_list(cfg = own_transition)})

def _look(target, ctx):
    out = ctx.actions.declare_file(target.label.name + ".look")
    ctx.actions.write(out, "%s %s" % (GoneInfo in target, [GoneInfo in dep for dep in getattr(ctx.rule.attr, "deps", [])]))
    return []

look = aspect(_look, attr_aspects = ["deps"], requires = [gone_aspect])
