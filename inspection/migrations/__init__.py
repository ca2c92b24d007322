"""Schema changes in order, by Alembic. Imports no models: a migration says what was true then."""
