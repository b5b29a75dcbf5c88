"""The `types` module extension: stub packages of a requirements file, one py_type_library each."""

load("@rules_python//python/private:requirements.bzl", "normalize_name")

_BUILD = """load("@rules_mypy//mypy:py_type_library.bzl", "py_type_library")
load("{requirements_bzl}", "requirement")

package(default_visibility = ["//visibility:public"])

exports_files(["types.bzl"])
"""

_LIBRARY = """
py_type_library(
    name = "{name}",
    typing = requirement("{name}"),
)
"""

_TYPES = '''"""Which stubs belong to which package."""

load("{requirements_bzl}", "requirement")

types = {{
{entries}}}
'''

_ENTRY = """    requirement("{runtime}"): "@@{repository}//:{name}",
"""

# The requirement's name, or None for lines that say nothing of stubs. The first operator found, in this order, ends it.
def _requirement_name(line):
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    parts = line.split(";")
    if len(parts) > 2:
        fail("unsupported requirement: " + line)
    for operator in ("~=", "==", "<="):
        if operator in parts[0]:
            return parts[0].split(operator)[0].strip()
    return None

def stub_names(text, exclude):
    """The stub packages that a requirements file names, in order.

    Args:
      text: content of the file.
      exclude: names to leave out.
    Returns:
      A list of names, each ending "-stubs" or beginning "types-".
    """
    names = []
    for line in text.splitlines():
        name = _requirement_name(line)
        if name and name not in exclude and (name.endswith("-stubs") or name.startswith("types-")) and name not in names:
            names.append(name)
    return names

def runtime_name(stub):
    """The package that a stub package describes: types-requests -> requests."""
    return stub.removeprefix("types-").removesuffix("-stubs")

def _types_repository_impl(rctx):
    requirements_bzl = rctx.attr.requirements_bzl
    names = rctx.attr.stubs
    rctx.file("BUILD.bazel", _BUILD.format(requirements_bzl = requirements_bzl) +
                             "".join([_LIBRARY.format(name = name) for name in names]))
    rctx.file("types.bzl", _TYPES.format(
        requirements_bzl = requirements_bzl,
        entries = "".join([
            _ENTRY.format(runtime = normalize_name(runtime_name(name)), repository = rctx.name, name = name)
            for name in names
        ]),
    ))

_types_repository = repository_rule(
    implementation = _types_repository_impl,
    attrs = {
        "requirements_bzl": attr.string(),
        "stubs": attr.string_list(),
    },
)

def _types_impl(module_ctx):
    for module in module_ctx.modules:
        for tag in module.tags.requirements:
            _types_repository(
                name = tag.name,
                requirements_bzl = str(tag.pip_requirements),
                stubs = stub_names(module_ctx.read(tag.requirements_txt), tag.exclude_requirements),
            )

types = module_extension(
    implementation = _types_impl,
    tag_classes = {
        "requirements": tag_class(attrs = {
            "exclude_requirements": attr.string_list(),
            "name": attr.string(mandatory = True),
            "pip_requirements": attr.label(mandatory = True),
            "requirements_txt": attr.label(mandatory = True),
        }),
    },
)
