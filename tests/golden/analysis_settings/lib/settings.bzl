"""Build settings of every type."""

SettingInfo = provider(fields = ["value"])

def _impl(ctx):
    return [SettingInfo(value = ctx.build_setting_value)]

bool_flag = rule(implementation = _impl, build_setting = config.bool(flag = True))
int_flag = rule(implementation = _impl, build_setting = config.int(flag = True))
int_setting = rule(implementation = _impl, build_setting = config.int())
string_flag = rule(implementation = _impl, build_setting = config.string(flag = True))
strings_flag = rule(implementation = _impl, build_setting = config.string(flag = True, allow_multiple = True))
string_list_flag = rule(implementation = _impl, build_setting = config.string_list(flag = True))
repeatable_flag = rule(implementation = _impl, build_setting = config.string_list(flag = True, repeatable = True))
