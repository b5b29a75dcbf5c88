"""A rule that shows what it sees of settings."""

load(":settings.bzl", "SettingInfo")

def _show(ctx):
    # buildifier: disable=print
    print("%s: %s" % (ctx.label.name, ", ".join(ctx.attr.lines + [
        "%s=%r" % (setting.label.name, setting[SettingInfo].value)
        for setting in ctx.attr.settings
    ])))
    ctx.actions.write(ctx.actions.declare_file(ctx.label.name), "")

show = rule(
    implementation = _show,
    attrs = {
        "lines": attr.string_list(),
        "settings": attr.label_list(),
    },
)
