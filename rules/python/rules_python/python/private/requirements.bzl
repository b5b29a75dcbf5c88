"""Reads a requirements lock as pip does, as far as names go."""

def normalize_name(name):
    """The name of a distribution as rules_python writes it in labels: "Foo.Bar-baz" -> "foo_bar_baz"."""
    name = name.lower().replace("-", "_").replace(".", "_")
    for _ in range(len(name)):
        if "__" not in name:
            break
        name = name.replace("__", "_")
    return name

# Lines joined at their backslashes, without comments.
def _logical_lines(text):
    lines = []
    pending = ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("#"):
            line = ""
        elif " #" in line:
            line = line[:line.index(" #")].strip()
        if line.endswith("\\"):
            pending += line[:-1].strip() + " "
            continue
        line = (pending + line).strip()
        pending = ""
        if line:
            lines.append(line)
    if pending:
        lines.append(pending.strip())
    return lines

# The name at the beginning of a requirement.
def _name_of(requirement):
    for i in range(len(requirement)):
        if requirement[i] in "[=<>~!;@ ":
            return requirement[:i].strip()
    return requirement

def parse_requirements(text):
    """The requirements of a lock.

    Args:
      text: content of the lock.
    Returns:
      A list of structs in the lock's order: name (normalized), requirement (with extras, version and marker), line (with hashes).
    """
    result = []
    seen = {}
    for line in _logical_lines(text):
        if line.startswith("-"):
            continue
        requirement = line.split(" --hash=", 1)[0].strip()
        name = normalize_name(_name_of(requirement))
        if name in seen:
            continue
        seen[name] = True
        result.append(struct(name = name, requirement = requirement, line = line))
    return result
