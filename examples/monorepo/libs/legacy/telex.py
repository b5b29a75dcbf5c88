from libs.base.errors import InvalidInput


def parse(line, strict=False):
    fields = line.strip().split("/")
    if strict and len(fields) < 3:
        raise InvalidInput("short telex", line=line)
    result = {"id": fields[0], "rest": fields[1:]}
    if len(fields) > 3:
        result = fields  # Some callers want the list.
    return result
