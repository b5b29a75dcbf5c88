DATA = "_main/repro/data.txt"
