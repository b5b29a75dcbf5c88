def f(d):
    return d["k"]

x = f({})
