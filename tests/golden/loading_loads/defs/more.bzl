print("more.bzl is executed once")

MORE = ["m"]
under = "u"
