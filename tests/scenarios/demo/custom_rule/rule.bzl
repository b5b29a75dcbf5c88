"""A rule that looks like a Python library and has no Python sources."""

load("@rules_python//python:defs.bzl", "PyInfo")

def _text_library_impl(ctx):
    return [
        DefaultInfo(files = depset(ctx.files.srcs)),
        PyInfo(transitive_sources = depset()),
    ]

text_library = rule(
    implementation = _text_library_impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "deps": attr.label_list(),
        "srcs": attr.label_list(allow_files = True),
    },
)
