"""真查 Zhencha: safety inspections that are filled offline, signed, kept in a ledger and proved."""

__version__ = "0.1.0"
