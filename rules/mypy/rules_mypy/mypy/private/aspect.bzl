"""The mypy aspect.

A mode is a function (target, ctx) that makes a target's actions. `compat` makes exactly those of the rules_mypy module, with the
cache of each target handed on whole; see compat.bzl.
"""

load(":compat.bzl", "compat")
load(":providers.bzl", _MypyCacheInfo = "MypyCacheInfo", _MypyInfo = "MypyInfo")

MypyCacheInfo = _MypyCacheInfo
MypyInfo = _MypyInfo

_MODES = {"compat": compat}

# Why a target has no action of its own, or None.
def _reason(target, ctx):
    tags = ctx.rule.attr.tags
    if target.label.workspace_root:
        return "it belongs to the external repository {}".format(target.label.repo_name)
    if PyInfo not in target:
        return "it is not a Python target: {} gives no PyInfo".format(ctx.rule.kind)
    suppressed = [tag for tag in ctx.attr._suppression_tags if tag in tags]
    if suppressed:
        return "it has the tag \"{}\"".format(suppressed[0])
    if ctx.attr._opt_in_tags and not [tag for tag in ctx.attr._opt_in_tags if tag in tags]:
        return "it has none of the tags that opt in: {}".format(", ".join(ctx.attr._opt_in_tags))
    if not hasattr(ctx.rule.files, "srcs"):
        return "{} has no sources".format(ctx.rule.kind)
    return None

def _checked_sources(ctx):
    return [
        file
        for file in ctx.rule.files.srcs
        if file.extension in ("py", "pyi") and "/_virtual_imports/" not in file.short_path
    ]

def _mypy_impl(target, ctx):
    reason = _reason(target, ctx)
    sources = _checked_sources(ctx) if not reason else []
    if not reason and not sources:
        reason = "it has no .py or .pyi sources"
    if reason:
        return [MypyInfo(mode = ctx.attr._mode, reason = reason)]
    return _MODES[ctx.attr._mode](target, ctx, sources)

def mypy(
        mypy_cli = None,
        mypy_ini = None,
        types = None,
        cache = True,
        color = True,
        suppression_tags = None,
        opt_in_tags = None,
        mode = "compat"):
    """Makes an aspect that type-checks targets. Assign it to a global and name it in --aspects.

    Args:
      mypy_cli: a mypy_cli target; default: mypy of the interpreter of --python_path.
      mypy_ini: the configuration file; default: follow_imports silent, pretty.
      types: dict of a runtime package's label to its stubs' label, as the `types` extension makes it.
      cache: whether targets hand their cache to those that depend on them.
      color: whether reports are coloured.
      suppression_tags: tags of targets not to check; default: "no-mypy".
      opt_in_tags: if given, only targets with one of these tags are checked.
      mode: how analysis is shared; "compat" is what the rules_mypy module does.
    Returns:
      An aspect.
    """
    if mode not in _MODES:
        fail("mode is '{}', want one of {}".format(mode, ", ".join(_MODES.keys())))
    types = types or {}
    return aspect(
        implementation = _mypy_impl,
        attr_aspects = ["deps"],
        attrs = {
            "cache": attr.bool(default = cache),
            "color": attr.bool(default = color),
            "_mode": attr.string(default = mode),
            "_mypy_cli": attr.label(
                default = mypy_cli or Label("//mypy/private:mypy"),
                cfg = "exec",
                executable = True,
            ),
            "_mypy_ini": attr.label(
                default = mypy_ini or Label("//mypy/private:default_mypy.ini"),
                allow_single_file = True,
            ),
            "_opt_in_tags": attr.string_list(default = opt_in_tags or []),
            "_suppression_tags": attr.string_list(default = suppression_tags if suppression_tags != None else ["no-mypy"]),
            "_types_keys": attr.label_list(default = types.keys()),
            "_types_values": attr.label_list(default = types.values()),
        },
    )
