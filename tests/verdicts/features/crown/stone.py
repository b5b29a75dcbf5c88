class Stone:
    weight = 1.5
