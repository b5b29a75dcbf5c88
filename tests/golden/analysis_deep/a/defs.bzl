"""A chain of targets, deeper than any stack of calls may be."""

def _impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".out")
    below = [dep.files for dep in ctx.attr.deps]
    ctx.actions.run(outputs = [out], inputs = depset(transitive = below), executable = "/bin/true")
    return [DefaultInfo(files = depset([out], transitive = below))]

link = rule(implementation = _impl, attrs = {"deps": attr.label_list()})

def chain(length):
    link(name = "link0")
    for i in range(1, length):
        link(name = "link%d" % i, deps = [":link%d" % (i - 1)])

def _aspect(target, ctx):
    ctx.actions.write(ctx.actions.declare_file(target.label.name + ".seen"), "")
    return []

see = aspect(_aspect, attr_aspects = ["deps"])
