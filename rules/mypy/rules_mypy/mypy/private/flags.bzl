"""Build settings that hold a string or a bool, as bazel_skylib has them."""

BuildSettingInfo = provider(
    doc = "A build setting.",
    fields = {"value": "string or bool: what the command line says, else the setting's default."},
)

def _string_flag_impl(ctx):
    value = ctx.build_setting_value
    if ctx.attr.values and value not in ctx.attr.values:
        fail("Error setting {}: invalid value '{}'. Allowed values are {}".format(ctx.label, value, ctx.attr.values))
    return BuildSettingInfo(value = value)

string_flag = rule(
    implementation = _string_flag_impl,
    build_setting = config.string(flag = True),
    attrs = {"values": attr.string_list(doc = "The values it may have; empty: any.")},
    doc = "A string that can be set on the command line.",
)

bool_flag = rule(
    implementation = lambda ctx: BuildSettingInfo(value = ctx.build_setting_value),
    build_setting = config.bool(flag = True),
    doc = "A bool that can be set on the command line.",
)
