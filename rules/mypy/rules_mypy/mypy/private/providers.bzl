"""What the mypy aspect tells: to itself about dependencies, and to whoever shows its actions."""

MypyCacheInfo = provider(
    doc = "A target's mypy cache.",
    fields = {"directory": "File: the cache directory, with the caches of everything below merged in."},
)

MypyInfo = provider(
    doc = "How a target is checked, for people and editors.",
    fields = {
        "mode": "string: the mode of the aspect.",
        "path": "list of struct(entry, label, attribute): each entry of MYPYPATH in order, the target it is there for, and the attribute that brings it.",
        "reason": "string: why the target has no action; absent if it has one.",
        "report": "File: mypy's report.",
        "sources": "list of File: what is checked.",
        "upstream": "list of Label: the targets whose caches are used, in order.",
    },
)
