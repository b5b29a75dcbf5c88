def _impl(_ctx):
    return []

def r():
    rule(implementation = _impl)(name = "x")
