"""Headers on every answer: a strict content policy, and no guessing of types.

No page has an exception from the policy. One worker has a policy of its own.
"""

from flask import Response, request

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types app",
    )
)

SCANNER = "/static/dist/qr.js"
SCANNER_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""A worker goes by the policy of its own answer. The one that reads QR codes runs WebAssembly of
ours; it has no page, no person's data and no other script, and may still not run text as code."""

_ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}


def add_headers(response: Response) -> Response:
    """Add the headers; what names its own caching keeps it, everything else is not stored."""
    for name, value in _ALWAYS.items():
        response.headers[name] = value
    if request.path == SCANNER:
        response.headers["Content-Security-Policy"] = SCANNER_POLICY
    response.headers.setdefault("Cache-Control", "no-store")
    return response
