"""Which platform targets are checked for."""

# What programs see as sys.platform, by the constraint value that the platform has which they are built for.
PLATFORMS = {
    Label("@platforms//os:android"): "android",
    Label("@platforms//os:ios"): "ios",
    Label("@platforms//os:linux"): "linux",
    Label("@platforms//os:nixos"): "linux",
    Label("@platforms//os:osx"): "darwin",
    Label("@platforms//os:wasi"): "wasi",
    Label("@platforms//os:windows"): "win32",
}

def target_platform(ctx):
    """What mypy calls the platform that targets are built for, or None.

    Args:
      ctx: the aspect's context.
    """
    for value, name in ctx.attr._platforms.items():
        if ctx.target_platform_has_constraint(value[platform_common.ConstraintValueInfo]):
            return name
    return None
