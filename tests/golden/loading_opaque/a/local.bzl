load("@rules_go//go:def.bzl", "GoInfo", "go_rule_factory", "go_library")

def wrapper(name):
    go_library(name = name, srcs = [name + ".go"])

wrapped = go_rule_factory(providers = [GoInfo])

def _impl(_ctx):
    return []

needs_go = rule(implementation = _impl, attrs = {"deps": attr.label_list(providers = [GoInfo], aspects = [GoInfo.aspect])})
