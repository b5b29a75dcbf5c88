"""The `types` module extension: stub packages of a requirements file, one py_type_library each."""

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

load("{requirements_bzl}", "all_requirements", "requirement")

# The stubs, and the names under which the package may be installed.
_STUBS = {{
{entries}}}

types = {{
    requirement(name): stubs
    for stubs, names in _STUBS.items()
    for name in names
    if requirement(name) in all_requirements
}}
'''

_ENTRY = """    "@@{repository}//:{name}": {runtimes},
"""

# Stubs that are not called as what they describe.
_RUNTIMES = {
    "boto3-stubs-lite": ["boto3"],
    "celery-types": ["celery"],
    "grpc-stubs": ["grpcio"],
    "opencv-stubs": ["opencv-python", "opencv-python-headless", "opencv-contrib-python"],
    "sqlalchemy2-stubs": ["sqlalchemy"],
    "types-boto3-lite": ["boto3"],
    "types-pkg-resources": ["setuptools"],
    "types-psycopg2": ["psycopg2", "psycopg2-binary"],
}

# The requirement's name without extras; "" for lines that name none.
def _requirement_name(line):
    line = line.strip()
    if line.startswith("#"):
        return ""
    if line.count(";") > 1:
        fail("unsupported requirement: " + line)
    for i in range(len(line)):
        if line[i] in "[=<>~!;@ #":
            return line[:i]
    return line

def _is_stub_name(name):
    return name.endswith("-stubs") or name.startswith("types-") or name in _RUNTIMES

def stub_names(text, exclude):
    """The stub packages that a requirements file names, in order.

    Args:
      text: content of the file.
      exclude: names to leave out.
    Returns:
      A list of names, most of which end "-stubs" or begin "types-".
    """
    names = []
    for line in text.splitlines():
        name = _requirement_name(line)
        if _is_stub_name(name) and name not in exclude and name not in names:
            names.append(name)
    return names

def runtime_names(stub):
    """The packages that a stub package may describe: types-requests -> [requests]."""
    return _RUNTIMES.get(stub) or [stub.removeprefix("types-").removesuffix("-stubs")]

def _types_repository_impl(rctx):
    requirements_bzl = rctx.attr.requirements_bzl
    names = rctx.attr.stubs
    rctx.file("BUILD.bazel", _BUILD.format(requirements_bzl = requirements_bzl) +
                             "".join([_LIBRARY.format(name = name) for name in names]))
    rctx.file("types.bzl", _TYPES.format(
        requirements_bzl = requirements_bzl,
        entries = "".join([
            _ENTRY.format(repository = rctx.name, name = name, runtimes = rctx.attr.runtimes.get(name) or runtime_names(name))
            for name in names
        ]),
    ))

_types_repository = repository_rule(
    implementation = _types_repository_impl,
    attrs = {
        "requirements_bzl": attr.string(),
        "runtimes": attr.string_list_dict(),
        "stubs": attr.string_list(),
    },
)

def _types_impl(module_ctx):
    for module in module_ctx.modules:
        for tag in module.tags.requirements:
            _types_repository(
                name = tag.name,
                requirements_bzl = str(tag.pip_requirements),
                runtimes = {stub: [runtime] for stub, runtime in tag.runtimes.items()},
                stubs = stub_names(module_ctx.read(tag.requirements_txt), tag.exclude_requirements),
            )

types = module_extension(
    implementation = _types_impl,
    tag_classes = {
        "requirements": tag_class(attrs = {
            "exclude_requirements": attr.string_list(),
            "name": attr.string(mandatory = True),
            "pip_requirements": attr.label(mandatory = True),
            "requirements_txt": attr.label(mandatory = True, allow_single_file = True),
            "runtimes": attr.string_dict(doc = "The package that each of these stubs describes, where the names do not tell."),
        }),
    },
)
