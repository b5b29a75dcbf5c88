def _impl(_ctx):
    return []

r = rule(implementation = _impl, attrs = {"a": attr.string(default = _impl)})
