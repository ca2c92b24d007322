"""Tests mirror the code; contracts/ holds truths about the whole house, builders/ makes things."""
