from a import LIMIT

DOUBLE: int = 2 * LIMIT
