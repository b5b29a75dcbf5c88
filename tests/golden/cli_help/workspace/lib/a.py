A: int = 1
