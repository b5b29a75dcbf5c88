"""Aspects beyond the plain one: what they see, where they go, what they are told."""

RuleInfo = provider(fields = ["name"])
LowInfo = provider(fields = ["out"])
HighInfo = provider(fields = ["out"])

def _act(ctx, target, suffix, words, inputs = []):
    out = ctx.actions.declare_file(target.label.name + suffix)
    ctx.actions.run(
        outputs = [out],
        inputs = inputs,
        executable = "/bin/true",
        arguments = [str(word) for word in words],
        mnemonic = "Look",
        progress_message = "Looking at %{label}",
    )
    return out

def _deps(ctx):
    return getattr(ctx.rule.attr, "deps", [])

# `requires`: low runs first and is seen, on the target and on what it depends on.

def _low(target, ctx):
    return [LowInfo(out = _act(ctx, target, ".low", ["low"])), OutputGroupInfo(low = depset(), both = [])]

low = aspect(_low, attr_aspects = ["deps"], provides = [LowInfo])

def _high(target, ctx):
    words = ["self", LowInfo in target] + [dep[LowInfo].out.path for dep in _deps(ctx) if LowInfo in dep]
    below = [dep[HighInfo].out for dep in _deps(ctx) if HighInfo in dep]
    groups = sorted(dir(target[OutputGroupInfo])) if OutputGroupInfo in target else []
    return [
        HighInfo(out = _act(ctx, target, ".high", words + groups, below)),
        OutputGroupInfo(high = depset(), both = depset(below)),
    ]

high = aspect(_high, attr_aspects = ["deps"], requires = [low])

# Only on rules that declare a provider.

def _picky(target, ctx):
    _act(ctx, target, ".picky", [target[RuleInfo].name])
    return []

picky = aspect(_picky, attr_aspects = ["*"], required_providers = [RuleInfo])

# On the rules that generate files.

def _generating(target, ctx):
    _act(ctx, target, ".generating", [ctx.rule.kind, str(target)])
    return []

generating = aspect(_generating, attr_aspects = ["srcs"], apply_to_generating_rules = True)

# Parameters of three types, and private attributes.

def _told(target, ctx):
    _act(
        ctx,
        target,
        ".told",
        [ctx.attr.word, ctx.attr.number, ctx.attr.flag, ctx.attr._private, ctx.file._tool.path, ctx.aspect_ids],
    )
    return []

told = aspect(
    _told,
    attr_aspects = ["deps"],
    attrs = {
        "word": attr.string(default = "plain", values = ["plain", "fancy"]),
        "number": attr.int(default = 1),
        "flag": attr.bool(default = True),
        "_private": attr.string_list(default = ["p"]),
        "_tool": attr.label(default = "//lib:tool.sh", allow_single_file = True),
    },
)

def _rule(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".out")
    ctx.actions.run(
        outputs = [out],
        inputs = [dep[HighInfo].out for dep in ctx.attr.deps if HighInfo in dep],
        executable = "/bin/true",
        arguments = [str(dep) for dep in ctx.attr.deps],
    )
    return [
        DefaultInfo(files = depset([out])),
        RuleInfo(name = ctx.label.name),
        OutputGroupInfo(rule = [out], both = [out]),
    ]

_ATTRS = {
    "deps": attr.label_list(allow_files = True),
    "srcs": attr.label_list(allow_files = True),
    "other": attr.label(),
}

node = rule(implementation = _rule, attrs = _ATTRS, provides = [RuleInfo])

shy = rule(implementation = _rule, attrs = _ATTRS)

watching = rule(
    implementation = _rule,
    attrs = {
        "deps": attr.label_list(aspects = [high]),
        "number": attr.int(),
    },
)

telling = rule(
    implementation = _rule,
    attrs = {
        "deps": attr.label_list(aspects = [told]),
        "number": attr.int(default = 7),
        "word": attr.string(),
        "flag": attr.string(default = "not a bool"),
    },
)
