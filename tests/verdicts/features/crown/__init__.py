from crown import jewel

BEST = jewel.BEST
Jewel = jewel.Jewel
cut = jewel.cut
reveal_type(BEST)
