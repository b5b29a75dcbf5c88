--- each
# What the grammar expects where a statement does not go on.
def 3(): pass       ### 5: syntax error at '3': expected identifier
def f1: pass        ### 7: syntax error at ':': expected ( ### 13: duplicate parameter: 
def f2(a b): pass   ### 10: syntax error at 'b': expected ,
def f3(**): pass    ### 10: syntax error at ')': expected identifier
def f4(a, : pass    ### 11: syntax error at ':': expected identifier ### 17: duplicate parameter: 
def f5() pass       ### 10: syntax error at 'pass': expected : ### 14: expected an indented block
def f6(a.b): pass   ### 9: syntax error at '.': expected ,
def f7(* 3): pass   ### 10: syntax error at '3': expected , ### 8: bare * must be followed by keyword-only parameters
if x pass           ### 6: syntax error at 'pass': expected : ### 10: expected an indented block ### 1: if statements are not allowed at the top level. You may move it inside a function or use an if expression (x if condition else y).
for x y             ### 7: syntax error at 'y': expected in ### 1: for loops are not allowed at the top level. You may move it inside a function or use a comprehension, [f(x) for x in sequence]
for x in y z        ### 12: syntax error at 'z': expected : ### 13: expected an indented block ### 1: for loops are not allowed at the top level. You may move it inside a function or use a comprehension, [f(x) for x in sequence]
load(x)             ### 6: syntax error at 'x': expected string literal
load("a")           ### 9: syntax error at ')': expected at least one symbol to load
load("a" "b")       ### 10: Implicit string concatenation is forbidden, use the + operator ### 10: syntax error at '"b"': expected ,
load("a", 3)        ### 11: syntax error at '3': expected either a literal string or an identifier
load("a", b)        ### 12: syntax error at ')': expected =
load("a", b = 3)    ### 15: syntax error at '3': expected string
load "a"            ### 6: syntax error at '"a"': expected (
load("a", "b" c)    ### 15: syntax error at 'c': expected ,
return )            ### 8: indentation error ### 8: syntax error at ')': expected expression ### 1: return statements must be inside a function
=                   ### 1: syntax error at '=': expected expression
else: 3             ### 1: syntax error at 'else': expected expression
a = b = c           ### 7: syntax error at '=': expected newline
a; ; b              ### 4: syntax error at ';': expected expression
print "a"           ### 7: syntax error at '"a"': expected newline
x += y += z         ### 8: syntax error at '+=': expected newline
--- each
assert x            ### 1: 'assert' not supported, use 'fail' instead ### 1: syntax error at 'assert': expected expression
del x               ### 1: 'del' not supported, use '.pop()' to delete an item from a dictionary or a list ### 1: syntax error at 'del': expected expression
import x            ### 1: 'import' not supported, use 'load' instead ### 1: syntax error at 'import': expected expression
a is b              ### 3: 'is' not supported, use '==' instead ### 3: syntax error at 'is': expected newline
raise x             ### 1: 'raise' not supported, use 'fail' instead ### 1: syntax error at 'raise': expected expression
try: x              ### 1: 'try' not supported, all exceptions are fatal ### 1: syntax error at 'try': expected expression
while x: y          ### 1: 'while' not supported, use 'for' instead ### 1: syntax error at 'while': expected expression
class C: pass       ### 1: keyword 'class' not supported ### 1: syntax error at 'class': expected expression
with x as y: pass   ### 1: keyword 'with' not supported ### 1: syntax error at 'with': expected expression ### 8: keyword 'as' not supported
global x            ### 1: keyword 'global' not supported ### 1: syntax error at 'global': expected expression
x = 3
yield x             ### 1: keyword 'yield' not supported ### 1: syntax error at 'yield': expected expression
---
# Bazel tells five errors of a file, and all of its tokens.
a b                 ### 3: syntax error at 'b': expected newline
c d                 ### 3: syntax error at 'd': expected newline
e f                 ### 3: syntax error at 'f': expected newline
$                   ### 1: invalid character: '$'
g h                 ### 3: syntax error at 'h': expected newline
i j                 ### 3: syntax error at 'j': expected newline
k l
$ 0777              ### 1: invalid character: '$' ### 3: invalid octal literal: 0777 (use '0o777')
m n
---
# Blocks.
def f():
x = 1               ### 1: expected an indented block
def g():
    a = 1
  b = 2             ### 2: indentation error
  c = 3             ### 2: indentation error
---
def h():
    pass
    if x:
    return          ### 5: expected an indented block
  y = 2             ### 2: indentation error
---
def f():
	pass            ### 2: Tab characters are not allowed for indentation. Use spaces instead.
---
---
def h():
    pass
  y = 2             ### 2: indentation error
---
# What a broken line hides: the lines of its block, up to one that ends where a statement may.
def f(a b):         ### 9: syntax error at 'b': expected ,
    x = 1 +;
    if y z:
        z = = 3
    return undefined_1
---
f(undefined_2)      ### 3: name 'undefined_2' is not defined
---
# A bracket that is never closed.
a = f(1,
b = 2               # A keyword argument, for all that one can tell.
c = [3              ### 1: syntax error at 'c': expected , ### 3: positional argument may not follow keyword argument
---
def g():
    x = (1,
    y = 2           ### 7: syntax error at '=': expected )
    return undefined_3  ### 12: name 'undefined_3' is not defined
d = undefined_4
---
# Recovery: what is left of a statement, up to a token that may end it.
f(a, b c, d)        ### 8: syntax error at 'c': expected ,
x = [1 2, 3]; y = undefined_5  ### 8: syntax error at '2': expected ',', 'for' or ']' ### 19: name 'undefined_5' is not defined
for i in in x: pass  ### 10: syntax error at 'in': expected expression ### 1: for loops are not allowed at the top level. You may move it inside a function or use a comprehension, [f(x) for x in sequence]
if x: pass else: pass  ### 12: syntax error at 'else': expected newline ### 1: if statements are not allowed at the top level. You may move it inside a function or use an if expression (x if condition else y).
elif y: pass        ### 1: syntax error at 'elif': expected expression
z = {a: b c: d}
---
def f(a, b
    return undefined_6  ### 5: syntax error at 'return': expected ,
x = 3               ### 6: duplicate parameter: 
---
# Names that are none.
def f(3, 4, a): pass  ### 7: syntax error at '3': expected identifier ### 10: duplicate parameter: 
def g(a, *a, **a): pass  ### 10: duplicate parameter: a ### 14: duplicate parameter: a
h(1 = 2, . = 3)     ### 5: syntax error at '=': expected ,
1.50, 0x1F, 1e23 = x  ### 1: cannot assign to '1.5' ### 7: cannot assign to '31' ### 13: cannot assign to '1.0E23'
---
# What is left of a text at its end.
def f():
    if x:
        y = (       ### 13: syntax error at 'newline': expected expression
---
  x = 3             ### 2: indentation error
---
class C:            ### 1: keyword 'class' not supported ### 1: syntax error at 'class': expected expression
    def f(self): pass
    x = y is z      ### 11: 'is' not supported, use '==' instead ### 11: syntax error at 'is': expected newline ### 14: syntax error at 'outdent': expected expression
---
# All of this is right.
def f():
    pass; pass;
    for i, (j, k) in x: break
    for l in a, b:
        continue
    if x: pass
    elif y:
        return
    else:
      if z:
            return 1, 2
      return

# Comments may stand
    # anywhere.
    a, [b, (c, d.e), f[0]] = y
    a += 1; c -= 1; c *= 1; c /= 1; c //= 1; c %= 1; c &= 1; c |= 1; c ^= 1; c <<= 1; c >>= 1
def g(a, b = 1, *c, d, e = 2, **g): return
def h(a, *, b,): pass
def i(a = 1, *b, **c,): pass
