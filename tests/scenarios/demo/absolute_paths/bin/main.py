from absolute_paths.gen.bar import SIZE
from absolute_paths.lib.foo import NAME
from absolute_paths.nested import DEPTH

print(NAME * SIZE * DEPTH)
