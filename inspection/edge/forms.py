"""The base of all HTML forms: WTForms with a CSRF token that belongs to the session; boxes."""

import hashlib
import hmac
from typing import Any

from flask import request
from wtforms import Form, SelectMultipleField
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.widgets import CheckboxInput, ListWidget

from inspection.domain.problems import FormExpired
from inspection.edge.request import SESSION_COOKIE, wired


class _SessionToken(CSRF):
    """A token that only this server can make, and only for this session's cookie."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        cookie = request.cookies.get(SESSION_COOKIE, "")
        message = f"form:{cookie}".encode()
        return hmac.new(wired().settings.secret, message, hashlib.sha256).hexdigest()

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        if not hmac.compare_digest(field.data or "", field.current_token):
            raise FormExpired()


class ProtectedForm(Form):
    """A form that changes something; put `{{ form.csrf_token() }}` into its template."""

    class Meta:
        """Turns the token on."""

        csrf = True
        csrf_class = _SessionToken


class TicksField(SelectMultipleField):
    """Several choices of a few, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
