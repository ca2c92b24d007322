"""Headers on every answer: a strict content policy without exceptions, and no guessing of types."""

from flask import Response

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
    response.headers.setdefault("Cache-Control", "no-store")
    return response
