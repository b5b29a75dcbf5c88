COUNT: int = "one"
