from lib.core import *
from lib.core import doubled as doubled, untyped
from pkg.sub import deep
