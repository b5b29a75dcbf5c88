from crown import stone


class Jewel(stone.Stone):
    pass


BEST = Jewel()


def cut() -> Jewel:
    return BEST
