"""Campaigns (专项行动), stage by stage, and looking again at what was closed (回头看)."""
