def _impl(_ctx):
    return []

shown = rule(implementation = _impl, attrs = {"at": attr.label(default = Label(":two.txt")), "_tool": attr.label(default = ":one.txt")})

print(rule, attr, native, struct(b = 1, a = [2]), attr.string(), Label(":x"), repr(Label("//b")), str(Label("@rules_python//python:defs.bzl")))
print(Label("//a:x") == Label(":x"), {Label(":x"): 1}[Label("//a:x")], Label("//a:x").name, Label("//a:x").package, repr(Label(":x").repo_name))
print(shown, config.string(flag = True), dir(native)[:3], json.encode(struct(x = 1)))
