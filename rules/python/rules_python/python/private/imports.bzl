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

def import_directory(ctx, entry):
    """Where an entry of a target's `imports` leads.

    Args:
      ctx: the context of a rule with an `imports` attribute, or of an aspect on one.
      entry: the entry, not absolute.
    Returns:
      REPOSITORY/PATH.
    """
    path = _normalize("{}/{}/{}".format(ctx.workspace_name, _runfiles_path(ctx.label), entry))
    if path == ".." or path.startswith("../"):
        fail("Path '{}' references a path above the execution root".format(entry))
    return path

def own_imports(ctx):
    """The target's own import directories.

    Args:
      ctx: the context of a rule with an `imports` attribute.
    Returns:
      A list of REPOSITORY/PATH strings. Absolute entries are left out.
    """
    entries = [ctx.expand_make_variables("imports", entry, {}) for entry in ctx.attr.imports]
    return [import_directory(ctx, entry) for entry in entries if not entry.startswith("/")]

def import_path(entry, workspace_name):
    """The path of an import directory from the execution root.

    Args:
      entry: REPOSITORY/PATH.
      workspace_name: the main repository's.
    Returns:
      A path; "" for the main repository itself.
    """
    repository, _, path = entry.partition("/")
    return path if repository == workspace_name else "external/" + entry
