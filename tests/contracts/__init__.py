"""Truths about the whole house; each would be broken by somebody who forgot one place."""
