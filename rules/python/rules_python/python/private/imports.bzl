"""The `imports` attribute as directories of the runfiles tree."""

# a/./b/../c -> a/c. Leading ".." stay.
def _normalize(path):
    parts = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts) or "."

# Where a package's files stand in the runfiles tree, below the main repository's directory.
def _runfiles_path(label):
    if label.workspace_root:
        return "../{}/{}".format(label.repo_name, label.package)
    return label.package

def own_imports(ctx):
    """The target's own import directories.

    Args:
      ctx: the context of a rule with an `imports` attribute.
    Returns:
      A list of REPOSITORY/PATH strings. Absolute entries are left out.
    """
    prefix = "{}/{}".format(ctx.workspace_name, _runfiles_path(ctx.label))
    result = []
    for entry in ctx.attr.imports:
        entry = ctx.expand_make_variables("imports", entry, {})
        if entry.startswith("/"):
            continue
        path = _normalize("{}/{}".format(prefix, entry))
        if path == ".." or path.startswith("../"):
            fail("Path '{}' references a path above the execution root".format(entry))
        result.append(path)
    return result
