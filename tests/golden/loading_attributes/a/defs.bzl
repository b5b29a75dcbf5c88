def _impl(_ctx):
    return []

def _computed(number, tags):
    return Label("//b:on") if number > 2 and not tags else None

full = rule(
    implementation = _impl,
    attrs = {
        "bool": attr.bool(),
        "int": attr.int(),
        "int_list": attr.int_list(),
        "label": attr.label(),
        "label_keyed_string_dict": attr.label_keyed_string_dict(),
        "label_list": attr.label_list(),
        "label_list_dict": attr.label_list_dict(),
        "out": attr.output(),
        "outs": attr.output_list(),
        "string": attr.string(),
        "string_dict": attr.string_dict(),
        "string_keyed_label_dict": attr.string_keyed_label_dict(),
        "string_list": attr.string_list(),
        "string_list_dict": attr.string_list_dict(),
    },
    outputs = {"one": "%{name}.one"},
)

def _initializer(name, number = 0, **kwargs):
    return {"name": name, "number": number + 1}

initialized = rule(
    implementation = _impl,
    attrs = {"number": attr.int(values = [1, 2, 3]), "_computed": attr.label(default = _computed)},
    initializer = _initializer,
)
