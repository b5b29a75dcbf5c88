def _impl(_ctx):
    return []

kind = rule(
    implementation = _impl,
    attrs = {
        "choice": attr.string(values = ["S", "M", "L"]),
        "flag": attr.bool(),
        "keyed": attr.label_keyed_string_dict(),
        "label": attr.label(),
        "lists": attr.string_list_dict(),
        "many": attr.label_list(),
        "needed": attr.string(mandatory = True),
        "number": attr.int(),
        "out": attr.output(),
        "words": attr.string_list(),
    },
    outputs = {"list": "%{name}.list"},
)
