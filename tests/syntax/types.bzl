"""Type syntax is kept, not resolved."""
def f(a: int, *b: str, c: list[undefined_type] = [], **d: T) -> dict[str, tuple[int, ...]]:
    x: int | None = 1
    y: "forward"
    y = x
    return y
type Alias = list[int]
type Generic[T, U] = dict[T, U]
type Twice[T, T] = T ### 15: syntax error at 'T': duplicate type parameter
def generic[T, U,](x: T) -> U: return x
--- each
a.b: int = 3        ### 4: syntax error at ':': type annotations must have a single identifier on the left-hand side
c, d: int           ### 5: syntax error at ':': type annotations must have a single identifier on the left-hand side
e: int += 4         ### 2: syntax error at ':': type annotations not allowed on augmented assignment statements
def j[T, T](): pass ### 10: syntax error at 'T': duplicate type parameter
def k[]: pass       ### 7: syntax error at ']': expected identifier
---
type = type
type(type)
--- each
def g(a: int b): pass  ### 14: syntax error at 'b': expected ,
def h(a: ) -> b: pass  ### 10: syntax error at ')': expected expression ### 22: expected an indented block
def i() -> : pass      ### 12: syntax error at ':': expected expression
