from base import BASE
from gen.gen import SUM
from requests import get

TOTAL: int = BASE + SUM + len(get("total"))
