"""The payment provider's webhooks: signed over the very bytes of the body, like Stripe's.

The header is `Payment-Signature: t=1700000000,v1=HEX`, where HEX is the HMAC-SHA256 of the time, a
dot, and the body.
"""

import hmac
import re
import time

from django.conf import settings
from django.core.exceptions import PermissionDenied

TOLERANCE = 300  # seconds between the provider's clock and ours
_field = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})").fullmatch


def signature(body: bytes, now: int) -> str:
    """Return the header for a body, as the provider makes it."""
    digest = hmac.digest(settings.PAYMENT_SECRET, b"%d.%b" % (now, body), "sha256").hex()
    return f"t={now},v1={digest}"


def check(body: bytes, header: str, now: float | None = None) -> None:
    """Raise PermissionDenied for a body that the provider did not sign, or signed long ago."""
    found = _field(header)
    if found is None:
        raise PermissionDenied("Payment-Signature is missing or is not t=…,v1=….")
    said = int(found[1])
    if abs((time.time() if now is None else now) - said) > TOLERANCE:
        raise PermissionDenied("Payment-Signature is too old.")
    if not hmac.compare_digest(signature(body, said), header):
        raise PermissionDenied("Payment-Signature does not fit the body.")
