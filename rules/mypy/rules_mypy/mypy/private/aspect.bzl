"""The mypy aspect.

A mode is a function (target, ctx, reason) that makes a target's actions. `shared` analyses everything once, see shared.bzl; `compat`
makes exactly the actions of the rules_mypy module, with the cache of each target handed on whole, see compat.bzl.
"""

load("@rules_python//python/private:requirements.bzl", "normalize_name")
load(":closure.bzl", "DEPENDENCIES", "PYTHON_TOOLCHAIN")
load(":compat.bzl", "compat")
load(":flags.bzl", "BuildSettingInfo")
load(":platforms.bzl", "PLATFORMS")
load(":providers.bzl", "MypyImportsInfo", _MypyCacheInfo = "MypyCacheInfo", _MypyInfo = "MypyInfo", _MypySharedInfo = "MypySharedInfo")
load(":shared.bzl", "shared")

MypyCacheInfo = _MypyCacheInfo
MypyInfo = _MypyInfo
MypySharedInfo = _MypySharedInfo

_MODES = {"compat": compat, "shared": shared}

# Why a target's errors do not count, or None.
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
    return None

def _mypy_impl(target, ctx):
    mode = ctx.attr._mode or ctx.attr._mode_flag[BuildSettingInfo].value
    return _MODES[mode if ctx.attr.cache else "compat"](target, ctx, _reason(target, ctx))

def mypy(
        mypy_cli = None,
        mypy_ini = None,
        types = None,
        cache = True,
        color = True,
        suppression_tags = None,
        opt_in_tags = None,
        mode = None,
        package_modules = None,
        skip_packages = None):
    """Makes an aspect that type-checks targets. Assign it to a global and name it in --aspects.

    Args:
      mypy_cli: a mypy_cli target; default: mypy of the interpreter of --python_path.
      mypy_ini: the configuration file; default: follow_imports silent, pretty.
      types: dict of a runtime package's label to its stubs' label, as the `types` extension makes it.
      cache: whether targets hand what they analysed to those that depend on them. Without it nothing is shared, and the mode is "compat".
      color: whether reports are coloured.
      suppression_tags: tags of targets not to check; default: "no-mypy".
      opt_in_tags: if given, only targets with one of these tags are checked.
      mode: how analysis is shared: "shared", or "compat", which is what the rules_mypy module does; default: the build setting
        @rules_mypy//mypy:mode.
      package_modules: which modules of distributions to analyse once for all, with those that they import; what imports others analyses
        these itself. A dict of a distribution's name to the list of its modules, or the label of a mypy_imports target: those that the
        targets below that one need. Default: all modules of each.
      skip_packages: names of distributions that are not analysed once for all, but by everything that imports them.
    Returns:
      An aspect.
    """
    if mode != None and mode not in _MODES:
        fail("mode is '{}', want one of {}".format(mode, ", ".join(_MODES.keys())))
    types = types or {}
    package_imports = None
    if package_modules != None and type(package_modules) != "dict":
        package_imports, package_modules = package_modules, None
    return aspect(
        implementation = _mypy_impl,
        attr_aspects = ["deps"] if mode == "compat" else DEPENDENCIES,
        toolchains_aspects = [] if mode == "compat" else [PYTHON_TOOLCHAIN],
        attrs = {
            "cache": attr.bool(default = cache),
            "color": attr.bool(default = color),
            "_mode": attr.string(default = mode or ""),
            "_mode_flag": attr.label(default = Label("//mypy:mode")),
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
            "_package_imports": attr.label(default = package_imports, providers = [MypyImportsInfo]),
            "_package_modules": attr.string(default = json.encode({
                normalize_name(name): modules
                for name, modules in (package_modules or {}).items()
            })),
            "_platforms": attr.label_keyed_string_dict(default = PLATFORMS),
            "_skipped_packages": attr.string_list(default = [normalize_name(name) for name in skip_packages or []]),
            "_strict_cache": attr.label(default = Label("//mypy:strict_cache")),
            "_suppression_tags": attr.string_list(default = suppression_tags if suppression_tags != None else ["no-mypy"]),
            "_types_keys": attr.label_list(default = types.keys()),
            "_types_values": attr.label_list(default = types.values()),
        },
    )
