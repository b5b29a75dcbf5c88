def _box_impl(rctx):
    if not rctx.attr.colours:
        fail("box '{}' is empty".format(rctx.original_name))
    print(rctx.name, rctx.original_name, rctx.attr.colours, rctx.os.name, rctx.path(Label("//ext:list.txt")).basename)
    rctx.template("BUILD", Label("//ext:template.txt"), substitutions = {"NAME": "all", "COLOUR": rctx.attr.colours[0]})
    rctx.file("toys/BUILD.bazel", "\n".join(['exports_files(["%s"])' % toy for toy in rctx.attr.toys]))
    rctx.file("defs.bzl", "TOYS = %r\n" % rctx.attr.toys)
    rctx.file("scrap", "x")
    print(rctx.read("scrap"), rctx.delete("scrap"), rctx.delete("scrap"))
    rctx.symlink(Label("//ext:list.txt"), "copy.txt")

box = repository_rule(
    implementation = _box_impl,
    attrs = {"colours": attr.string_list(), "toys": attr.string_list()},
)

def _notes_impl(rctx):
    rctx.file("BUILD", "")
    rctx.file("notes.bzl", "load(\"@blocks//:defs.bzl\", \"TOYS\")\n\nNOTES = {} + TOYS\n".format(rctx.attr.notes))

_notes = repository_rule(implementation = _notes_impl, attrs = {"notes": attr.string_list()})

def _toys_impl(mctx):
    print(mctx, len(mctx.modules), mctx.getenv("HOME", "no home"), mctx.os.arch)
    for module in mctx.modules:
        print(module.name, module.version, module.is_root)
        for tag in module.tags.box:
            toys = mctx.read(tag.list).splitlines() if tag.list else []
            box(name = tag.name, colours = tag.colours, toys = toys)
        _notes(name = "notes", notes = [tag.text for tag in module.tags.note])
    print(native.existing_rule("x"), native.existing_rules())
    return mctx.extension_metadata(reproducible = True)

toys = module_extension(
    implementation = _toys_impl,
    tag_classes = {
        "box": tag_class(attrs = {
            "colours": attr.string_list(),
            "list": attr.label(),
            "name": attr.string(mandatory = True),
        }),
        "note": tag_class(attrs = {"text": attr.string(default = "none")}),
    },
)

picky = module_extension(
    implementation = _toys_impl,
    tag_classes = {"tag": tag_class(attrs = {"number": attr.int()})},
)
