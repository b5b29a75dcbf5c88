--- each
# What the grammar expects where an expression does not go on.
x = (1 for y in z)   ### 8: syntax error at 'for': Starlark does not support Python-style generator expressions
f(x for x in y)      ### 5: syntax error at 'for': Starlark does not support Python-style generator expressions
[a b]                ### 4: syntax error at 'b': expected ',', 'for' or ']'
[a, b c]             ### 7: syntax error at 'c': expected ]
{a}                  ### 3: syntax error at '}': expected :
{a: b c}             ### 7: syntax error at 'c': expected }
{a: b for x in y z}  ### 18: syntax error at 'z': expected '}', 'for' or 'if'
[a for b c]          ### 10: syntax error at 'c': expected in
[a for b in c if 1, 2]                 ### 19: syntax error at ',': expected ']', 'for' or 'if'
[a for b in c if lambda: d if e else f]  ### 33: syntax error at 'else': expected ']', 'for' or 'if'
[a for b in lambda: c]                 ### 13: syntax error at 'lambda': expected expression
x[1 2]               ### 5: syntax error at '2': expected :
x[1:2 3]             ### 7: syntax error at '3': expected ]
x[)                  ### 3: syntax error at ')': expected expression
x[a:)                ### 5: syntax error at ')': expected expression
x.3                  ### 2: syntax error at '0.3': expected newline
x.(y)                ### 3: syntax error at '(': expected identifier after dot
a not b              ### 7: syntax error at 'b': expected 'in'
a == not b           ### 6: syntax error at 'not': expected expression
f(, 3)               ### 3: syntax error at ',': expected expression
f(3, , 3)            ### 6: syntax error at ',': expected expression
f(a, b c)            ### 8: syntax error at 'c': expected ,
f(a = b c)           ### 9: syntax error at 'c': expected ,
f(**a b)             ### 7: syntax error at 'b': expected ,
(a b)                ### 4: syntax error at 'b': expected )
(a, b c)             ### 7: syntax error at 'c': expected )
1 + * 2              ### 5: syntax error at '*': expected expression
x = y 0x10           ### 7: syntax error at '16': expected newline
x = y 'q'            ### 7: syntax error at '"q"': expected newline
a\ b                 ### 2: syntax error at '\': expected newline
lambda x y: 3        ### 10: syntax error at 'y': expected , ### 14: duplicate parameter: 
lambda x,: 3         ### 10: syntax error at ':': expected identifier ### 13: duplicate parameter: 
x = 1)               ### 6: indentation error ### 6: syntax error at ')': expected newline
f"x"                 ### 2: syntax error at '"x"': expected newline
b"x"                 ### 2: syntax error at '"x"': expected newline
f((x) = 1)           ### 7: syntax error at '=': expected ,
--- each
# Errors after which the rest of the statement still counts.
a = 5 if 3           ### 5: missing else clause in conditional expression or semicolon before if
a2 = "a" "b"         ### 10: Implicit string concatenation is forbidden, use the + operator ### 10: syntax error at '"b"': expected newline
a3 = 1 < 2 < 3       ### 12: Operator '<' is not associative with operator '<'. Use parens.
a4 = 1 in [1] == 2   ### 15: Operator 'in' is not associative with operator '=='. Use parens.
a5 = 1 not in b != c ### 17: Operator 'not in' is not associative with operator '!='. Use parens.
a6 = (0 < 2) < 4
a7 = 0 < (2 < 4)
a8 = not a == b
--- each
a = 1, 2,;           ### 10: Trailing comma is allowed only in parenthesized tuples.
b = 1,;              ### 7: Trailing comma is allowed only in parenthesized tuples.
c = 1, def           ### 8: syntax error at 'def': expected expression
d = (1, 2,), (3,)
for_ = [x for x, in y] ### 18: syntax error at 'in': expected expression
---
# All of this is right.
a = [1, 2,] + [] + [3] + ["x" for _ in () for y, (z, w) in _ if y if lambda: z]
b = {1: 2, 3: 4,}, {}, {k: v for k, v in a}
c = () + (1,) + (1, 2) + ((3))
d = f(1, 2,)(x = 1, *a, **b)[1:2:3][::][1:][:1][:1:][::1][1::1][0].x.y
e = -1 + +1 - ~1 * 2 // 3 % 4 / 5 << 6 >> 7 & 8 | 9 ^ 10
g = not a or b and not c in d
h = a if b else c if d else lambda x, y = 1, *z, w, **k: x if y else z
i = 0x1F + 0o17 + 1.5 + .5 + 1. + 1e3 + 1.5E-3 + 0 + 99999999999999999999
j = r'\d' + "\a\b\f\n\r\t\v\\\'\"\0\377" + '''a
b''' + """c"d""e"""
k = 1if b else(2)
m = [
  1,

    2,  # a comment
3]
n = 1 + \
  2
assert_ = async + await
type = 3
---
x = ...              ### 5: syntax error at '...': ellipsis ('...') is not allowed outside type expressions
y = isinstance(x, int)  ### 5: isinstance() is not yet supported
z = cast(list[int], x)
