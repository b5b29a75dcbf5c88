load("cycle.star", "y")
