load("//b:inner.bzl", "K")

def mymac(name, **kwargs):
    native.py_library(name = name, **kwargs)

def _tr(ctx):
    ctx.actions.write(ctx.outputs.out, str(K))
    return []

tr = rule(
    implementation = _tr,
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "_tool": attr.label(default = "//d:tool", cfg = "exec", executable = True),
        "sd": attr.string_dict(),
        "flag": attr.bool(),
        "num": attr.int(),
        "out": attr.output(),
        "sl": attr.string_list(),
        "lk": attr.label_keyed_string_dict(),
        "sld": attr.string_list_dict(),
    },
)
