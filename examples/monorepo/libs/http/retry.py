"""A session that tries again when that can help."""

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

TRANSIENT = (429, 502, 503, 504)


def session_with_retries(retries: int) -> requests.Session:
    policy = Retry(total=retries, backoff_factor=0.2, status_forcelist=TRANSIENT)
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=policy))
    return session
