from lib.mid import TOTAL

print(TOTAL)
