"""Type syntax is kept, not resolved."""
def f(a: int, *b: str, c: list[undefined_type] = [], **d: T) -> dict[str, tuple[int, ...]]:
    x: int | None = 1
    y: "forward"
    y = x
    return y
type Alias = list[int]
type Generic[T, U] = dict[T, U]
type = type
type(x)
a.b: int = 3        ### 1: type annotations are only allowed on variables
def g(a: int b): pass  ### 14: syntax error at 'b': expected ,
def h(a: ) -> b: pass  ### 10: syntax error at ')': expected expression
def i() -> : pass      ### 12: syntax error at ':': expected expression
