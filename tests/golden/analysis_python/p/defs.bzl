"""An aspect that shows the Python toolchain of a target, and a rule that asks for one."""

TYPE = "@rules_python//python:toolchain_type"

SeenInfo = provider()

def _version(toolchain):
    info = toolchain.py3_runtime.interpreter_version_info
    return "%s.%s.%s" % (info.major, info.minor, info.micro) if info else "that of the interpreter"

def _look(target, ctx):
    toolchain = ctx.rule.toolchains[TYPE] if TYPE in ctx.rule.toolchains else None

    # buildifier: disable=print
    print(target.label.name, _version(toolchain) if toolchain else "no toolchain", SeenInfo in toolchain if toolchain else "")
    return [SeenInfo()]

look = aspect(_look, attr_aspects = ["deps"], toolchains_aspects = [TYPE])

def _ask(ctx):
    # buildifier: disable=print
    print(ctx.label.name, _version(ctx.toolchains[TYPE]))

ask = rule(implementation = _ask, toolchains = [TYPE])
