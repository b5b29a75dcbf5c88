"""What rules and aspects learn of the target platform."""

_VALUES = {
    "@platforms//os:linux": "linux",
    "@platforms//os:macos": "macos",
    "@platforms//os:windows": "windows",
    "@platforms//cpu:x86_64": "x86_64",
    "@platforms//cpu:arm64": "arm64",
    "//p:round": "round",
    "//p:square": "square",
    "//p:flat": "flat",
}
_ATTRIBUTES = {
    "_values": attr.label_keyed_string_dict(default = {Label(key): value for key, value in _VALUES.items()}),
}

def _holding(ctx):
    return [
        name
        for value, name in ctx.attr._values.items()
        if ctx.target_platform_has_constraint(value[platform_common.ConstraintValueInfo])
    ]

def _tell_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.run(
        mnemonic = "Tell",
        outputs = [out],
        executable = "/bin/true",
        arguments = _holding(ctx) + [ctx.attr.selected, str(ctx.fragments.platform.platform)],
    )
    return [DefaultInfo(files = depset([out]))]

tell = rule(
    implementation = _tell_impl,
    attrs = _ATTRIBUTES | {
        "selected": attr.string(),
        "tool": attr.label(cfg = "exec"),
    },
    fragments = ["platform"],
)

def _look_impl(target, ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".looked")
    ctx.actions.run(mnemonic = "Look", outputs = [out], executable = "/bin/true", arguments = _holding(ctx))
    return [OutputGroupInfo(looked = depset([out]))]

look = aspect(implementation = _look_impl, attrs = _ATTRIBUTES)

def _ask_wrongly_impl(ctx):
    ctx.target_platform_has_constraint(ctx.label)

ask_wrongly = rule(implementation = _ask_wrongly_impl)

def _use_impl(ctx):
    print(ctx.toolchains["//p:machine"].name)

use = rule(implementation = _use_impl, toolchains = ["//p:machine"])

machine = rule(
    implementation = lambda ctx: platform_common.ToolchainInfo(name = ctx.label.name),
)
