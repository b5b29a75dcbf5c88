COUNT: int = 1
