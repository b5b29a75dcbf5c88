def _impl(_ctx):
    return []

thing = rule(
    implementation = _impl,
    attrs = {
        "flag": attr.bool(),
        "keyed": attr.label_keyed_string_dict(allow_files = True),
        "lists": attr.string_list_dict(),
        "number": attr.int(default = 5),
        "one": attr.label(),
        "out": attr.output(),
        "outs": attr.output_list(),
        "text": attr.string(default = "plain"),
        "_hidden": attr.string(default = "secret"),
    },
)

def things(name):
    thing(name = name, flag = True, keyed = {":k": "v", "//b:w": "w"}, lists = {"z": ["1"], "a": []}, out = name + ".out")

def check_rule_view(view):
    print(view, type(view), bool(view), dir(view))
    print(view.keys())
    print(view["name"], view["kind"], view["srcs"], view["tags"], view["testonly"], view["visibility"], view["data"])
    print("deprecation" in view, "nothing" in view, 7 in view, view.get("nothing"), view.get("nothing", default = 1), view.get([]))
    print(view.items()[:2], [k for k in view][:2], len(view) == len(view.keys()), sorted(view)[0])
    print(view == native.existing_rule("plain"), view == None, {view: 1}[view], type(view.keys()))
    other = native.existing_rule("thing")
    print("one" in other, "outs" in other, "_hidden" in other, other["lists"], other["number"], other["flag"])
    print(json.encode({"srcs": view["srcs"], "lists": other["lists"]}))

def _takes(**kwargs):
    return kwargs.keys()

def check_rules_view():
    rules = native.existing_rules()
    print(rules, type(rules), list(rules), len(rules), "plain" in rules, "group" in rules, None in rules)
    print(rules.get("plain")["kind"], [r["kind"] for r in rules.values()], rules.items()[0][0])
    print(_takes(**rules), dict(rules).keys(), ({"first": 1} | rules).keys(), (rules | {"last": 1}).keys())

def made_late(name):
    before = native.existing_rules()
    for n in before:
        if n == "plain":
            native.filegroup(name = name)
    after = native.existing_rules()
    print(name in before, before.get(name), len(before), name in after, len(after), list(after)[-1])
