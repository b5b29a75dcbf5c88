# What the grammar expects where a statement does not go on.
def 3(): pass       ### 5: syntax error at '3': expected identifier
def f1: pass        ### 7: syntax error at ':': expected (
def f2(a b): pass   ### 10: syntax error at 'b': expected ,
def f3(**): pass    ### 10: syntax error at ')': expected identifier
def f4(a, : pass    ### 11: syntax error at ':': expected identifier
def f5() pass       ### 10: syntax error at 'pass': expected :
def f6(a.b): pass   ### 9: syntax error at '.': expected ,
def f7(* 3): pass   ### 10: syntax error at '3': expected ,
if x pass           ### 6: syntax error at 'pass': expected :
for x y             ### 7: syntax error at 'y': expected in
for x in y z        ### 12: syntax error at 'z': expected :
load(x)             ### 6: syntax error at 'x': expected string literal
load("a")           ### 9: syntax error at ')': expected at least one symbol to load
load("a" "b")       ### 10: syntax error at '"b"': expected ,
load("a", 3)        ### 11: syntax error at '3': expected either a literal string or an identifier
load("a", b)        ### 12: syntax error at ')': expected =
load("a", b = 3)    ### 15: syntax error at '3': expected string
load "a"            ### 6: syntax error at '"a"': expected (
load("a", "b" c)    ### 15: syntax error at 'c': expected ,
return )            ### 8: indentation error ### 8: syntax error at ')': expected expression
=                   ### 1: syntax error at '=': expected expression
else: 3             ### 1: syntax error at 'else': expected expression
a = b = c           ### 7: syntax error at '=': expected newline
a; ; b              ### 4: syntax error at ';': expected expression
print "a"           ### 7: syntax error at '"a"': expected newline
x += y += z         ### 8: syntax error at '+=': expected newline
---
assert x            ### 1: 'assert' not supported, use 'fail' instead
del x               ### 1: 'del' not supported, use '.pop()' to delete an item from a dictionary or a list
import x            ### 1: 'import' not supported, use 'load' instead
a is b              ### 3: 'is' not supported, use '==' instead
raise x             ### 1: 'raise' not supported, use 'fail' instead
try: x              ### 1: 'try' not supported, all exceptions are fatal
while x: y          ### 1: 'while' not supported, use 'for' instead
class C: pass       ### 1: keyword 'class' not supported
with x as y: pass   ### 1: keyword 'with' not supported
global x            ### 1: keyword 'global' not supported
x = 3
yield x             ### 1: keyword 'yield' not supported
---
# Blocks.
def f():
x = 1               ### 1: expected an indented block
def g():
    a = 1
  b = 2             ### 2: indentation error
  c = 3             ### 2: indentation error
def h():
    pass
    if x:
    return          ### 5: expected an indented block
  y = 2             ### 2: indentation error
---
def f():
	pass            ### 2: Tab characters are not allowed for indentation. Use spaces instead.
---
# A broken line does not hide what comes after it, nor what stands in its block.
def f(a b):         ### 9: syntax error at 'b': expected ,
    x = 1 +;        ### 12: syntax error at ';': expected expression
    if y z:         ### 10: syntax error at 'z': expected :
        z = = 3     ### 13: syntax error at '=': expected expression
    return undefined_1
f(undefined_2)      ### 3: name 'undefined_2' is not defined
---
# A bracket that is never closed ends where a statement begins.
a = f(1,
b = 2               # A keyword argument, for all that one can tell.
c = [3              ### 1: syntax error at 'c': expected ,
def g():            ### 1: syntax error at 'def': expected ',', 'for' or ']'
    x = (1,
    y = 2           ### 7: syntax error at '=': expected )
    return undefined_3  ### 12: name 'undefined_3' is not defined
d = undefined_4     ### 5: name 'undefined_4' is not defined
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
