items = []

def add(x):
    items.append(x)

def fails(reason):
    fail("because of", reason)
