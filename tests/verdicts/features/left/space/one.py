"""One half of a namespace package; the other is in another target, below another folder."""


class One:
    width: int = 1
