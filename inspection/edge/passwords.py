"""Asking who is signed in for their password again, before they put their name to something.

Like a sign-in: with the same limit on tries, and each failure is noted.
"""

from flask import request

from inspection.accounts import signing_in
from inspection.domain.problems import CredentialsWrong, TooManyTries
from inspection.edge.request import current_actor, reading, wired, writing

WRONG, TOO_MANY = "wrong", "too_many"


def refused(password: str) -> str:
    """Return "" when this is the password of whoever is signed in, else `wrong` or `too_many`."""
    actor, at, address = current_actor(), wired().clock(), request.remote_addr or ""
    production = wired().settings.production
    try:
        with reading() as session:
            signing_in.may_try(session, actor.username, address=address, at=at)
            signing_in.account_for(session, actor.username, password, production=production)
    except CredentialsWrong:
        with writing() as session:
            signing_in.note_failure(session, actor.username, address=address, at=at)
        return WRONG
    except TooManyTries:
        return TOO_MANY
    return ""
