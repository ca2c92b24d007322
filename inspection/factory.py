"""Builds the app; the only module that may know everyone."""

import logging
import os
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from inspection import api, cli, database, web
from inspection import settings as configuration
from inspection.database import db
from inspection.edge import compression, errors, guard, headers
from inspection.edge.language import babel, language
from inspection.edge.request import EXTENSION, signed_in_actor
from inspection.settings import ROOT, Settings
from inspection.wiring import Wiring, wire

LARGEST_REQUEST_BYTES = 64 * 1024 * 1024


def create_app(settings: Settings | None = None, *, wiring: Wiring | None = None) -> Flask:
    """Build the application from settings, by default those of the environment."""
    settings = settings or configuration.from_environment(os.environ)
    settings.home.mkdir(parents=True, exist_ok=True)
    app = Flask(
        "inspection",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder=None,  # built files are served by a route that names its permission
    )
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST_BYTES,
        SECRET_KEY=settings.secret,
        SESSION_COOKIE_NAME="zhencha_flash",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "inspection" / "translations"),
    )
    if settings.proxies:  # without one that header is a stranger's claim
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logging.getLogger("zhencha").setLevel(logging.INFO)
    db.init_app(app)
    babel.init_app(app, locale_selector=language)
    with app.app_context():
        database.install(db.engine)
        app.extensions[EXTENSION] = wiring or wire(settings, db.engine)
    app.before_request(guard.refuse_foreign_origin)
    app.before_request(guard.refuse_unwritable_text)
    app.after_request(compression.compress)  # runs after the headers: Flask goes backwards
    app.after_request(headers.add_headers)
    errors.register(app)
    app.register_blueprint(api.blueprint())
    web.register(app)
    cli.register(app)
    app.context_processor(lambda: {"actor": signed_in_actor(), "language": language()})
    app.jinja_env.globals["asset"] = lambda name: f"/static/dist/{name}"
    return app


def _engine_options(settings: Settings) -> dict[str, Any]:
    """A file cannot hang up on us, a database server can: only there each connection is tried."""
    remote = not settings.database_url.startswith("sqlite")
    # What a failed statement was given may be somebody's tip-off: it does not go into the log.
    return {"pool_size": 10, "pool_pre_ping": remote, "hide_parameters": True}
