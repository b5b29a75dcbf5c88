from bar import COUNT

TWICE: int = 2 * COUNT
