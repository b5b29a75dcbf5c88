"""Build settings of three types."""

SettingInfo = provider(fields = ["value"])

def _impl(ctx):
    return [SettingInfo(value = ctx.build_setting_value)]

flag = rule(implementation = _impl, build_setting = config.bool(flag = True))

level = rule(implementation = _impl, build_setting = config.int(flag = True))

words = rule(implementation = _impl, build_setting = config.string_list(flag = True))
