print(undefined_1)          ### 7: name 'undefined_1' is not defined
y = undefined_long_name     ### 5: name 'undefined_long_name' is not defined (did you mean 'undefined_long_nome'?)
z = [undefined_x for x in undefined_y]  ### 6: name 'undefined_x' is not defined ### 27: name 'undefined_y' is not defined
def f(undefined_p = undefined_q):       ### 21: name 'undefined_q' is not defined
    return undefined_p + undefined_r    ### 26: name 'undefined_r' is not defined (did you mean 'undefined_p'?)
---
# A comprehension's first operand is resolved outside of it.
[() for undefined_x in undefined_x]     ### 24: name 'undefined_x' is not defined
[() for undefined_x in () for undefined_x in undefined_x]
def f():
    undefined_y = 1
def g():
    return undefined_y      ### 12: name 'undefined_y' is not defined
---
x = 1                       ### 1: 'x' previously declared here ### 1: 'x' previously declared here
x = 2                       ### 1: 'x' redeclared at top level
x += 3                      ### 1: 'x' redeclared at top level
def f(): pass               ### 5: 'f' previously declared here
def f(): pass               ### 5: 'f' redeclared at top level
---
load("m", "x")              ### 12: 'x' previously declared as file-local here
x = 1                       ### 1: conflicting global declaration of 'x'
---
load("m", "x")              ### 12: 'x' previously declared here
load("m", "x")              ### 12: 'x' redeclared at top level
---
x = 1                       ### 1: 	first non-load statement appears here ### 1: 'x' previously declared as global here
load("m", "x")              ### 1: load statements must appear before any other statement ### 12: conflicting file-local declaration of 'x'
---
"""A docstring may stand first."""
load("m", "x", "x")         ### 17: load statement defines 'x' more than once
load("m", y = "z", y = "w") ### 20: load statement defines 'y' more than once
load("m", "_private")       ### 12: symbol '_private' is private and cannot be imported
load("m", p = "_private")   ### 16: symbol '_private' is private and cannot be imported
def f():
    load("m", "q")          ### 5: load statement not at top level
---
return 2                    ### 1: return statements must be inside a function
if x: pass                  ### 1: if statements are not allowed at the top level. You may move it inside a function or use an if expression (x if condition else y).
for i in []: pass           ### 1: for loops are not allowed at the top level. You may move it inside a function or use a comprehension, [f(x) for x in sequence]
break                       ### 1: break statement must be inside a for loop
def f():
    continue                ### 5: continue statement must be inside a for loop
    for x in []:
        def g():
            break           ### 13: break statement must be inside a for loop
        break
---
'a' = 1                     ### 1: cannot assign to '"a"'
f() = 1                     ### 1: cannot assign to 'f()'
x[0:1] = 2                  ### 1: cannot assign to 'x[0:1]'
a + b = 3                   ### 1: cannot assign to 'a + b'
(p, [q, 3]) = 4             ### 9: cannot assign to '3'
[r, s] += 5                 ### 8: cannot perform augmented assignment on a list or tuple expression
[x for f(x) in y]           ### 8: cannot assign to 'f(x)'
a.b = 1
a[b] += 1
a.b, c[d] = 1
(e) = 1
---
def f1(a, b, a): pass       ### 14: duplicate parameter: a
def f2(a, *a): pass         ### 11: duplicate parameter: a
def f3(*b, b): pass         ### 8: duplicate parameter: b
def f4(**k, a): pass        ### 13: required parameter a may not follow **k
def f5(a = 1, b): pass      ### 15: required positional parameter b may not follow an optional parameter
def f6(**k, a = 1): pass    ### 13: optional parameter may not follow **k
def f7(**k, *a): pass       ### 13: * parameter may not follow **k
def f8(**k, *): pass        ### 13: * parameter may not follow **k
def f9(*): pass             ### 8: bare * must be followed by keyword-only parameters
def g1(a, *, b, *): pass    ### 17: multiple * parameters not allowed
def g2(a, *b, c, *d): pass  ### 18: multiple * parameters not allowed
def g3(**a, **b): pass      ### 13: multiple ** parameters not allowed
g4 = lambda a, a: a         ### 16: duplicate parameter: a
def g5(a, b, c = 1, d = 2, *args, e, f = 3, g, **kwargs): pass
---
f(a = 1, 0)                 ### 10: positional argument may not follow keyword argument
f(a = 1, a = 2)             ### 10: duplicate keyword argument: a
f(**k, 0)                   ### 8: positional argument may not follow **kwargs
f(**k, a = 1)               ### 8: keyword argument a may not follow **kwargs
f(**k, *a)                  ### 8: *args may not follow **kwargs
f(**k, **l)                 ### 8: multiple **kwargs not allowed
f(*a, 1)                    ### 7: positional argument may not follow *args
f(*a, b = 1)                ### 7: keyword argument b may not follow *args
f(*a, *b)                   ### 7: multiple *args not allowed
f(0, a = 0, *b, **c)
f(a = g(a = 1), b = g(a = 2))
f(a = g(a = 1), a = 2)      ### 17: duplicate keyword argument: a
