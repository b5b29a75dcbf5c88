"""Rules that go wrong, each in one way."""

AInfo = provider(fields = ["x"])
BInfo = provider()

def _nothing(ctx):
    return []

need = rule(
    implementation = _nothing,
    attrs = {
        "any_of": attr.label_list(providers = [[AInfo, BInfo], [BInfo]]),
        "all_of": attr.label_list(providers = [AInfo, BInfo]),
        "none": attr.label(),
        "py": attr.label_list(allow_files = [".py", ".pyi"]),
        "single": attr.label(allow_single_file = True),
        "some": attr.string_list(allow_empty = False, default = ["x"]),
        "tool": attr.label(executable = True, cfg = "exec"),
    },
)

def _give(ctx):
    return [AInfo(x = 1)]

give = rule(implementation = _give)

def _twice(ctx):
    return [AInfo(x = 1), AInfo(x = 2)]

twice = rule(implementation = _twice)

def _returns(ctx):
    if ctx.attr.what == "int":
        return 7
    if ctx.attr.what == "list":
        return ["text"]
    return None

returns = rule(implementation = _returns, attrs = {"what": attr.string()})

lacking = rule(implementation = _nothing, provides = [AInfo])

exe = rule(implementation = _nothing, executable = True)

def _field(ctx):
    return [DefaultInfo(), AInfo(x = AInfo(x = 1).y)]

field = rule(implementation = _field)

def _index(ctx):
    ctx.attr.dep[BInfo]
    return []

index = rule(implementation = _index, attrs = {"dep": attr.label()})

def _outputs(ctx):
    ctx.actions.run(outputs = [], executable = "/bin/true")

no_outputs = rule(implementation = _outputs)

def _outside(ctx):
    ctx.actions.declare_file("../y")

outside = rule(implementation = _outside)

def _conflict(ctx):
    out = ctx.actions.declare_file("same.txt")
    ctx.actions.write(out, ctx.label.name)

conflict = rule(implementation = _conflict)

def _shared(ctx):
    for _ in range(2):
        ctx.actions.write(ctx.actions.declare_file(ctx.label.name + ".txt"), "same")

shared = rule(implementation = _shared)

predeclared = rule(implementation = _nothing, attrs = {"out": attr.output()})

toolchained = rule(implementation = _nothing, toolchains = ["//lib:type"])

def _ask(ctx):
    fail(str(ctx.toolchains["//lib:type"]))

optional = rule(implementation = _ask, toolchains = [config_common.toolchain_type("//lib:type", mandatory = False)])

def _merge(target, ctx):
    return [AInfo(x = 2)]

merging = aspect(_merge)

merge = rule(implementation = _nothing, attrs = {"deps": attr.label_list(aspects = [merging])})

def _bad_aspect(target, ctx):
    return 7

bad_aspect = aspect(_bad_aspect)

aspected = rule(implementation = _nothing, attrs = {"deps": attr.label_list(aspects = [bad_aspect])})

def _depset(ctx):
    depset([1], transitive = [depset(["a"])])

mixed = rule(implementation = _depset)
