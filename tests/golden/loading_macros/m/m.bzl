def _book_impl(name, visibility, pages, number, words, **kwargs):
    print(name, visibility, pages, number, words)
    print(kwargs)
    native.filegroup(name = name, srcs = pages, visibility = visibility)
    native.filegroup(name = name + "_cover", tags = words)

book = macro(
    implementation = _book_impl,
    attrs = {
        "pages": attr.label_list(default = [":m.bzl"]),
        "number": attr.int(default = 3),
        "words": attr.string_list(configurable = False),
        "testonly": None,
        "_style": attr.string(default = "plain"),
    },
    inherit_attrs = "common",
)

def _shelf_impl(name, visibility, count):
    for i in range(count):
        book(name = "%s_%d" % (name, i), pages = ["p%d.txt" % i])

shelf = macro(
    implementation = _shelf_impl,
    attrs = {"count": attr.int(mandatory = True, configurable = False)},
)

def _index_impl(name, visibility):
    rules = native.existing_rules()
    print("index sees", list(rules), native.existing_rule(name))
    native.filegroup(name = name, srcs = [":" + n for n in rules])
    late_index(name = name + "_late")
    book(name = name + "_book")

index = macro(implementation = _index_impl, finalizer = True)

def _late_index_impl(name, visibility):
    print("late index sees", len(native.existing_rules()))
    native.filegroup(name = name)

late_index = macro(implementation = _late_index_impl, finalizer = True)

def _bad_glob_impl(name, visibility):
    native.glob(["*"])

bad_glob = macro(implementation = _bad_glob_impl)

def _bad_return_impl(name, visibility):
    return 3

bad_return = macro(implementation = _bad_return_impl)

def _recursive_impl(name, visibility):
    recursive(name = name + "_")

recursive = macro(implementation = _recursive_impl)

def _hides_finalizer_impl(name, visibility):
    index(name = name)

hides_finalizer = macro(implementation = _hides_finalizer_impl)

def unexported():
    macro(implementation = _bad_return_impl)(name = "x")
