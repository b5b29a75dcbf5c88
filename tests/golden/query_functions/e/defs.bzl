def _look(target, ctx):
    return []

look = aspect(
    implementation = _look,
    attr_aspects = ["deps"],
    attrs = {
        "_glass": attr.label(default = "//e:glass"),
        "_lenses": attr.label_list(default = ["//e:lens"]),
        "_grinder": attr.label(default = "//d:tool", cfg = "exec", executable = True),
    },
)

def _seen(ctx):
    return []

seen = rule(
    implementation = _seen,
    attrs = {"deps": attr.label_list(aspects = [look])},
)
