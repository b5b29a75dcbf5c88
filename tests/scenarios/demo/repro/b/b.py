from a import DATA
from python.runfiles import Runfiles


def locate() -> str:
    runfiles = Runfiles.Create()
    assert runfiles is not None
    return runfiles.Rlocation(DATA) or ""
