def _shelf(ctx):
    return []

shelf = rule(
    implementation = _shelf,
    attrs = {
        "books": attr.label_list(allow_files = True),
        "best": attr.label(allow_single_file = True),
        "sizes": attr.int_list(default = [1]),
        "title": attr.string(default = "none"),
        "open": attr.bool(default = True),
        "places": attr.string_dict(),
        "names": attr.string_list_dict(),
        "owners": attr.label_keyed_string_dict(),
        "count": attr.int(),
        "made": attr.output(),
    },
)

def pair(name, **kwargs):
    shelf(name = name + "_1", **kwargs)
    shelf(name = name + "_2", books = [name + "_1"])
