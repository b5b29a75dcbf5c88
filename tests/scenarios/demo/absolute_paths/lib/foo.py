NAME = "foo"
