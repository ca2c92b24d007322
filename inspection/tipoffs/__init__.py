"""Tip-offs (举报): taken in without a trace of who sent them, dealt with by offices, rewarded."""
