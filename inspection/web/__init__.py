"""HTML pages, one module a noun with its WTForms beside its views. No rules live here."""
