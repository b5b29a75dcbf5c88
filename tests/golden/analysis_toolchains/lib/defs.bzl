"""Rules with toolchains, the toolchains, and aspects that go on to them."""

TYPE = "//lib:type"

def _tool(ctx):
    return [
        platform_common.ToolchainInfo(word = ctx.attr.word, label = ctx.label),
        platform_common.TemplateVariableInfo({"WORD": ctx.attr.word}),
    ]

tool = rule(implementation = _tool, attrs = {"word": attr.string(), "deps": attr.label_list()})

def _plain(_ctx):
    return []

plain = rule(implementation = _plain)

def _say(ctx, words):
    # buildifier: disable=print
    print(ctx.label.name + ":", " ".join([str(word) for word in words]))
    ctx.actions.write(ctx.actions.declare_file(ctx.label.name + ".said"), "")

def _word(toolchain):
    return toolchain.word if toolchain else "nothing"

def _use(ctx):
    _say(ctx, [
        _word(ctx.toolchains[type])
        for type in [TYPE, Label("//lib:type"), "@toolchains//lib:alias_of_type", "//lib:other", "//lib:third"]
    ] + [TYPE in ctx.toolchains, "//p:plain" in ctx.toolchains, ctx.toolchains])
    return []

use = rule(
    implementation = _use,
    attrs = {
        "deps": attr.label_list(),
        "tools": attr.label_list(cfg = "exec"),
    },
    toolchains = [
        "//lib:alias_of_type",
        config_common.toolchain_type("//lib:other", mandatory = False),
        config_common.toolchain_type(Label("//lib:third"), mandatory = False),
    ],
)

def _need(_ctx):
    return []

need_third = rule(implementation = _need, toolchains = ["//lib:third", "//lib:fourth", TYPE])

need_wrong = rule(implementation = _need, toolchains = ["//lib:defs.bzl"])

need_absent = rule(implementation = _need, toolchains = [config_common.toolchain_type("//lib:absent", mandatory = False)])

def _ask(ctx):
    return ctx.toolchains["//lib:other"]

ask_undeclared = rule(implementation = _ask, toolchains = [TYPE])

def _ask_informationless(ctx):
    return ctx.toolchains["//lib:informationless"]

ask_informationless = rule(implementation = _ask_informationless, toolchains = ["//lib:informationless"])

# Aspects.

LookInfo = provider(fields = ["seen"])

def _look(target, ctx):
    seen = [target.label.name] + [str(dep[LookInfo].seen) for dep in getattr(ctx.rule.attr, "deps", [])]
    if TYPE in ctx.rule.toolchains:
        toolchain = ctx.rule.toolchains[TYPE]
        seen += [
            "toolchain %s" % toolchain.word,
            "%s" % (LookInfo in toolchain),
            "%s" % (toolchain[LookInfo].seen if LookInfo in toolchain else "unseen"),
            toolchain[platform_common.ToolchainInfo].word,
        ]
    own = ctx.toolchains[TYPE].word if TYPE in ctx.toolchains else "no toolchain"
    out = ctx.actions.declare_file(target.label.name + ".look")
    ctx.actions.run(
        outputs = [out],
        executable = "/bin/true",
        arguments = seen + [own],
        mnemonic = "Look",
    )
    return [LookInfo(seen = seen)]

look = aspect(_look, attr_aspects = ["deps"], toolchains_aspects = ["//lib:alias_of_type"])

look_not_along = aspect(_look, attr_aspects = ["deps"])

look_with_own = aspect(_look, attr_aspects = ["deps"], toolchains = [TYPE], toolchains_aspects = [Label("//lib:type")])

look_in_need = aspect(_look, toolchains = ["//lib:fourth"])

look_wrong = aspect(_look, toolchains_aspects = ["//lib:defs.bzl"])
