def _impl(_ctx):
    return []

r = rule(implementation = _impl, test = True)
