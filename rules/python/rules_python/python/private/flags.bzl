"""Build settings."""

def _flag_impl(ctx):
    return [config_common.FeatureFlagInfo(value = ctx.build_setting_value)]

string_flag = rule(
    implementation = _flag_impl,
    build_setting = config.string(flag = True),
    doc = "A string that the command line sets.",
)
